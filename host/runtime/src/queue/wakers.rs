//! Those who are to be woken.

use smallvec::SmallVec;
use std::task::Waker;

/// Tasks that a change concerns. They are woken after the locks are released, so that none runs
/// into them.
#[derive(Debug, Default)]
#[must_use = "whoever is not woken waits for ever"]
pub struct Wakers {
    senders: SmallVec<[Waker; 1]>,
    receivers: SmallVec<[Waker; 1]>,
}

impl Wakers {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn sender(&mut self, waker: Waker) {
        self.senders.push(waker);
    }

    pub(super) fn receiver(&mut self, waker: Waker) {
        self.receivers.push(waker);
    }

    /// Wakes them.
    pub fn wake(self) {
        self.wake_unless(|| false);
    }

    /// Wakes them, but asks first, if there are receivers, whether they have been seen to.
    pub fn wake_unless(self, receivers_seen_to: impl FnOnce() -> bool) {
        self.senders.into_iter().for_each(Waker::wake);
        if !self.receivers.is_empty() && !receivers_seen_to() {
            self.receivers.into_iter().for_each(Waker::wake);
        }
    }
}
