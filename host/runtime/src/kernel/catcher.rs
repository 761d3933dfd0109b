//! Catches what a kernel wakes while it is being polled.

use futures_util::task::AtomicWaker;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Wake, Waker};

const IDLE: u8 = 0;
const POLLING: u8 = 1;
const WOKEN: u8 = 2;

/// The waker of everything that a kernel waits for: passes a wake-up on to the kernel's task, unless
/// the kernel is being polled, when it is noted for whoever polls.
#[derive(Default)]
pub(super) struct Catcher {
    state: AtomicU8,
    /// Whether it is a caller who polls.
    helped: AtomicBool,
    /// Whether the kernel has been woken since it was last polled.
    due: AtomicBool,
    task: AtomicWaker,
}

impl Catcher {
    /// Has this waker woken from here on; that of the kernel's task.
    pub(super) fn listen(&self, task: &Waker) {
        self.task.register(task);
    }

    /// Has the kernel's task polled.
    pub(super) fn wake_task(&self) {
        self.task.wake();
    }

    /// To be said before the kernel is polled, by a caller or by its task.
    pub(super) fn begin(&self, helped: bool) {
        // Whoever polls has the kernel to itself; nobody else looks at this.
        self.helped.store(helped, Ordering::Relaxed);
        self.due.store(false, Ordering::Relaxed);
        self.state.store(POLLING, Ordering::Release);
    }

    /// Whether the kernel has been woken and not been polled since, as far as can be seen from here.
    pub(super) fn is_due(&self) -> bool {
        self.due.load(Ordering::Relaxed)
    }

    /// Whether it is a caller who polls.
    pub(super) fn is_helped(&self) -> bool {
        self.helped.load(Ordering::Relaxed)
    }

    /// Whether the kernel was woken since `begin`.
    pub(super) fn is_woken(&self) -> bool {
        self.state.load(Ordering::Acquire) == WOKEN
    }

    /// Whoever asks sees to the wake-up.
    pub(super) fn forget(&self) {
        self.state.store(POLLING, Ordering::Release);
    }

    /// To be said after the kernel was polled. True if it was woken and nobody has seen to it.
    pub(super) fn end(&self) -> bool {
        self.state.swap(IDLE, Ordering::AcqRel) == WOKEN
    }
}

impl Wake for Catcher {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // One atomic step decides who sees to it: whoever polls, at `end`, or this call.
        let caught =
            self.state
                .compare_exchange(POLLING, WOKEN, Ordering::AcqRel, Ordering::Acquire);
        if caught == Err(IDLE) {
            self.due.store(true, Ordering::Relaxed);
            self.task.wake();
        }
    }
}
