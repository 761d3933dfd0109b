//! A call gets the kernel's first answer to that very message, or is told why not.

use super::ledger::{Ledger, Life, Offer};
use super::{Verdict, demand};
use crate::history::{Calling, Kernel, Mark};
use crate::plan::Plan;
use ringhost::{Overflow, RestartWhen};

pub(super) fn check(plan: &Plan, ledger: &Ledger) -> Verdict {
    for (label, offer) in &ledger.offers {
        check_call(plan, ledger, *label, offer)?;
    }
    for kernel in 0..plan.kernels.len() {
        check_sum(plan, ledger, kernel)?;
    }
    Ok(())
}

fn check_call(plan: &Plan, ledger: &Ledger, label: u32, offer: &Offer) -> Verdict {
    let Some((calling, at)) = &offer.calling else {
        return Ok(());
    };
    let kernel = &plan.kernels[offer.kernel];
    let (name, life) = (&kernel.name, &ledger.lives[offer.kernel]);
    let mut puts = life.puts.iter().filter(|put| !put.is_refused());
    let first = puts.find(|put| put.mark.label == label);
    match calling {
        Calling::Answered(arrival) => {
            demand!(
                Some(arrival.mark) == first.map(|put| put.mark),
                "call {label} to {name} was answered with {:?}, not {first:?}",
                arrival.mark
            );
        }
        Calling::Dropped => {
            let drops = [Overflow::DropOldest, Overflow::DropNewest];
            demand!(
                drops.contains(&kernel.options.overflow)
                    && (!got(life, label) || came_back(life, label)),
                "call {label} to {name} was not dropped, though its caller was told so"
            );
        }
        Calling::Died => {
            demand!(
                kernel.options.restart.when != RestartWhen::Never
                    && (got(life, label) || life.unsaid() > 0),
                "call {label} to {name} was not in its hand, though its caller was told so"
            );
        }
        Calling::TimedOut | Calling::Ended => {
            // What was taken before the caller was told had reached it.
            let answered = first
                .and_then(|put| put.taken)
                .is_some_and(|(_, told)| told < *at);
            demand!(
                !answered,
                "call {label} to {name} was answered, but its caller was told {calling:?}"
            );
        }
    }
    Ok(())
}

fn got(life: &Life, label: u32) -> bool {
    life.got
        .iter()
        .any(|(arrival, _)| arrival.mark.label == label)
}

/// The kernel died with it in hand, so that it may have been in the queue again.
fn came_back(life: &Life, label: u32) -> bool {
    let mark = Mark { label, serial: 0 };
    life.losses.iter().any(|loss| loss.in_hand.contains(&mark))
}

fn check_sum(plan: &Plan, ledger: &Ledger, kernel: Kernel) -> Verdict {
    let Some((figures, _)) = &ledger.lives[kernel].over else {
        return Ok(());
    };
    let calls = || {
        ledger
            .offers_to(kernel)
            .map(|(_, offer)| offer)
            .filter(|offer| offer.call)
    };
    let answered = |offer: &&Offer| matches!(offer.calling, Some((Calling::Answered(_), _)));
    let least = calls().filter(answered).count() as u64;
    let gave_up = |offer: &&Offer| offer.sending.is_none();
    let most = least + calls().filter(gave_up).count() as u64;
    demand!(
        (least..=most).contains(&figures.delivered),
        "{} delivered {} replies; {least} to {most} were received",
        plan.kernels[kernel].name,
        figures.delivered
    );
    Ok(())
}
