//! Those who are to be woken.

use std::cell::{Cell, RefCell};
use std::task::Waker;

thread_local! {
    /// Those who are woken when the work at hand on this thread is done; `None` outside of such.
    static LATER: RefCell<Option<Vec<Waker>>> = const { RefCell::new(None) };
    /// Empty; kept for its memory.
    static SPARE: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
}

/// Does work that may wake many, some of them again and again, and wakes them when it is done. The
/// work must not take long.
pub fn waking_at_the_end<R>(work: impl FnOnce() -> R) -> R {
    /// Wakes them even if the work panics.
    struct End(Option<Vec<Waker>>);

    impl Drop for End {
        fn drop(&mut self) {
            let Some(mut woken) = LATER.replace(self.0.take()) else {
                return;
            };
            woken.drain(..).for_each(Waker::wake);
            SPARE.set(woken);
        }
    }

    let _end = End(LATER.replace(Some(SPARE.take())));
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
    /// Mostly there is none, or one; those cost no allocation.
    first: Option<Woken>,
    more: Vec<Woken>,
}

#[derive(Debug)]
enum Woken {
    Sender(Waker),
    Receiver(Waker),
}

impl Wakers {
    #[inline]
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn sender(&mut self, waker: Waker) {
        self.push(Woken::Sender(waker));
    }

    pub(super) fn receiver(&mut self, waker: Waker) {
        self.push(Woken::Receiver(waker));
    }

    fn push(&mut self, woken: Woken) {
        if self.first.is_none() {
            self.first = Some(woken);
        } else {
            self.more.push(woken);
        }
    }

    /// Wakes them.
    #[inline]
    pub fn wake(self) {
        if let Some(first) = self.first {
            first.wake();
            self.more.into_iter().for_each(Woken::wake);
        }
    }

    /// Wakes them, but asks first, if there are receivers, whether they have been seen to.
    #[inline]
    pub fn wake_unless(self, receivers_seen_to: impl FnOnce() -> bool) {
        let Some(first) = self.first else { return };
        if self.more.is_empty() {
            if !(first.receives() && receivers_seen_to()) {
                first.wake();
            }
            return;
        }
        let woken = std::iter::once(first).chain(self.more);
        let (receivers, senders): (Vec<_>, Vec<_>) = woken.partition(Woken::receives);
        senders.into_iter().for_each(Woken::wake);
        if !receivers.is_empty() && !receivers_seen_to() {
            receivers.into_iter().for_each(Woken::wake);
        }
    }
}

impl Woken {
    fn receives(&self) -> bool {
        matches!(self, Self::Receiver(_))
    }

    fn wake(self) {
        match self {
            Self::Sender(waker) | Self::Receiver(waker) => wake(waker),
        }
    }
}
