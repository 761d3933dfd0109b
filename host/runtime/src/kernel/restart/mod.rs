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
    own: Restart,
    budget: Mutex<Budget>,
    group: OnceLock<Arc<Group>>,
}

impl Judge {
    pub(super) fn new(own: Restart) -> Self {
        Self {
            own,
            budget: Mutex::default(),
            group: OnceLock::new(),
        }
    }

    /// The policy in force.
    pub(super) fn restart(&self) -> &Restart {
        self.group.get().map_or(&self.own, |group| group.restart())
    }

    /// What follows from this ending of a kernel that nobody asked to end. `finished` says that it
    /// has received all that it will ever be sent.
    pub(super) fn judge(&self, id: &KernelId, ending: &Ending, finished: bool) -> Verdict {
        if let Some(group) = self.group.get() {
            return group.judge(id, ending, finished);
        }
        if !self.own.follows(ending, finished) {
            return Verdict::Down;
        }
        match self.budget.lock().spend(&self.own) {
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
