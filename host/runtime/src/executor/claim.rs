//! Who polls a task that is polled by whoever wakes it.

use crate::sync::{AtomicU64, Ordering};

/// Gives one of all who wake a task the claim to poll it, and tells that one of the others.
pub struct Claim {
    /// How often the task was woken since nobody had the claim; not 0 while somebody has it.
    wakes: AtomicU64,
}

impl Claim {
    /// A claim that nobody has.
    pub fn new() -> Self {
        let wakes = AtomicU64::new(0);
        Self { wakes }
    }

    /// To be said by whoever wakes the task. True if that gives the claim; otherwise whoever has it
    /// will poll the task again.
    pub fn take(&self) -> bool {
        self.wakes.fetch_add(1, Ordering::AcqRel) == 0
    }

    /// Polls the task with this function and gives the claim back, if it was not woken in between.
    /// False if it was: then the caller keeps the claim, and is to see to the wake-up.
    pub fn poll(&self, poll: impl FnOnce()) -> bool {
        let before = self.wakes.load(Ordering::Acquire);
        poll();
        self.wakes
            .compare_exchange(before, 0, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}
