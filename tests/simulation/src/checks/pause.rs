//! From the moment that `deactivate` returns, or that a kernel is asked to end, no message is
//! handed to it; and a paused kernel that was at work stands still.

use super::counts::figures;
use super::input::handed;
use super::ledger::Ledger;
use super::{Verdict, demand};
use crate::history::{Event, Record, Word};
use crate::plan::Plan;
use ringhost::{Call, KernelState};

pub(super) fn check(plan: &Plan, records: &[Record], ledger: &Ledger) -> Verdict {
    // How many messages each kernel had been handed when it was paused.
    let mut paused: Vec<Option<u64>> = vec![None; plan.kernels.len()];
    // What each kernel said last, and what it had said last when it was paused.
    let mut last_words: Vec<Option<Word>> = vec![None; plan.kernels.len()];
    let mut at_pause = last_words.clone();
    for record in records {
        let at = record.time;
        if let Event::Says { kernel, word } = &record.event {
            if paused[*kernel].is_some() {
                // Whoever waits in the host may see the end of that, but not receive.
                let waited = matches!(
                    at_pause[*kernel],
                    Some(Word::Asks | Word::Puts(_) | Word::Rests)
                );
                demand!(
                    waited && !matches!(word, Word::Got(_)),
                    "{at:?}: paused {} goes on: {word:?}",
                    plan.kernels[*kernel].name
                );
            }
            last_words[*kernel] = Some(word.clone());
        }
        let Some((kernel, figures)) = figures(&record.event) else {
            continue;
        };
        let (name, received) = (&plan.kernels[kernel].name, handed(&figures.input));
        if let Some(before) = paused[kernel] {
            demand!(
                before == received,
                "{at:?}: paused {name} was handed {received} messages, not {before}"
            );
        }
        match record.event {
            Event::Operates {
                call: Call::Deactivate,
                done: true,
                ..
            } => {
                paused[kernel] = Some(received);
                at_pause[kernel] = last_words[kernel].clone();
            }
            Event::Operates {
                call: Call::Reactivate,
                done: true,
                ..
            }
            | Event::AsksToEnd { .. } => paused[kernel] = None,
            _ => {}
        }
        let last = ledger.lives[kernel].over.as_ref();
        if let (KernelState::Terminating, Some((last, _))) = (figures.state, last) {
            let in_the_end = handed(&last.input);
            demand!(
                received == in_the_end,
                "{name} was asked to end at {received} messages, and was handed {in_the_end}"
            );
        }
    }
    Ok(())
}
