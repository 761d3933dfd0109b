//! A kernel's place in a window, and the calls that are made there.

use super::window::{Number, Window};
use std::cell::RefCell;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use wasmtime::StackMemory;

thread_local! {
    /// The places in whose windows this thread is now, the innermost last.
    static WITHIN: RefCell<Vec<Arc<Place>>> = const { RefCell::new(Vec::new()) };
}

/// Where a kernel's calls have their stack.
pub(crate) struct Berth {
    /// `None`: wherever wasmtime makes one.
    place: Option<Arc<Place>>,
}

pub(super) struct Place {
    window: Arc<Window>,
    number: Number,
    /// Whether a store has the window for its stack. A second one gets none of it.
    taken: AtomicBool,
}

impl Berth {
    /// A berth for a kernel that has stacks of its own.
    pub(crate) const fn without_window() -> Self {
        Self { place: None }
    }

    pub(super) fn in_window(window: Arc<Window>, number: Number) -> Self {
        let place = Place {
            window,
            number,
            taken: AtomicBool::new(false),
        };
        Self {
            place: Some(Arc::new(place)),
        }
    }

    /// Makes calls into a store here: polls them, and drops them, only where the kernel has its stack
    /// to itself.
    ///
    /// # Safety
    /// All asynchronous calls into a store are made in the same berth, as the store keeps the stack
    /// of the first.
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
        if !place.window.enter(place.number, context.waker()) {
            return Poll::Pending;
        }
        let mut stay = Stay::begin(place);
        this.begun = true;
        let polled = calls.as_mut().poll(context);
        if polled.is_ready() {
            // Other calls than the one that is done may be suspended, and need the stack to end.
            this.calls = None;
            stay.suspended = false;
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
        place.window.gave_up(place.number);
        if !self.begun {
            return;
        }
        if place.is_occupied_here() {
            // Whoever is being run by this thread, in this very window, has dropped another kernel.
            // Nothing of ringhost does; were it done, the calls could not be ended here.
            tracing::error!("a kernel was dropped from within another: its stack is lost");
            std::mem::forget(calls);
            return;
        }
        place.window.enter_blocking(place.number);
        let mut stay = Stay::begin(place);
        drop(calls);
        stay.suspended = false;
    }
}

/// While it lives, this thread is within the window.
struct Stay<'place> {
    place: &'place Arc<Place>,
    /// Whether there may be a suspended stack when it ends; also if it ends by a panic.
    suspended: bool,
}

impl<'place> Stay<'place> {
    fn begin(place: &'place Arc<Place>) -> Self {
        WITHIN.with_borrow_mut(|within| within.push(place.clone()));
        Self {
            place,
            suspended: true,
        }
    }
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        WITHIN.with_borrow_mut(Vec::pop);
        // Without a stack there is none to be kept.
        let suspended = self.suspended && self.place.taken.load(Ordering::Acquire);
        self.place.window.leave(self.place.number, suspended);
    }
}

impl Place {
    fn is_occupied_here(&self) -> bool {
        let same = |place: &Arc<Place>| Arc::ptr_eq(&place.window, &self.window);
        WITHIN.with_borrow(|within| within.iter().any(same))
    }
}

/// The stack of the kernel that this thread runs, if that has a window of this size and no other
/// stack in it.
pub(super) fn stack_here(bytes: usize) -> Option<WindowStack> {
    let place = WITHIN.with_borrow(|within| within.last().cloned())?;
    let (_, stack) = place.window.ranges();
    let fits = stack.len() == bytes && !place.taken.swap(true, Ordering::AcqRel);
    fits.then_some(WindowStack(place))
}

/// A window as wasmtime sees it: a stack like any other.
pub(super) struct WindowStack(Arc<Place>);

// SAFETY: the addresses are whole pages, readable and writable, below them is a guard, and the window
// lives as long as this. It is this stack's alone whenever wasmtime uses it: it does so only while
// the future is polled or dropped for which the stack was made, or a later one of the same store; all
// of those are made in one berth (`Berth::make`), which enters the window for each of them.
unsafe impl StackMemory for WindowStack {
    fn top(&self) -> *mut u8 {
        let (_, stack) = self.0.window.ranges();
        self.0.window.at(stack.end)
    }

    fn range(&self) -> Range<usize> {
        self.0.window.ranges().1
    }

    fn guard_range(&self) -> Range<*mut u8> {
        let (guard, _) = self.0.window.ranges();
        self.0.window.at(guard.start)..self.0.window.at(guard.end)
    }
}

impl Drop for WindowStack {
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::Release);
    }
}
