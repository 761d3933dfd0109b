//! Those who are to be woken.

use std::task::Waker;

/// Tasks that a change concerns. They are woken after the locks are released, so that none runs
/// into them.
#[derive(Debug, Default)]
#[must_use = "whoever is not woken waits for ever"]
pub struct Wakers {
    senders: Few,
    receivers: Few,
}

/// Mostly none, or one; those cost no allocation.
#[derive(Debug, Default)]
struct Few {
    first: Option<Waker>,
    more: Vec<Waker>,
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
        self.senders.wake();
        self.receivers.wake();
    }

    /// Wakes them, but asks first, if there are receivers, whether they have been seen to.
    pub fn wake_unless(self, receivers_seen_to: impl FnOnce() -> bool) {
        self.senders.wake();
        if self.receivers.first.is_some() && !receivers_seen_to() {
            self.receivers.wake();
        }
    }
}

impl Few {
    fn push(&mut self, waker: Waker) {
        if self.first.is_none() {
            self.first = Some(waker);
        } else {
            self.more.push(waker);
        }
    }

    fn wake(self) {
        if let Some(first) = self.first {
            first.wake();
            self.more.into_iter().for_each(Waker::wake);
        }
    }
}
