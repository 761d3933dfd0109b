//! A kernel's place in a window, and the calls that are made there.

use super::fold::Base;
use super::memory::Body;
use super::pagemap::Pagemap;
use super::rest::{Resting, Shrink};
use super::window::{Number, Window};
use parking_lot::Mutex;
use std::cell::RefCell;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
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
    rest: Mutex<Rest>,
    resting: Arc<Resting>,
    /// The first memory that was made in it.
    memory: OnceLock<Arc<Body>>,
    base: Arc<Base>,
    /// What else of the kernel's can be made smaller.
    others: Arc<dyn Shrink>,
}

/// Whether the kernel rests.
#[derive(Default)]
struct Rest {
    /// Its calls are suspended, and nobody polls or drops them.
    suspended: bool,
    /// It has been polled since the last look.
    ran: bool,
    listed: bool,
    /// Its memory may be folded.
    folded: bool,
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
        if let Some(place) = &self.place
            && let Some(memory) = place.memory.get()
        {
            // SAFETY: calls borrow the berth, so there are none; only they write to it.
            unsafe { memory.teach(&place.base) };
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
        if !place.window.enter(place.number, context.waker()) {
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
        place.window.gave_up(place.number);
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
    pub(super) fn new(
        window: Arc<Window>,
        number: Number,
        resting: Arc<Resting>,
        base: Arc<Base>,
        others: Arc<dyn Shrink>,
    ) -> Self {
        Self {
            window,
            number,
            taken: AtomicBool::new(false),
            rest: Mutex::default(),
            resting,
            memory: OnceLock::new(),
            base,
            others,
        }
    }

    /// The kernel's calls are polled or dropped from here on.
    fn come(&self) {
        let mut rest = self.rest.lock();
        rest.suspended = false;
        rest.ran = true;
        if std::mem::take(&mut rest.folded)
            && let Some(memory) = self.memory.get()
        {
            memory.unfold(&self.base);
        }
    }

    /// They are suspended.
    fn suspend(self: &Arc<Self>) {
        let listed = {
            let mut rest = self.rest.lock();
            rest.suspended = true;
            std::mem::replace(&mut rest.listed, true)
        };
        if !listed {
            self.resting.list(self);
        }
    }

    /// Puts the kernel to rest if it has not run since the last look. True if it is to be looked at
    /// again; otherwise it lists itself when it runs.
    pub(super) fn look(&self, pagemap: Option<&Pagemap>) -> bool {
        let mut rest = self.rest.lock();
        rest.listed = rest.suspended && std::mem::take(&mut rest.ran);
        if rest.listed || !rest.suspended {
            return rest.listed;
        }
        if let (Some(memory), Some(pagemap)) = (self.memory.get(), pagemap) {
            rest.folded = true;
            // SAFETY: the calls are suspended, and nobody but they uses the memory (`Berth::make`);
            // whoever polls or drops them waits for the lock, and unfolds it.
            unsafe { memory.fold(&self.base, pagemap) };
        }
        drop(rest);
        self.others.shrink();
        false
    }

    /// How many bytes its memory is folded to, if it is.
    #[cfg(test)]
    pub(super) fn folded_bytes(&self) -> Option<usize> {
        self.memory.get()?.folded_bytes()
    }

    fn is_occupied_here(&self) -> bool {
        let same = |place: &Arc<Place>| Arc::ptr_eq(&place.window, &self.window);
        WITHIN.with_borrow(|within| within.iter().any(same))
    }
}

/// Tells the kernel that this thread runs of a memory that was made for it.
pub(super) fn memory_made(memory: &Arc<Body>) {
    WITHIN.with_borrow(|within| {
        if let Some(place) = within.last() {
            // The first is the one that is folded.
            let _ = place.memory.set(memory.clone());
        }
    });
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
