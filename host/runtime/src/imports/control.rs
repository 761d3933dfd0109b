//! What the runtime tells a running kernel's task, and what its imports tell it.

use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::Context;

/// What the kernel's task is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Order {
    /// Run.
    Run = 0,
    /// Stand still at the next fuel yield.
    Pause = 1,
    /// End at the next yield of any kind.
    Stop = 2,
}

/// Shared between a kernel's task, its imports and its callers.
#[derive(Debug, Default)]
pub(crate) struct Control {
    order: AtomicU8,
    /// True while the kernel waits inside a call to the host, rather than in its own code.
    waiting: AtomicBool,
    /// True once `run` has been called.
    started: AtomicBool,
    task: AtomicWaker,
}

impl Control {
    /// Gives an order. `Stop` is final.
    pub(crate) fn give(&self, order: Order) {
        let raised = self
            .order
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |current| {
                (current != Order::Stop as u8).then_some(order as u8)
            });
        if raised.is_ok() {
            self.task.wake();
        }
    }

    pub(crate) fn order(&self) -> Order {
        match self.order.load(Ordering::Acquire) {
            0 => Order::Run,
            1 => Order::Pause,
            _ => Order::Stop,
        }
    }

    /// Has the task that polls with this context woken by the next order.
    pub(crate) fn listen(&self, context: &Context<'_>) {
        self.task.register(context.waker());
    }

    pub(crate) fn start(&self) {
        self.started.store(true, Ordering::Release);
    }

    pub(crate) fn has_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Acquire)
    }

    /// Marks the kernel as waiting in the host until the mark is dropped.
    pub(crate) fn wait_mark(&self) -> WaitMark<'_> {
        self.waiting.store(true, Ordering::Release);
        WaitMark(self)
    }
}

/// See [`Control::wait_mark`].
pub(crate) struct WaitMark<'control>(&'control Control);

impl Drop for WaitMark<'_> {
    fn drop(&mut self) {
        self.0.waiting.store(false, Ordering::Release);
    }
}
