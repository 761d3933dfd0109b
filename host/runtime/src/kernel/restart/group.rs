//! Kernels that stand and fall together.

use super::budget::Budget;
use super::round::Round;
use super::{Restart, Verdict};
use crate::kernel::Kernel;
use crate::lifecycle::{Ending, KernelId, KernelState};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Weak};

/// How a group of kernels is kept up. One level: a group has no groups in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// Which kernels are started again when one has failed.
    pub strategy: Strategy,
    /// When, how soon and how often. It takes the place of what the kernels were launched with, and
    /// its budget is the group's: when it is spent, the whole group goes down.
    #[serde(default)]
    pub restart: Restart,
}

/// Which kernels of a group are started again when one has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// That one. The others run on.
    OneForOne,
    /// All that are active, none before all have stopped.
    AllForOne,
}

/// A group of kernels.
pub(in crate::kernel) struct Group {
    supervision: Supervision,
    members: Vec<Weak<Kernel>>,
    /// The group's own; its lock orders failures.
    budget: Mutex<Budget>,
}

impl Group {
    pub(super) fn new(supervision: Supervision, members: &[Arc<Kernel>]) -> Self {
        Self {
            supervision,
            members: members.iter().map(Arc::downgrade).collect(),
            budget: Mutex::default(),
        }
    }

    pub(super) fn restart(&self) -> &Restart {
        &self.supervision.restart
    }

    /// What follows from an ending of a member.
    pub(super) fn judge(&self, id: &KernelId, ending: &Ending, finished: bool) -> Verdict {
        let restart = &self.supervision.restart;
        if !restart.follows(ending, finished) {
            let together = self.supervision.strategy == Strategy::AllForOne;
            if together && ending.is_failure() && !matches!(ending, Ending::WithGroup { .. }) {
                self.bring_down(id);
            }
            return Verdict::Down;
        }
        let mut budget = self.budget.lock();
        let Some(wait) = budget.spend(restart) else {
            self.bring_down(id);
            return Verdict::GiveUp;
        };
        Verdict::Again(match self.supervision.strategy {
            Strategy::OneForOne => Round::alone(wait),
            Strategy::AllForOne => {
                let round = Round::shared(wait, id.clone());
                for member in self.others(id) {
                    member.join(&round);
                }
                round
            }
        })
    }

    fn bring_down(&self, id: &KernelId) {
        for member in self.others(id) {
            member.bring_down(id);
        }
    }

    fn others(&self, id: &KernelId) -> impl Iterator<Item = Arc<Kernel>> {
        self.members
            .iter()
            .filter_map(Weak::upgrade)
            .filter(move |member| member.id() != id)
    }
}

impl Kernel {
    /// Has the kernel start again in this round, if it is running.
    fn join(&self, round: &Round) {
        if self.state().is_running() {
            self.life.rounds.order(round.clone());
            self.ports.control.wake();
        }
    }

    /// Ends the kernel, because another of its group stays down.
    fn bring_down(&self, failed: &KernelId) {
        if self.state() == KernelState::Launched {
            let kernel_id = failed.clone();
            self.ports.end(Ending::WithGroup { kernel_id });
            self.prepared.lock().take();
        } else {
            self.life.brought_down(failed.clone());
            self.order_stop();
        }
    }
}
