//! A kernel's part of a window, and what it holds there: its stack, and its memory.

use super::fold::Base;
use super::memory::Body;
use super::pagemap::Pagemap;
use super::rest::{Resting, Shrink};
use super::window::{Number, Window};
use parking_lot::Mutex;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use wasmtime::StackMemory;

thread_local! {
    /// The places in whose windows this thread is now, the innermost last.
    static WITHIN: RefCell<Vec<Arc<Place>>> = const { RefCell::new(Vec::new()) };
}

/// Where one kernel's calls have their stack.
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

    /// Takes the window for the kernel, or has it woken when the window may be free.
    pub(super) fn enter(&self, waker: &Waker) -> bool {
        self.window.enter(self.number, waker)
    }

    /// The same, for a thread that waits.
    pub(super) fn enter_blocking(&self) {
        self.window.enter_blocking(self.number);
    }

    /// The kernel does not wait for the window any more.
    pub(super) fn gave_up(&self) {
        self.window.gave_up(self.number);
    }

    /// What its memory holds now is what those of its component begin with.
    ///
    /// # Safety
    /// Nobody writes to the memory meanwhile.
    pub(super) unsafe fn teach(&self) {
        if let Some(memory) = self.memory.get() {
            // SAFETY: the caller promises it.
            unsafe { memory.teach(&self.base) };
        }
    }

    /// The kernel's calls are polled or dropped from here on.
    pub(super) fn come(&self) {
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
    pub(super) fn suspend(self: &Arc<Self>) {
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

    /// Whether this thread is within the window, for whatever kernel.
    pub(super) fn is_occupied_here(&self) -> bool {
        let same = |place: &Arc<Place>| Arc::ptr_eq(&place.window, &self.window);
        WITHIN.with_borrow(|within| within.iter().any(same))
    }
}

/// While it lives, this thread is within the window.
pub(super) struct Stay<'place> {
    place: &'place Arc<Place>,
    /// Whether there may be a suspended stack when it ends; also if it ends by a panic.
    pub(super) suspended: bool,
}

impl<'place> Stay<'place> {
    /// The thread has entered it.
    pub(super) fn begin(place: &'place Arc<Place>) -> Self {
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
