//! A message that was accepted is received once or counted as dropped; one that was refused is not
//! received; messages of one sender in one band come in their order, and a higher band overtakes.

use super::ledger::{Ledger, Life};
use super::{Verdict, demand};
use crate::history::{Arrival, Kernel, Mark, Sending, Word};
use crate::plan::{KernelPlan, LABELS, Plan};
use ringhost::{InHand, QueueCounts};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(plan: &Plan, ledger: &Ledger) -> Verdict {
    let mut ids = BTreeSet::new();
    for (number, kernel) in plan.kernels.iter().enumerate() {
        let life = &ledger.lives[number];
        let mut seen = BTreeSet::new();
        for (arrival, _) in &life.got {
            let mark = arrival.mark;
            if !seen.insert(mark) {
                continue;
            }
            demand!(
                ids.insert(arrival.id),
                "two messages have the id {}",
                arrival.id
            );
            check_origin(plan, ledger, number, arrival)?;
        }
        check_again(kernel, life)?;
        check_order(plan, ledger, number)?;
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
        let place = from.and_then(|(from, _)| ledger.lives[from].place_of(mark));
        demand!(
            place.is_some(),
            "{name} received {mark:?}, which no link took"
        );
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

/// A message comes again only to a new instance, if it is to, after one that died with it in hand.
fn check_again(kernel: &KernelPlan, life: &Life) -> Verdict {
    let (name, restart) = (&kernel.name, &kernel.options.restart);
    let mut times: BTreeMap<Mark, (u32, usize)> = BTreeMap::new();
    for (arrival, at) in &life.got {
        let mark = arrival.mark;
        let (count, before) = times.get(&mark).copied().unwrap_or((0, 0));
        times.insert(mark, (count + 1, *at));
        let mut between = life
            .losses
            .iter()
            .filter(|loss| (before..*at).contains(&loss.at));
        let loss = between.find(|loss| loss.in_hand.contains(&mark));
        demand!(
            count == 0 || restart.in_hand == InHand::Retry && loss.is_some(),
            "{name} received {mark:?} twice"
        );
        let since = loss.filter(|_| count > 0).map_or(*at, |loss| loss.at);
        let put_back = |mark: &Mark| life.losses.iter().any(|loss| loss.in_hand.contains(mark));
        let overtook = life.got.iter().find(|(other, other_at)| {
            let between = (since..*at).contains(other_at);
            between && other.band <= arrival.band && !put_back(&other.mark)
        });
        demand!(
            overtook.is_none(),
            "{name} received {mark:?} again later than {overtook:?}"
        );
        demand!(
            count < restart.attempts,
            "{name} received {mark:?} more than {} times",
            restart.attempts
        );
    }
    Ok(())
}

/// The first time that each came.
fn first_times(life: &Life) -> Vec<(Arrival, usize)> {
    let mut seen = BTreeSet::new();
    let mut first = life.got.clone();
    first.retain(|(arrival, _)| seen.insert(arrival.mark));
    first
}

fn check_order(plan: &Plan, ledger: &Ledger, kernel: Kernel) -> Verdict {
    let mut last = BTreeMap::new();
    for (arrival, _) in first_times(&ledger.lives[kernel]) {
        let Arrival { mark, band, .. } = arrival;
        // A sender counts its labels; what a kernel sent has its place.
        let place = match plan.link.filter(|_| mark.serial > 0) {
            Some((from, _)) => ledger.lives[from].place_of(mark),
            None => Some(mark.label as usize),
        };
        if let Some(before) = last.insert((sender(mark), band), place) {
            demand!(
                before < place,
                "{} received {mark:?} after {before:?} of the same sender and band",
                plan.kernels[kernel].name
            );
        }
    }
    Ok(())
}

/// A message that was in before the kernel asked is received before one of a lower band that the
/// kernel gets for asking.
fn check_bands(kernel: &KernelPlan, ledger: &Ledger, number: Kernel) -> Verdict {
    let life = &ledger.lives[number];
    let first = first_times(life);
    for (place, (late, at)) in first.iter().enumerate() {
        let Some(offer) = ledger.offer(late.mark) else {
            continue;
        };
        if !matches!(offer.sending, Some(Sending::Accepted(Some(_)))) {
            continue;
        }
        let overtook = first[..place].iter().find(|(early, early_at)| {
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
    let received = handed(&figures.input);
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

/// How many messages a queue has handed out, those that came back included.
pub(super) fn handed(counts: &QueueCounts) -> u64 {
    counts.received + counts.returned
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
