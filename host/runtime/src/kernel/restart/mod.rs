//! Restarts: whether, when and with whom a kernel that has ended is started again.

mod budget;
mod group;
mod policy;
mod round;

use super::Kernel;
use crate::error::InvalidOptionError;
use crate::lifecycle::{Ending, KernelId};
use budget::Budget;
use group::Group;
use parking_lot::Mutex;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

pub use group::{Strategy, Supervision};
pub use policy::{InHand, Restart, RestartWhen};
pub(super) use round::{Rest, Round, Rounds};

/// What follows from an ending.
pub(super) enum Verdict {
    /// The kernel stays down.
    Down,
    /// It would have been started again, but the budget is spent.
    GiveUp,
    /// It is started again.
    Again(Round),
}

/// Decides for one kernel.
pub(super) struct Judge {
    /// `None` for a kernel that is never restarted: so are nearly all where there are very many.
    own: Option<Box<Own>>,
    group: OnceLock<Arc<Group>>,
}

/// A kernel's own policy, and what is left of its budget.
struct Own {
    restart: Restart,
    budget: Mutex<Budget>,
}

impl Judge {
    pub(super) fn new(restart: Restart) -> Self {
        let own = |restart| {
            Box::new(Own {
                restart,
                budget: Mutex::default(),
            })
        };
        Self {
            own: (restart.when != RestartWhen::Never).then(|| own(restart)),
            group: OnceLock::new(),
        }
    }

    /// The policy in force.
    pub(super) fn restart(&self) -> &Restart {
        match (self.group.get(), &self.own) {
            (Some(group), _) => group.restart(),
            (None, Some(own)) => &own.restart,
            (None, None) => &policy::NEVER,
        }
    }

    /// What follows from this ending of a kernel that nobody asked to end. `finished` says that it
    /// has received all that it will ever be sent.
    pub(super) fn judge(&self, id: &KernelId, ending: &Ending, finished: bool) -> Verdict {
        if let Some(group) = self.group.get() {
            return group.judge(id, ending, finished);
        }
        let Some(Own { restart, budget }) = self.own.as_deref() else {
            return Verdict::Down;
        };
        if !restart.follows(ending, finished) {
            return Verdict::Down;
        }
        match budget.lock().spend(restart) {
            Some(wait) => Verdict::Again(Round::alone(wait)),
            None => Verdict::GiveUp,
        }
    }
}

/// Makes a group of kernels. To be called by one at a time: two who make groups at once must not
/// each get half of the kernels.
///
/// # Errors
/// If there are none, one is in a group already, or the policy cannot be meant; then nothing has
/// happened.
pub(crate) fn supervise(
    kernels: &[Arc<Kernel>],
    supervision: Supervision,
) -> Result<(), InvalidOptionError> {
    supervision.restart.check()?;
    let invalid = |value, reason| {
        Err(InvalidOptionError {
            option: "kernels of a group",
            value,
            reason,
        })
    };
    if kernels.is_empty() {
        return invalid("none".to_owned(), "a group has at least one kernel");
    }
    let group = Arc::new(Group::new(supervision, kernels));
    for (at, kernel) in kernels.iter().enumerate() {
        let twice = kernels
            .iter()
            .skip(at + 1)
            .any(|other| other.id() == kernel.id());
        if twice || kernel.life.judge.group.get().is_some() {
            let reason = "each kernel is in one group, once";
            return invalid(format!("{:?}", kernel.id().as_str()), reason);
        }
    }
    for kernel in kernels {
        kernel.ports.holds_messages.store(true, Ordering::Relaxed);
        // It was seen to be empty.
        let _ = kernel.life.judge.group.set(group.clone());
    }
    Ok(())
}
