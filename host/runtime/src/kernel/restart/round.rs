//! One restart, of one kernel or of several together.

use crate::lifecycle::KernelId;
use parking_lot::Mutex;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A restart that is under way. Every kernel that takes part holds one of its clones while it is
/// still running its old instance.
#[derive(Debug, Clone)]
pub(in crate::kernel) struct Round {
    /// When the kernels may start again.
    not_before: Instant,
    /// The kernel whose failure it is for, where others take part.
    failed: Option<KernelId>,
    /// Closed when nobody holds a clone of the round any more.
    running: watch::Sender<()>,
}

/// What a kernel waits for that has stopped.
pub(in crate::kernel) struct Rest {
    not_before: Instant,
    others_running: watch::Receiver<()>,
}

impl Round {
    pub(super) fn alone(wait: Duration) -> Self {
        Self {
            not_before: Instant::now() + wait,
            failed: None,
            running: watch::Sender::new(()),
        }
    }

    pub(super) fn shared(wait: Duration, failed: KernelId) -> Self {
        Self {
            failed: Some(failed),
            ..Self::alone(wait)
        }
    }

    /// How long the kernels stay down.
    pub(in crate::kernel) fn wait(&self) -> Duration {
        self.not_before.saturating_duration_since(Instant::now())
    }

    /// This kernel has stopped.
    pub(in crate::kernel) fn stopped(self) -> Rest {
        Rest {
            not_before: self.not_before,
            others_running: self.running.subscribe(),
        }
    }
}

impl Rest {
    /// Waits until the time has come and all who take part have stopped.
    pub(in crate::kernel) async fn over(mut self) {
        tokio::time::sleep_until(self.not_before).await;
        // Nothing is ever sent; an error says that the last sender has gone.
        while self.others_running.changed().await.is_ok() {}
    }
}

/// Where a kernel is told that it is to start again with others.
#[derive(Debug, Default)]
pub(in crate::kernel) struct Rounds(Mutex<Slot>);

#[derive(Debug, Default)]
struct Slot {
    ordered: Vec<Round>,
    /// The kernel has ended for good: it takes part in nothing any more.
    over: bool,
}

impl Rounds {
    pub(super) fn order(&self, round: Round) {
        let mut slot = self.0.lock();
        if !slot.over {
            slot.ordered.push(round);
        }
    }

    /// A round that the kernel is to take part in.
    pub(in crate::kernel) fn take(&self) -> Option<Round> {
        self.0.lock().ordered.pop()
    }

    /// The kernel for whose failure this one is to start again, if it is.
    pub(in crate::kernel) fn ordered_for(&self) -> Option<KernelId> {
        self.0.lock().ordered.last()?.failed.clone()
    }

    /// The kernel has ended for good; nobody is to wait for it.
    pub(in crate::kernel) fn close(&self) {
        let mut slot = self.0.lock();
        slot.over = true;
        slot.ordered.clear();
    }
}
