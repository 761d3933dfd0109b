//! Those who are to be woken.

use std::cell::RefCell;
use std::task::Waker;

thread_local! {
    /// Those who are woken when the work at hand on this thread is done; `None` outside of such.
    static LATER: RefCell<Option<Vec<Waker>>> = const { RefCell::new(None) };
}

/// Does work that may wake many, some of them again and again, and wakes them when it is done. The
/// work must not take long.
pub fn waking_at_the_end<R>(work: impl FnOnce() -> R) -> R {
    /// Wakes them even if the work panics.
    struct End(Option<Vec<Waker>>);

    impl Drop for End {
        fn drop(&mut self) {
            let woken = LATER.replace(self.0.take());
            woken.into_iter().flatten().for_each(Waker::wake);
        }
    }

    let _end = End(LATER.replace(Some(Vec::new())));
    work()
}

/// Wakes a task, now or when the work at hand is done.
fn wake(waker: Waker) {
    let now = LATER.with_borrow_mut(|later| match later {
        Some(later) => {
            later.push(waker);
            None
        }
        None => Some(waker),
    });
    if let Some(waker) = now {
        waker.wake();
    }
}

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
            wake(first);
            self.more.into_iter().for_each(wake);
        }
    }
}
