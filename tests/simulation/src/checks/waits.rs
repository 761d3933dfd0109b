//! Nobody waits for what is there: looked at whenever nobody can run until a timer rings.

use super::{Verdict, demand};
use crate::history::{Event, Kernel, Mark, Record, Word};
use crate::plan::Plan;
use ringhost::{InHand, KernelState, Overflow};
use std::collections::{BTreeMap, BTreeSet};

/// Who waits for what.
#[derive(Debug, Default)]
struct Waiting {
    /// Senders, by the labels of their messages: for room in this kernel's input, or, where it is a
    /// call, for its answer.
    senders: BTreeMap<u32, (Kernel, bool)>,
    /// Receivers, for a message of this kernel.
    receivers: BTreeSet<(Kernel, u32)>,
    /// Kernels that ask for a message.
    asking: BTreeSet<Kernel>,
    /// Kernels that are sending, and what.
    putting: BTreeMap<Kernel, Vec<Mark>>,
    /// Kernels and the labels of what they received last and have not answered.
    in_hand: BTreeSet<(Kernel, u32)>,
    /// What kernels had in hand when they failed.
    died_with: BTreeSet<(Kernel, u32)>,
    /// Labels of messages whose answer was taken.
    answered: BTreeSet<(Kernel, u32)>,
}

pub(super) fn check(plan: &Plan, records: &[Record]) -> Verdict {
    let mut waiting = Waiting::default();
    for record in records {
        match &record.event {
            // From here on nobody tells what becomes of what they wait for.
            Event::AllGoHome => return Ok(()),
            &Event::Stands {
                kernel,
                state,
                input,
                output,
            } => waiting
                .check(plan, kernel, state, input, output)
                .map_err(|fault| format!("{:?}: {fault}", record.time))?,
            event => waiting.note(event),
        }
    }
    Ok(())
}

impl Waiting {
    fn note(&mut self, event: &Event) {
        match event {
            &Event::Offers {
                kernel,
                label,
                call,
                ..
            } => {
                self.senders.insert(label, (kernel, call));
            }
            Event::Offered { label, .. } => {
                self.senders.remove(label);
            }
            Event::GaveUp { labels, .. } => {
                self.senders.retain(|label, _| !labels.contains(label));
            }
            &Event::Receives { kernel, receiver } => {
                self.receivers.insert((kernel, receiver));
            }
            &Event::Received {
                kernel, receiver, ..
            } => {
                self.receivers.remove(&(kernel, receiver));
            }
            Event::Says { kernel, word } => self.hear(*kernel, word),
            _ => {}
        }
    }

    fn hear(&mut self, kernel: Kernel, word: &Word) {
        self.asking.remove(&kernel);
        match word {
            Word::Asks => {
                self.asking.insert(kernel);
                self.in_hand.retain(|(holder, _)| *holder != kernel);
            }
            Word::Got(arrival) => {
                self.in_hand.insert((kernel, arrival.mark.label));
            }
            Word::Puts(mark) => self.putting.entry(kernel).or_default().push(*mark),
            Word::Sent(count) => {
                let put = self.putting.remove(&kernel).unwrap_or_default();
                for mark in put.into_iter().take(*count) {
                    self.answered.insert((kernel, mark.label));
                    self.in_hand.remove(&(kernel, mark.label));
                }
            }
            Word::Unsent => {
                self.putting.remove(&kernel);
            }
            // What it returned with is no dead letter.
            Word::Returns => self.in_hand.retain(|(holder, _)| *holder != kernel),
            Word::Dies => {
                self.putting.remove(&kernel);
                let of_kernel = |(holder, _): &(Kernel, u32)| *holder == kernel;
                self.died_with
                    .extend(self.in_hand.extract_if(.., of_kernel));
            }
            _ => {}
        }
    }

    fn check(
        &self,
        plan: &Plan,
        kernel: Kernel,
        state: KernelState,
        input: usize,
        output: usize,
    ) -> Verdict {
        let options = &plan.kernels[kernel].options;
        let (name, capacity) = (&plan.kernels[kernel].name, plan.kernels[kernel].capacity());
        // A kernel without credit waits for that.
        let may_run = match state {
            KernelState::Active => options.limits.cpu_share.is_none(),
            KernelState::Terminating => true,
            _ => false,
        };
        let (asks, puts) = (
            self.asking.contains(&kernel),
            self.putting.contains_key(&kernel),
        );
        let ending = state == KernelState::Terminating;
        let room = output < capacity && options.output_overflow == Overflow::Wait;
        demand!(
            !(may_run && asks && (input > 0 || ending)),
            "{name}, which is {state}, waits for a message, and {input} are there"
        );
        demand!(
            !(may_run && puts && (room || ending)),
            "{name}, which is {state}, waits for room in its output with {output} of {capacity}"
        );
        let alive = state != KernelState::Terminated;
        for (label, (to, call)) in &self.senders {
            let waits_for_room = !call && (input < capacity || ending);
            let answered = *call && self.answered.contains(&(kernel, *label));
            let dead = *call
                && options.restart.in_hand == InHand::DeadLetter
                && self.died_with.contains(&(kernel, *label));
            demand!(
                *to != kernel || alive && !waits_for_room && !answered && !dead,
                "the sender of {label} waits for {name}, which is {state}, with {input} of {capacity}"
            );
        }
        for (from, receiver) in &self.receivers {
            demand!(
                *from != kernel || alive && output == 0,
                "receiver {receiver} waits for {name}, which is {state}, and {output} are there"
            );
        }
        Ok(())
    }
}
