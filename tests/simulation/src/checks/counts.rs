//! The counts add up at any time, a queue holds what it may, and calls are valid where the table
//! says so.

use super::{Verdict, demand};
use crate::history::{Event, Figures, Kernel, Record, Sending};
use crate::plan::{KernelPlan, Plan};
use ringhost::{Call, KernelState, Overflow, QueueCounts};

pub(super) fn check(plan: &Plan, records: &[Record]) -> Verdict {
    let mut closed = vec![false; plan.kernels.len()];
    if let Some((_, to)) = plan.link {
        // The link closes it when it ends, which is told later.
        closed[to] = true;
    }
    for record in records {
        let at = record.time;
        match &record.event {
            Event::Operates {
                kernel,
                call,
                before,
                done,
                after,
            } => {
                closed[*kernel] |= *call == Call::CloseInput && *done;
                demand!(
                    *done == call.is_valid_in(*before),
                    "{at:?}: kernel {kernel} was {before}, and {call} was {done}"
                );
                let expected = call.leads_to().filter(|_| *done).unwrap_or(*before);
                demand!(
                    after.state == expected,
                    "{at:?}: kernel {kernel} is {} after {call}, not {expected}",
                    after.state
                );
            }
            Event::Offered {
                kernel, sending, ..
            } => check_refusal(&plan.kernels[*kernel], closed[*kernel], sending)?,
            _ => {}
        }
        if let Some((kernel, figures)) = figures(&record.event) {
            check_figures(&plan.kernels[kernel], figures)?;
        }
    }
    Ok(())
}

/// The figures in an event.
pub(super) fn figures(event: &Event) -> Option<(Kernel, &Figures)> {
    match event {
        Event::Operates { kernel, after, .. }
        | Event::AsksToEnd { kernel, after, .. }
        | Event::Ended { kernel, after, .. }
        | Event::GaveUp { kernel, after, .. }
        | Event::Over {
            kernel,
            figures: after,
            ..
        } => Some((*kernel, after)),
        _ => None,
    }
}

fn check_refusal(kernel: &KernelPlan, closed: bool, sending: &Sending) -> Verdict {
    let (name, capacity) = (&kernel.name, kernel.capacity());
    match sending {
        Sending::Full { depth } => {
            demand!(
                *depth >= capacity,
                "{name} refused a message with {depth} of {capacity} in its queue"
            );
        }
        Sending::Closed => demand!(closed, "{name} refused a message as if it were closed"),
        Sending::Accepted(_) | Sending::Refused => {}
    }
    Ok(())
}

fn check_figures(kernel: &KernelPlan, figures: &Figures) -> Verdict {
    let name = &kernel.name;
    let sides = [
        (&figures.input, kernel.options.overflow, 1),
        (
            &figures.output,
            kernel.options.output_overflow,
            kernel.receivers.max(1),
        ),
    ];
    for (counts, overflow, receivers) in sides {
        let QueueCounts {
            accepted,
            received,
            returned,
            depth,
            peak_depth,
            dropped_oldest,
            dropped_newest,
            refused_full,
            dropped_at_end,
            ..
        } = *counts;
        demand!(
            accepted == received + depth + dropped_oldest + dropped_at_end,
            "{name}: the counts do not add up: {counts:?}"
        );
        // What is promised to a receiver takes no room, and what comes back needs none.
        let capacity = kernel.capacity() as u64;
        demand!(
            peak_depth <= capacity && depth <= capacity + receivers as u64 + returned,
            "{name} holds more than {capacity}: {counts:?}"
        );
        let (drops_oldest, drops_newest) = (
            overflow == Overflow::DropOldest,
            matches!(overflow, Overflow::DropOldest | Overflow::DropNewest),
        );
        demand!(
            (drops_oldest || dropped_oldest == 0)
                && (drops_newest || dropped_newest == 0)
                && (!drops_newest || refused_full == 0),
            "{name} does not keep to {overflow:?}: {counts:?}"
        );
    }
    demand!(
        figures.state != KernelState::Terminated || figures.input.depth == 0,
        "{name} has ended with messages in its input"
    );
    Ok(())
}
