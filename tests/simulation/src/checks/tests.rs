//! The checks reject what must not be: real histories with one thing changed.

use super::faults;
use crate::history::{Arrival, Calling, Event, Figures, Receiving, Record, Sending, Word};
use crate::plan::LABELS;
use crate::simulation::{Trace, simulate};
use ringhost::{Call, Ending, InHand, KernelState, RestartWhen};
use std::time::Duration;

/// Changes the first history that has something to change, and demands that the change is found,
/// with these words, and that nothing was found before.
fn found(words: &str, change: impl Fn(&mut Trace) -> Option<()>) {
    for seed in 0..2000 {
        let mut trace = simulate(seed);
        assert_eq!(faults(&trace), Vec::<String>::new(), "seed {seed}");
        if change(&mut trace).is_some() {
            let faults = faults(&trace);
            assert!(
                faults.iter().any(|fault| fault.contains(words)),
                "seed {seed}: {faults:?}"
            );
            return;
        }
    }
    panic!("no seed has anything to change");
}

/// The first place of an event.
fn place(trace: &Trace, wanted: impl Fn(&Event) -> bool) -> Option<usize> {
    trace
        .records
        .iter()
        .position(|record| wanted(&record.event))
}

/// Changes an event that can be.
fn alter(trace: &mut Trace, mut change: impl FnMut(&mut Event) -> Option<()>) -> Option<()> {
    trace
        .records
        .iter_mut()
        .find_map(|record| change(&mut record.event))
}

fn is_got(event: &Event) -> bool {
    let word = |event: &Event| match event {
        Event::Says { word, .. } => Some(word.clone()),
        _ => None,
    };
    matches!(word(event), Some(Word::Got(_)))
}

#[test]
fn a_message_that_comes_twice() {
    found("twice", |trace| {
        let at = place(trace, is_got)?;
        let again = trace.records[at].clone();
        trace.records.insert(at + 1, again);
        Some(())
    });
}

#[test]
fn a_message_that_was_refused_and_comes() {
    found("which was refused", |trace| {
        let got = trace.records.iter().find_map(|record| match record.event {
            Event::Says {
                word: Word::Got(arrival),
                ..
            } if arrival.mark.serial == 0 => Some(arrival.mark.label),
            _ => None,
        })?;
        alter(trace, |event| match event {
            Event::Offered { label, sending, .. } if *label == got => {
                *sending = Sending::Refused;
                Some(())
            }
            _ => None,
        })
    });
}

#[test]
fn a_message_that_is_lost() {
    found("was handed", |trace| {
        let returned = trace.records.iter().find_map(|record| match record.event {
            Event::Says {
                kernel,
                word: Word::Returns,
            } => Some(kernel),
            _ => None,
        })?;
        let of_returned =
            |event: &Event| matches!(event, Event::Says { kernel, .. } if *kernel == returned);
        let at = place(trace, |event| is_got(event) && of_returned(event))?;
        // The runtime is still there to be asked for its counts.
        place(trace, |event| matches!(event, Event::Over { .. }))?;
        trace.records.remove(at);
        Some(())
    });
}

#[test]
fn messages_that_come_in_another_order() {
    found("of the same sender and band", |trace| {
        let gots: Vec<_> = (0..trace.records.len())
            .filter(|&at| is_got(&trace.records[at].event))
            .collect();
        let same = |&(one, other): &(usize, usize)| {
            let arrival = |at: usize| match &trace.records[at].event {
                Event::Says {
                    kernel,
                    word: Word::Got(arrival),
                } if arrival.mark.serial == 0 => Some((*kernel, *arrival)),
                _ => None,
            };
            let (Some((kernel, one)), Some((other_kernel, other))) = (arrival(one), arrival(other))
            else {
                return false;
            };
            let sender = |arrival: &Arrival| (arrival.mark.label / LABELS, arrival.band);
            kernel == other_kernel && one.id != other.id && sender(&one) == sender(&other)
        };
        let pairs = gots.iter().copied().zip(gots.iter().skip(1).copied());
        let (one, other) = pairs.clone().find(same)?;
        let event = trace.records[one].event.clone();
        trace.records[one].event = std::mem::replace(&mut trace.records[other].event, event);
        Some(())
    });
}

#[test]
fn a_count_that_does_not_add_up() {
    found("do not add up", |trace| {
        alter(trace, |event| match event {
            Event::Operates { after, .. } => {
                after.input.dropped_oldest += 1;
                Some(())
            }
            _ => None,
        })
    });
}

#[test]
fn a_queue_that_refuses_too_early() {
    found("refused a message with", |trace| {
        alter(trace, |event| match event {
            Event::Offered {
                sending: Sending::Full { depth },
                ..
            } => {
                *depth -= 1;
                Some(())
            }
            _ => None,
        })
    });
}

#[test]
fn a_reply_to_another_call() {
    found("was answered with", |trace| {
        let mut answers = trace
            .records
            .iter_mut()
            .filter_map(|record| match &mut record.event {
                Event::Called {
                    calling: Calling::Answered(arrival),
                    ..
                } => Some(arrival),
                _ => None,
            });
        let (one, other) = (answers.next()?, answers.next()?);
        std::mem::swap(one, other);
        Some(())
    });
}

