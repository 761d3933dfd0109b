//! When commands are done.

use crate::ComputeError;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// What commands took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Time of the device, over all its threads.
    pub device_time: Duration,
    /// Launches that ran.
    pub launches: u32,
    /// Items of them, all together.
    pub items: u64,
}

/// When commands that were submitted together are done; cheap to clone.
#[derive(Clone)]
pub struct Event(pub(crate) Arc<State>);

#[derive(Default)]
pub(crate) struct State {
    phase: Mutex<Phase>,
    is_cancelled: AtomicBool,
    done: Notify,
}

#[derive(Default)]
enum Phase {
    #[default]
    Waiting,
    Running,
    Done(Result<Stats, ComputeError>),
}

impl Event {
    /// What became of the commands; none while they wait or run.
    #[must_use]
    pub fn poll(&self) -> Option<Result<Stats, ComputeError>> {
        match &*self.0.phase.lock() {
            Phase::Done(result) => Some(result.clone()),
            _ => None,
        }
    }

    /// Waits for what becomes of the commands.
    ///
    /// # Errors
    /// The first that went wrong: those after it were not done.
    pub async fn wait(&self) -> Result<Stats, ComputeError> {
        loop {
            let mut done = std::pin::pin!(self.0.done.notified());
            // From here on a notification is not missed.
            done.as_mut().enable();
            if let Some(result) = self.poll() {
                return result;
            }
            done.await;
        }
    }

    /// Ends the commands: what has not begun is not done, and a launch that runs ends within some
    /// milliseconds. What has been done stays so.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
        let mut phase = self.0.phase.lock();
        if matches!(*phase, Phase::Waiting) {
            *phase = Phase::Done(Err(ComputeError::Cancelled));
            drop(phase);
            self.0.done.notify_waiters();
        }
    }
}

impl State {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// The commands begin; false if they were cancelled before.
    pub(crate) fn begin(&self) -> bool {
        let mut phase = self.phase.lock();
        if matches!(*phase, Phase::Waiting) {
            *phase = Phase::Running;
        }
        drop(phase);
        !self.is_cancelled()
    }

    pub(crate) fn finish(&self, result: Result<Stats, ComputeError>) {
        let mut phase = self.phase.lock();
        if !matches!(*phase, Phase::Done(_)) {
            *phase = Phase::Done(result);
        }
        drop(phase);
        self.done.notify_waiters();
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Event").field(&self.poll()).finish()
    }
}
