//! The scenarios are worth their name: everything that the checks are about does happen.

use crate::history::{Calling, Event, Receiving, Record, Sending, Word};
use crate::plan::Manner;
use crate::simulation::{Trace, simulate};
use ringhost::{Call, Ending, KernelState, Overflow};
use std::collections::BTreeMap;

/// What an event is a case of.
fn cases(trace: &Trace, event: &Event) -> Vec<&'static str> {
    match event {
        Event::Offered { sending, .. } => vec![match sending {
            Sending::Accepted(_) => "a message is accepted",
            Sending::Full { .. } => "a queue is full",
            Sending::Closed => "an input is closed",
            Sending::Refused => "a message is refused",
        }],
        Event::Called { calling, .. } => vec![match calling {
            Calling::Answered(_) => "a call is answered",
            Calling::Dropped => "a call is dropped",
            Calling::Died => "a call is in hand at a death",
            Calling::TimedOut => "a call times out",
            Calling::Ended => "a call outlives its kernel",
        }],
        Event::Received { receiving, .. } => vec![match receiving {
            Receiving::Message(_) => "a message is received",
            Receiving::Nothing => "a receive times out",
            Receiving::Ended => "a receive outlives its kernel",
            Receiving::GaveUp => "a receive is dropped",
        }],
        Event::GaveUp { labels, .. } => vec![match labels.as_slice() {
            [] => "a termination is dropped",
            [_] => "a send or call is dropped",
            _ => "a send of several is dropped",
        }],
        Event::Says { kernel, word } => match word {
            Word::Got(arrival) if arrival.mark.serial > 0 => vec!["a link passes on"],
            Word::Got(_) => vec!["a kernel receives"],
            Word::Rests => vec!["a kernel notices a pause"],
            Word::Dies => vec!["a kernel is started again"],
            Word::Unsent => vec!["a kernel's message is refused"],
            Word::Nothing if trace.plan.kernels[*kernel].manner == Manner::Patient => {
                vec!["a kernel's receive times out"]
            }
            _ => vec![],
        },
        Event::Operates {
            call, done, after, ..
        } => match (call, done) {
            (Call::Deactivate, true) if after.input.depth > 0 => vec!["a pause with messages"],
            (Call::Deactivate, true) => vec!["a pause without messages"],
            (Call::CloseInput, true) => vec!["somebody closes an input"],
            (_, false) => vec!["a call is not valid"],
            _ => vec![],
        },
        Event::AsksToEnd { after, .. } if after.state == KernelState::Terminating => {
            match after.input.depth {
                0 => vec!["a termination"],
                _ => vec!["a termination with messages"],
            }
        }
        Event::TaskDropped { .. } => vec!["a task is dropped"],
        Event::LinkEnded { undelivered, .. } => match undelivered {
            0 => vec!["a link ends with its kernel"],
            _ => vec!["a link ends early"],
        },
        Event::StopsAll => vec!["all are stopped"],
        Event::Over {
            kernel,
            figures,
            ending,
            dead_letters,
        } => {
            let mut cases = vec![match ending {
                Some(Ending::Returned) => "a kernel returned",
                Some(Ending::Failed(_)) => "a kernel failed",
                Some(Ending::Trapped(_)) => "a kernel trapped",
                Some(Ending::Stopped) => "a kernel was stopped",
                Some(Ending::NeverActivated) => "a kernel was never activated",
                _ => "another ending",
            }];
            let happened = [
                ("the oldest is dropped", figures.input.dropped_oldest),
                ("the newest is dropped", figures.input.dropped_newest),
                ("the oldest sent is dropped", figures.output.dropped_oldest),
                ("the newest sent is dropped", figures.output.dropped_newest),
                (
                    "a message is dropped at the end",
                    figures.input.dropped_at_end,
                ),
                (
                    "a sent one is dropped at the end",
                    figures.output.dropped_at_end,
                ),
                ("a reply is unclaimed", figures.unclaimed),
                ("a message is given again", figures.input.returned),
                ("a letter is dead", dead_letters.count),
            ];
            cases.extend(
                happened
                    .iter()
                    .filter(|(_, count)| *count > 0)
                    .map(|(case, _)| case),
            );
            let options = &trace.plan.kernels[*kernel].options;
            if options.overflow == Overflow::Wait && figures.input.refused_full > 0 {
                cases.push("a sender waits for nothing");
            }
            cases
        }
        _ => vec![],
    }
}

/// All of them.
const CASES: &[&str] = &[
    "a call is answered",
    "a call is dropped",
    "a call is in hand at a death",
    "a call is not valid",
    "a call outlives its kernel",
    "a call times out",
    "a kernel failed",
    "a kernel is started again",
    "a kernel notices a pause",
    "a kernel receives",
    "a kernel returned",
    "a kernel trapped",
    "a kernel was never activated",
    "a kernel was stopped",
    "a kernel's message is refused",
    "a kernel's receive times out",
    "a link ends early",
    "a link ends with its kernel",
    "a link passes on",
    "a letter is dead",
    "a message is accepted",
    "a message is dropped at the end",
    "a message is given again",
    "a message is received",
    "a message is refused",
    "a pause with messages",
    "a pause without messages",
    "a queue is full",
    "a receive is dropped",
    "a receive outlives its kernel",
    "a receive times out",
    "a reply is unclaimed",
    "a send of several is dropped",
    "a send or call is dropped",
    "a sender waits for nothing",
    "a sent one is dropped at the end",
    "a task is dropped",
    "a termination",
    "a termination is dropped",
    "a termination with messages",
    "all are stopped",
    "an input is closed",
    "somebody closes an input",
    "the newest is dropped",
    "the newest sent is dropped",
    "the oldest is dropped",
    "the oldest sent is dropped",
];

#[test]
fn a_thousand_seeds_meet_every_case_more_than_once() {
    let mut met: BTreeMap<&str, u32> = CASES.iter().map(|case| (*case, 0)).collect();
    for seed in 0..1000 {
        let trace = simulate(seed);
        for Record { event, .. } in &trace.records {
            for case in cases(&trace, event) {
                *met.entry(case).or_default() += 1;
            }
        }
    }
    println!("{met:#?}");
    let seldom: Vec<_> = met.iter().filter(|(_, times)| **times < 10).collect();
    assert!(seldom.is_empty(), "{seldom:?}");
    assert_eq!(met.len(), CASES.len());
}
