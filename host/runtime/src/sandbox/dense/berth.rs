//! A kernel's place in a window, and the calls that are made there.

use super::place::{Place, Stay};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Where a kernel's calls have their stack.
pub(crate) struct Berth {
    /// `None`: wherever wasmtime makes one.
    place: Option<Arc<Place>>,
}

impl Berth {
    /// A berth for a kernel that has stacks of its own.
    pub(crate) const fn without_window() -> Self {
        Self { place: None }
    }

    pub(super) fn in_window(place: Place) -> Self {
        Self {
            place: Some(Arc::new(place)),
        }
    }

    /// What the kernel's memory holds now is what those of its component begin with.
    pub(crate) fn begins(&mut self) {
        if let Some(place) = &self.place {
            // SAFETY: calls borrow the berth, so there are none; only they write to the memory.
            unsafe { place.teach() };
        }
    }

    /// Makes calls into a store here: polls them, and drops them, only where the kernel has its stack
    /// to itself.
    ///
    /// # Safety
    /// All asynchronous calls into a store are made in the same berth, as the store keeps the stack
    /// of the first. While calls are suspended, nobody else reads or writes the store's memories:
    /// they may be folded then.
    pub(crate) unsafe fn make<F: Future>(&mut self, calls: F) -> InBerth<'_, F> {
        InBerth {
            place: self.place.as_ref(),
            calls: Some(Box::pin(calls)),
            begun: false,
        }
    }
}

/// Calls that are made in a berth. They borrow it, so there is no second stack to be kept there.
pub(crate) struct InBerth<'berth, F> {
    place: Option<&'berth Arc<Place>>,
    /// `None` when they are done.
    calls: Option<Pin<Box<F>>>,
    /// Whether there may be a stack: none is made before the first poll.
    begun: bool,
}

impl<F: Future> Future for InBerth<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(calls) = &mut this.calls else {
            return Poll::Pending;
        };
        let Some(place) = this.place else {
            return calls.as_mut().poll(context);
        };
        if !place.enter(context.waker()) {
            return Poll::Pending;
        }
        let mut stay = Stay::begin(place);
        place.come();
        this.begun = true;
        let polled = calls.as_mut().poll(context);
        if polled.is_ready() {
            // Other calls than the one that is done may be suspended, and need the stack to end.
            this.calls = None;
            stay.suspended = false;
        } else {
            place.suspend();
        }
        polled
    }
}

impl<F> Drop for InBerth<'_, F> {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let Some(calls) = self.calls.take() else {
            return;
        };
        place.gave_up();
        if !self.begun {
            return;
        }
        place.come();
        if place.is_occupied_here() {
            // Whoever is being run by this thread, in this very window, has dropped another kernel.
            // Nothing of ringhost does; were it done, the calls could not be ended here.
            tracing::error!("a kernel was dropped from within another: its stack is lost");
            std::mem::forget(calls);
            return;
        }
        place.enter_blocking();
        let mut stay = Stay::begin(place);
        drop(calls);
        stay.suspended = false;
    }
}