#[test]
fn a_call_that_is_answered_and_times_out() {
    found("but its caller was told", |trace| {
        alter(trace, |event| match event {
            Event::Called { calling, .. } if matches!(calling, Calling::Answered(_)) => {
                *calling = Calling::TimedOut;
                Some(())
            }
            _ => None,
        })?;
        // The last thing that was told is that the caller was told.
        let at = place(trace, |event| {
            matches!(
                event,
                Event::Called {
                    calling: Calling::TimedOut,
                    ..
                }
            )
        })?;
        let told = trace.records.remove(at);
        trace.records.push(told);
        Some(())
    });
}

#[test]
fn a_message_that_reaches_a_paused_kernel() {
    found("goes on", |trace| {
        let at = place(trace, |event| {
            matches!(
                event,
                Event::Operates {
                    call: Call::Reactivate,
                    done: true,
                    ..
                }
            )
        })?;
        let Event::Operates { kernel, .. } = trace.records[at].event else {
            return None;
        };
        let next = (at..trace.records.len()).find(|&at| {
            let event = &trace.records[at].event;
            is_got(event) && matches!(event, Event::Says { kernel: of, .. } if *of == kernel)
        })?;
        let got = trace.records.remove(next);
        trace.records.insert(at, got);
        Some(())
    });
}

#[test]
fn a_kernel_that_goes_on_after_its_end() {
    found("has ended, and yet", |trace| {
        let at = place(trace, is_got)?;
        let Event::Says { kernel, .. } = trace.records[at].event else {
            return None;
        };
        let ended = place(
            trace,
            |event| matches!(event, Event::Ended { kernel: of, .. } if *of == kernel),
        )?;
        let record = Record {
            time: trace.records[ended].time,
            event: Event::Says {
                kernel,
                word: Word::Asks,
            },
        };
        trace.records.insert(ended + 1, record);
        Some(())
    });
}

#[test]
fn a_kernel_that_outlives_its_deadline() {
    found("should have ended by", |trace| {
        let at = place(trace, |event| {
            matches!(
                event,
                Event::AsksToEnd {
                    after: Figures {
                        state: KernelState::Terminating,
                        ..
                    },
                    ..
                }
            )
        })?;
        for record in &mut trace.records[at + 1..] {
            record.time += Duration::from_secs(1);
        }
        Some(())
    });
}

#[test]
fn an_ending_that_the_kernel_did_not_have() {
    found("is told to have ended like this", |trace| {
        alter(trace, |event| match event {
            Event::Over { ending, .. } if *ending == Some(Ending::Stopped) => {
                *ending = Some(Ending::Returned);
                Some(())
            }
            _ => None,
        })
    });
}

#[test]
fn a_receiver_that_is_not_woken() {
    found("waits for", |trace| {
        let at = place(trace, |event| {
            matches!(
                event,
                Event::Received {
                    receiving: Receiving::Message(_),
                    ..
                }
            )
        })?;
        let Event::Received { kernel, .. } = trace.records[at].event else {
            return None;
        };
        let record = Record {
            time: trace.records[at].time,
            event: Event::Stands {
                kernel,
                state: KernelState::Active,
                input: 0,
                output: 1,
            },
        };
        trace.records.insert(at, record);
        Some(())
    });
}

#[test]
fn a_simulation_without_end() {
    found("comes to no end", |trace| {
        trace.hung.push("somebody".to_owned());
        Some(())
    });
}

#[test]
fn a_kernel_that_is_started_again_too_soon() {
    found("was started again after", |trace| {
        let at = place(trace, |event| says(event, &Word::Dies))?;
        let Event::Says { kernel, .. } = trace.records[at].event else {
            return None;
        };
        // The next instance has a word.
        let asks = |event: &Event| {
            says(event, &Word::Asks)
                && matches!(event, Event::Says { kernel: of, .. } if *of == kernel)
        };
        let next = (at..trace.records.len()).find(|&at| asks(&trace.records[at].event))?;
        trace.records[next].time = trace.records[at].time;
        Some(())
    });
}

#[test]
fn a_dead_letter_that_is_lost() {
    found("which is not kept", |trace| {
        let buries = |kernel: usize, trace: &Trace| {
            let restart = &trace.plan.kernels[kernel].options.restart;
            restart.in_hand == InHand::DeadLetter && restart.when != RestartWhen::Never
        };
        let died = place(
            trace,
            |event| matches!(event, Event::Says { kernel, word: Word::Dies } if buries(*kernel, trace)),
        )?;
        let Event::Says { kernel: of, .. } = trace.records[died].event else {
            return None;
        };
        alter(trace, |event| match event {
            Event::Over {
                kernel,
                dead_letters,
                ..
            } if *kernel == of && dead_letters.kept.len() as u64 == dead_letters.count => {
                dead_letters.kept.pop()?;
                dead_letters.kept.clear();
                dead_letters.count = 0;
                Some(())
            }
            _ => None,
        })
    });
}

fn says(event: &Event, wanted: &Word) -> bool {
    matches!(event, Event::Says { word, .. } if word == wanted)
}
