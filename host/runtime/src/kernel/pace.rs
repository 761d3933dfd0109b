//! How a kernel's callers go about it: message by message, or many at once.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// So many exchanges of one message in succession make a habit.
const HABIT: u8 = 2;

/// Guesses whether the message at hand is the only one for a while. If it is, its sender does best to
/// run the kernel itself; if others follow, they are better handled together, by the kernel's task.
/// A wrong guess costs time and nothing else, so nothing here has to be exact.
#[derive(Debug, Default)]
pub(super) struct Pace {
    exchanges: AtomicU8,
    unanswered: AtomicBool,
}

impl Pace {
    /// A caller found that a message was answered as soon as it had run the kernel.
    pub(super) fn exchanged(&self) {
        let exchanges = self.exchanges.load(Ordering::Relaxed);
        if exchanges < HABIT {
            self.exchanges.store(exchanges + 1, Ordering::Relaxed);
        }
    }

    /// Whether the sender of this message is likely to wait for the answer next.
    pub(super) fn expects_answer(&self) -> bool {
        if self.exchanges.load(Ordering::Relaxed) < HABIT {
            return false;
        }
        let follows = self.unanswered.swap(true, Ordering::Relaxed);
        if follows {
            self.exchanges.store(0, Ordering::Relaxed);
            self.unanswered.store(false, Ordering::Relaxed);
        }
        !follows
    }

    /// A message was received.
    pub(super) fn answered(&self) {
        if self.unanswered.load(Ordering::Relaxed) {
            self.unanswered.store(false, Ordering::Relaxed);
        }
    }
}
