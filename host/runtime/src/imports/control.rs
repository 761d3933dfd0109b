//! What the runtime tells a running kernel's task, and what its imports tell it.

use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll};

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
    place: AtomicU8,
    /// True where the kernel's calls may wait: in `run` and `handle`.
    may_wait: AtomicBool,
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

    /// Has the task look at what it is to do, as an order does.
    pub(crate) fn wake(&self) {
        self.task.wake();
    }

    /// Waits for the order to stop.
    pub(crate) async fn stopped(&self) {
        std::future::poll_fn(|context| {
            // Before the order is read, so that it is not missed.
            self.listen(context);
            match self.order() {
                Order::Stop => Poll::Ready(()),
                Order::Run | Order::Pause => Poll::Pending,
            }
        })
        .await;
    }

    /// From here on the kernel's calls may wait.
    pub(crate) fn permit_waiting(&self) {
        self.may_wait.store(true, Ordering::Release);
    }

    /// From here on they may not: what is called has nobody who would wait with it.
    pub(crate) fn forbid_waiting(&self) {
        self.may_wait.store(false, Ordering::Release);
    }

    pub(crate) fn may_wait(&self) -> bool {
        self.may_wait.load(Ordering::Acquire)
    }

    /// Where the kernel stands when it is not being polled.
    pub(crate) fn place(&self) -> Place {
        match self.place.load(Ordering::Acquire) {
            0 => Place::OwnCode,
            1 => Place::Waiting,
            _ => Place::Yielding,
        }
    }

    /// Marks where the kernel is until the mark is dropped.
    pub(crate) fn mark(&self, place: Place) -> Mark<'_> {
        self.place.store(place as u8, Ordering::Release);
        Mark(self)
    }
}

/// Where a kernel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Place {
    /// In its own code, at the end of a fuel slice.
    OwnCode = 0,
    /// In a call to the host that waits, and that knows of pauses.
    Waiting = 1,
    /// In a call to the host, at the end of its turn.
    Yielding = 2,
}

/// See [`Control::mark`].
pub(crate) struct Mark<'control>(&'control Control);

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.place.store(Place::OwnCode as u8, Ordering::Release);
    }
}
