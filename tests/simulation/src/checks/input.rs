//! A message that was accepted is received once or counted as dropped; one that was refused is not
//! received; messages of one sender in one band come in their order, and a higher band overtakes.

use super::ledger::{Ledger, Life, Put};
use super::{Verdict, demand};
use crate::history::{Arrival, Kernel, Mark, Sending, Word};
use crate::plan::{KernelPlan, LABELS, Plan};
use ringhost::QueueCounts;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(plan: &Plan, ledger: &Ledger) -> Verdict {
    let mut ids = BTreeSet::new();
    for (number, kernel) in plan.kernels.iter().enumerate() {
        let life = &ledger.lives[number];
        let mut seen = BTreeSet::new();
        for (arrival, _) in &life.got {
            let mark = arrival.mark;
            demand!(seen.insert(mark), "{} received {mark:?} twice", kernel.name);
            demand!(
                ids.insert(arrival.id),
                "two messages have the id {}",
                arrival.id
            );
            check_origin(plan, ledger, number, arrival)?;
        }
        check_order(kernel, life)?;
        check_bands(kernel, ledger, number)?;
        check_sum(plan, ledger, number)?;
        check_given_up(plan, ledger, number)?;
    }
    Ok(())
}

/// Whoever sent a message to this kernel.
fn sender(mark: Mark) -> Option<u32> {
    (mark.serial == 0).then_some(mark.label / LABELS)
}

fn check_origin(plan: &Plan, ledger: &Ledger, kernel: Kernel, arrival: &Arrival) -> Verdict {
    let name = &plan.kernels[kernel].name;
    let mark = arrival.mark;
    if mark.serial > 0 {
        let from = plan.link.filter(|(_, to)| *to == kernel);
        let put = from.and_then(|(from, _)| put(&ledger.lives[from], mark));
        let refused = put.is_none_or(|put| put.taken.is_some_and(|(taken, _)| !taken));
        demand!(!refused, "{name} received {mark:?}, which no link took");
        let began = from.map(|(from, _)| ledger.lives[from].got.iter());
        let same = |(got, _): &(Arrival, usize)| {
            let exchange = |arrival: &Arrival| (arrival.mark.label, arrival.correlation);
            exchange(got) == exchange(arrival) && got.band == arrival.band
        };
        demand!(
            began.is_some_and(|mut began| began.any(same)),
            "{name} received {arrival:?}, which carries on nothing"
        );
        return Ok(());
    }
    let Some(offer) = ledger.offer(mark).filter(|offer| offer.kernel == kernel) else {
        return Err(format!("{name} received {mark:?}, which is not for it"));
    };
    demand!(
        matches!(offer.sending, None | Some(Sending::Accepted(_))),
        "{name} received {mark:?}, which was refused: {:?}",
        offer.sending
    );
    if let Some(Sending::Accepted(Some(id))) = offer.sending {
        demand!(
            id == arrival.id,
            "{mark:?} has the id {}, not {id}",
            arrival.id
        );
    }
    demand!(
        arrival.correlation == arrival.id && arrival.band == offer.band,
        "{name} received {arrival:?} for {offer:?}"
    );
    Ok(())
}

/// What a kernel sent under this mark.
pub(super) fn put(life: &Life, mark: Mark) -> Option<Put> {
    life.puts.iter().find(|put| put.mark == mark).copied()
}

fn check_order(kernel: &KernelPlan, life: &Life) -> Verdict {
    let mut last = BTreeMap::new();
    for (arrival, _) in &life.got {
        let Arrival { mark, band, .. } = *arrival;
        // A sender counts its labels, a kernel its serials.
        let number = if mark.serial == 0 {
            mark.label
        } else {
            mark.serial
        };
        if let Some(before) = last.insert((sender(mark), band), number) {
            demand!(
                before < number,
                "{} received {mark:?} after {before} of the same sender and band",
                kernel.name
            );
        }
    }
    Ok(())
}

/// A message that was in before the kernel asked is received before one of a lower band that the
/// kernel gets for asking.
fn check_bands(kernel: &KernelPlan, ledger: &Ledger, number: Kernel) -> Verdict {
    let life = &ledger.lives[number];
    for (place, (late, at)) in life.got.iter().enumerate() {
        let Some(offer) = ledger.offer(late.mark) else {
            continue;
        };
        if !matches!(offer.sending, Some(Sending::Accepted(Some(_)))) {
            continue;
        }
        let overtook = life.got[..place].iter().find(|(early, early_at)| {
            let asked = life.asked.iter().rev().find(|asked| *asked < early_at);
            early.band < late.band
                && asked.is_some_and(|asked| offer.told.is_some_and(|told| told < *asked))
        });
        demand!(
            overtook.is_none(),
            "{} received {late:?} (at {at}) later than {overtook:?}, though it was there",
            kernel.name
        );
    }
    Ok(())
}

/// What the queue counted is what was offered.
fn check_sum(plan: &Plan, ledger: &Ledger, kernel: Kernel) -> Verdict {
    let (name, life) = (&plan.kernels[kernel].name, &ledger.lives[kernel]);
    let Some((figures, _)) = &life.over else {
        return Ok(());
    };
    let is_accepted = |sending: &Option<Sending>| matches!(sending, Some(Sending::Accepted(_)));
    let offers = || ledger.offers_to(kernel).map(|(_, offer)| &offer.sending);
    let mut least = offers().filter(|sending| is_accepted(sending)).count() as u64;
    let mut most = least + offers().filter(|sending| sending.is_none()).count() as u64;
    if plan.link.is_some_and(|(_, to)| to == kernel) {
        let (forwarded, _) = ledger.link.unwrap_or((0, 0));
        least += forwarded;
        most += forwarded;
    }
    let counted = figures.input.accepted + figures.input.dropped_newest;
    demand!(
        (least..=most).contains(&counted),
        "{name} counted {counted} messages; {least} to {most} were accepted"
    );
    let got = life.got.len() as u64;
    let received = figures.input.received;
    let by_itself = matches!(
        life.last_word,
        Some(Word::Returns | Word::Fails | Word::Traps)
    );
    demand!(
        got <= received && (!by_itself || got == received),
        "{name} was handed {received} messages and received {got}"
    );
    Ok(())
}

/// After its sender gave up, a message is not taken any more.
fn check_given_up(plan: &Plan, ledger: &Ledger, kernel: Kernel) -> Verdict {
    let (name, life) = (&plan.kernels[kernel].name, &ledger.lives[kernel]);
    let linked = plan.link.is_some_and(|(_, to)| to == kernel);
    let Some((figures, _)) = life.over.as_ref().filter(|_| !linked) else {
        return Ok(());
    };
    for (at, counts) in &life.given_up {
        // Whatever is not settled by then may be taken afterwards.
        let later = ledger.offers_to(kernel).filter(|(_, offer)| {
            let open = offer.told.is_none_or(|told| told > *at);
            open && matches!(offer.sending, None | Some(Sending::Accepted(_)))
        });
        let most = later.count() as u64;
        let taken = |counts: &QueueCounts| counts.accepted + counts.dropped_newest;
        let counted = taken(&figures.input) - taken(counts);
        demand!(
            counted <= most,
            "{name} took {counted} messages after record {at}, when {most} at most were left"
        );
    }
    Ok(())
}
