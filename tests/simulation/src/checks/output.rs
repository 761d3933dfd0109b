//! What a kernel sent is received once, in its order and as an answer to what it received, or is
//! counted.

use super::ledger::{Ledger, Life};
use super::{Verdict, demand};
use crate::history::{Arrival, Calling, Kernel};
use crate::plan::{KernelPlan, Plan};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(plan: &Plan, ledger: &Ledger) -> Verdict {
    for (number, kernel) in plan.kernels.iter().enumerate() {
        let life = &ledger.lives[number];
        let answers = ledger
            .offers_to(number)
            .filter_map(|(_, offer)| match &offer.calling {
                Some((Calling::Answered(arrival), _)) => Some(arrival),
                _ => None,
            });
        let received = life.received.iter().map(|(arrival, _)| arrival);
        let mut seen = BTreeSet::new();
        for arrival in received.chain(answers) {
            let mark = arrival.mark;
            demand!(
                seen.insert(mark),
                "{mark:?} of {} was received twice",
                kernel.name
            );
            check_answer(kernel, life, arrival)?;
        }
        check_order(kernel, life)?;
        check_sum(plan, ledger, number)?;
    }
    Ok(())
}

/// What the kernel sent carries on what it received.
fn check_answer(kernel: &KernelPlan, life: &Life, arrival: &Arrival) -> Verdict {
    let (name, mark) = (&kernel.name, arrival.mark);
    demand!(
        life.place_of(mark).is_some(),
        "{name} did not send {mark:?}, which was received"
    );
    let mut got = life.got.iter().map(|(got, _)| got);
    let cause = got.find(|got| {
        let same = got.mark.label == mark.label;
        same && got.correlation == arrival.correlation && got.band == arrival.band
    });
    demand!(
        cause.is_some(),
        "{name} sent {arrival:?}, which answers nothing"
    );
    Ok(())
}

/// Where there is one receiver, it gets each band in the order of sending.
fn check_order(kernel: &KernelPlan, life: &Life) -> Verdict {
    if kernel.receivers > 1 {
        return Ok(());
    }
    let mut last = BTreeMap::new();
    for (arrival, _) in &life.received {
        let Arrival { mark, band, .. } = *arrival;
        let place = life.place_of(mark);
        if let Some(before) = last.insert(band, place) {
            demand!(
                before < place,
                "{} sent {mark:?}, which was received after its message {before:?} of that band",
                kernel.name
            );
        }
    }
    Ok(())
}

/// What the queue and the calls counted is what the kernel sent, and what was received.
fn check_sum(plan: &Plan, ledger: &Ledger, kernel: Kernel) -> Verdict {
    let (name, life) = (&plan.kernels[kernel].name, &ledger.lives[kernel]);
    let Some((figures, _)) = &life.over else {
        return Ok(());
    };
    let taken = |put: &&super::ledger::Put| put.taken.is_some_and(|(taken, _)| taken);
    let least = life.puts.iter().filter(taken).count() as u64;
    let open = life.puts.iter().filter(|put| put.taken.is_none()).count() as u64;
    let output = &figures.output;
    let counted = output.accepted + output.dropped_newest + figures.delivered + figures.unclaimed;
    let most = least + open;
    demand!(
        (least..=most).contains(&counted),
        "{name} sent {least} to {most} messages; {counted} were counted"
    );
    let received = match (plan.link, ledger.link) {
        (Some((from, _)), Some((forwarded, undelivered))) if from == kernel => {
            forwarded + undelivered
        }
        _ => life.received.len() as u64,
    };
    demand!(
        received == output.received,
        "{received} messages of {name} were received; {} were counted",
        output.received
    );
    Ok(())
}
