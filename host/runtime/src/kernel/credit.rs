//! Pause for credit: a kernel with a bound on its share of a core is not stopped when it has used
//! more, but waits until time has given it credit again.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// The most credit that an idle kernel saves up, in seconds of a core.
const MOST_SAVED: f64 = 0.01;

/// A kernel's account: it earns its share of every second, and pays for the time it is polled.
pub(super) struct Credit {
    share: f64,
    /// Seconds of a core; below zero the kernel waits.
    balance: f64,
    settled: Instant,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Credit {
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            balance: MOST_SAVED,
            settled: Instant::now(),
            wait: None,
        }
    }

    /// Ready when the kernel has credit. Otherwise the task is woken when it has.
    pub(super) fn poll_available(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.earn();
        if self.balance >= 0.0 {
            self.wait = None;
            return Poll::Ready(());
        }
        // Rounded up by a microsecond, so that the balance is not just below zero again.
        let seconds = (-self.balance / self.share + 1e-6).min(3600.0);
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        let wait = self.wait.insert(Box::pin(tokio::time::sleep_until(until)));
        wait.as_mut().poll(context)
    }

    /// Whether the kernel was without credit when it was last asked for.
    pub(super) fn is_waited_for(&self) -> bool {
        self.wait.is_some()
    }

    /// The kernel was polled for so long.
    pub(super) fn pay(&mut self, time: Duration) {
        self.balance -= time.as_secs_f64();
    }

    fn earn(&mut self) {
        let now = Instant::now();
        let earned = now.duration_since(self.settled).as_secs_f64() * self.share;
        self.balance = (self.balance + earned).min(MOST_SAVED);
        self.settled = now;
    }
}
