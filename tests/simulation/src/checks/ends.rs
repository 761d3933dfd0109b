//! A kernel ends as it said it would, within its deadline, and does nothing after that.

use super::counts::figures;
use super::ledger::{Ledger, Life};
use super::{Verdict, demand, restarts};
use crate::history::{Event, Kernel, Record, Word};
use crate::plan::Plan;
use crate::scheduler::{LONGEST_TURN, PATIENCE};
use ringhost::{Call, Ending, KernelState};
use std::time::Duration;

/// How many tasks run one after the other, from the timer that rings at the deadline to the caller
/// who is told that the kernel has ended.
const HANDS: u32 = 6;

/// What the history has told about a kernel so far.
#[derive(Debug, Clone, Default)]
struct Course {
    /// Somebody activated it.
    activated: bool,
    /// Somebody or something may have ended it.
    ended_by_others: bool,
    /// It has been seen to have ended.
    over: bool,
    /// It must have ended by then.
    due: Option<Duration>,
    /// By when whoever asked last must be told that it has.
    last_due: Duration,
}

pub(super) fn check(plan: &Plan, records: &[Record], ledger: &Ledger) -> Verdict {
    let mut courses = vec![Course::default(); plan.kernels.len()];
    for record in records {
        if record.event == Event::StopsAll {
            for course in &mut courses {
                course.ended_by_others = true;
            }
        }
        if let Some((kernel, state)) = sight(&record.event) {
            see(plan, &mut courses[kernel], kernel, state, record)?;
        }
    }
    for ((kernel, course), life) in plan.kernels.iter().zip(&courses).zip(&ledger.lives) {
        check_ending(&kernel.name, course, life)?;
        restarts::check(kernel, course.ended_by_others, records, life)?;
    }
    Ok(())
}

/// The kernel that an event shows, and its state where that is told.
fn sight(event: &Event) -> Option<(Kernel, Option<KernelState>)> {
    match event {
        Event::Says { kernel, .. } | Event::TaskDropped { kernel } => Some((*kernel, None)),
        Event::Stands { kernel, state, .. } => Some((*kernel, Some(*state))),
        event => figures(event).map(|(kernel, figures)| (kernel, Some(figures.state))),
    }
}

fn see(
    plan: &Plan,
    course: &mut Course,
    kernel: Kernel,
    state: Option<KernelState>,
    record: &Record,
) -> Verdict {
    let (name, at) = (&plan.kernels[kernel].name, record.time);
    let alive = match (&record.event, state) {
        (Event::TaskDropped { .. }, _) => false,
        (_, state) => state != Some(KernelState::Terminated),
    };
    demand!(
        !(course.over && alive),
        "{at:?}: {name} has ended, and yet: {:?}",
        record.event
    );
    demand!(
        !(alive && course.due.is_some_and(|due| due < at)),
        "{at:?}: {name} should have ended by {:?}: {:?}",
        course.due,
        record.event
    );
    course.over |= state == Some(KernelState::Terminated);
    match &record.event {
        Event::Operates {
            call: Call::Activate,
            done: true,
            ..
        } => course.activated = true,
        Event::TaskDropped { .. } => course.ended_by_others = true,
        Event::AsksToEnd { deadline, .. } => {
            // One that has ended by itself is asked in vain.
            course.ended_by_others |= state == Some(KernelState::Terminating) || !course.activated;
            let due = at + *deadline + grace(plan);
            course.due = Some(course.due.map_or(due, |before| before.min(due)));
            course.last_due = due;
        }
        Event::Ended { .. } => {
            demand!(
                course.over,
                "{at:?}: {name} was said to have ended: {state:?}"
            );
            demand!(
                at <= course.last_due,
                "{at:?}: {name} should have ended by {:?}",
                course.last_due
            );
        }
        _ => {}
    }
    Ok(())
}

/// How much later than its deadline a kernel may end here, where everybody may be held up.
fn grace(plan: &Plan) -> Duration {
    // A timer rings at the next millisecond.
    let turns = LONGEST_TURN * PATIENCE as u32 * HANDS + Duration::from_millis(2);
    // In each of these turns kernels may log.
    turns + plan.longest_write * 200
}

fn check_ending(name: &str, course: &Course, life: &Life) -> Verdict {
    let Some((figures, ending)) = &life.over else {
        return Ok(());
    };
    let Some(ending) = ending else {
        return Err(format!("{name} has not ended: {figures:?}"));
    };
    let expected = match ending {
        Ending::Returned => life.last_word == Some(Word::Returns),
        Ending::Failed(_) => life.last_word == Some(Word::Fails),
        Ending::Trapped(_) => life.last_word == Some(Word::Traps),
        Ending::NeverActivated => !course.activated && course.ended_by_others,
        Ending::Stopped => course.activated && course.ended_by_others,
        _ => false,
    };
    demand!(
        expected && (!life.down || course.ended_by_others),
        "{name} said {:?} last and is told to have ended like this: {ending}",
        life.last_word
    );
    demand!(
        course.ended_by_others || figures.output.dropped_at_end == 0,
        "{name} ended by itself, and {} of its messages were dropped",
        figures.output.dropped_at_end
    );
    Ok(())
}
