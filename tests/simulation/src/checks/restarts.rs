//! A kernel is started again as often as its policy says, and not too soon; what it died with is
//! kept, if it is to be.

use super::ledger::Life;
use super::{Verdict, demand};
use crate::history::{Record, Word};
use crate::plan::KernelPlan;
use ringhost::{InHand, RestartWhen};
use std::collections::BTreeSet;

pub(super) fn check(
    kernel: &KernelPlan,
    ended_by_others: bool,
    records: &[Record],
    life: &Life,
) -> Verdict {
    let (name, restart) = (&kernel.name, &kernel.options.restart);
    let restarts = life.losses.len();
    // The window is longer than any simulation.
    let budget = match restart.when {
        RestartWhen::Never => 0,
        RestartWhen::OnFailure | RestartWhen::Always => restart.budget as usize,
    };
    demand!(
        restarts <= budget,
        "{name} was started again {restarts} times, not {budget}"
    );
    let failed = matches!(life.last_word, Some(Word::Fails | Word::Traps));
    demand!(
        ended_by_others || life.over.is_none() || !failed || restarts == budget,
        "{name} stayed down after {restarts} of {budget} restarts"
    );
    for loss in &life.losses {
        let Some(asked) = life.asked.iter().find(|asked| **asked > loss.at) else {
            continue;
        };
        let rested = records[*asked].time - records[loss.at].time;
        demand!(
            rested >= restart.backoff,
            "{name} was started again after {rested:?}"
        );
    }
    check_dead_letters(kernel, life)
}

fn check_dead_letters(kernel: &KernelPlan, life: &Life) -> Verdict {
    let (name, restart) = (&kernel.name, &kernel.options.restart);
    let Some(dead) = &life.dead_letters else {
        return Ok(());
    };
    let mut seen = BTreeSet::new();
    let mut unsaid = 0;
    for mark in &dead.kept {
        let got = life.got.iter().any(|(arrival, _)| arrival.mark == *mark);
        unsaid += u64::from(!got);
        demand!(
            seen.insert(*mark) && unsaid <= life.unsaid() && restart.when != RestartWhen::Never,
            "{name} cannot have died with {mark:?}: {dead:?}"
        );
    }
    // Some may have made room for others.
    if restart.in_hand == InHand::Retry || dead.count > dead.kept.len() as u64 {
        return Ok(());
    }
    let failures = life.losses.iter().filter(|loss| !loss.returned);
    for mark in failures.flat_map(|loss| &loss.in_hand) {
        demand!(
            seen.contains(mark),
            "{name} died with {mark:?}, which is not kept: {dead:?}"
        );
    }
    Ok(())
}
