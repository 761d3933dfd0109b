//! A stack that many kernels share, one at a time.
//!
//! A kernel that is suspended leaves its stack in the window. When another needs the window, what is
//! in use of that stack is moved out, byte by byte, and moved back, to the same addresses, before the
//! kernel goes on or is dropped. In between nobody looks at it: wasmtime reads and writes a fiber's
//! stack only while it resumes the fiber, and what others hold pointers into, such as futures with
//! their timers and wakers, it keeps on the heap (`block_on` in its `runtime/fiber.rs` is given boxes
//! wherever it is given a host function's future).

use super::mapping::{Mapping, PAGE_BYTES};
use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::task::Waker;

/// How far below the top of a suspended fiber's stack wasmtime keeps the fiber's stack pointer, on
/// the processors that windows are for: see the drawing in `unix.rs` of wasmtime-internal-fiber. A
/// test in `tests.rs` shows that what is below that pointer is not in use.
const STACK_POINTER_BELOW_TOP: usize = 16;

/// Names a kernel among those of a window.
pub(super) type Number = u64;

pub(super) struct Window {
    /// A guard, and the stack.
    mapping: Mapping,
    state: Mutex<State>,
    /// Tells threads that the window may be free.
    freed: Condvar,
}

#[derive(Default)]
struct State {
    in_use: bool,
    /// Whose suspended stack is in the window.
    resident: Option<Number>,
    /// The suspended stacks of others, each from its stack pointer to the top.
    moved_out: HashMap<Number, Box<[MaybeUninit<u8>]>>,
    /// Who waits for the window.
    waiting: HashMap<Number, Waker>,
}

impl Window {
    /// # Errors
    /// If there is no address space left.
    pub(super) fn new(stack_bytes: usize) -> io::Result<Self> {
        let mapping = Mapping::new(stack_bytes.saturating_add(PAGE_BYTES))?;
        mapping.guard_first_page()?;
        Ok(Self {
            mapping,
            state: Mutex::default(),
            freed: Condvar::new(),
        })
    }

    /// The addresses of the guard, and those of the stack.
    pub(super) fn ranges(&self) -> (Range<usize>, Range<usize>) {
        let start = self.mapping.base().addr().get();
        let bottom = start + PAGE_BYTES;
        (start..bottom, bottom..start + self.mapping.bytes())
    }

    /// Takes the window for a kernel and puts its stack there, if it has one; or has the kernel woken
    /// when the window may be free.
    pub(super) fn enter(&self, kernel: Number, waker: &Waker) -> bool {
        let mut state = self.state.lock();
        if state.in_use {
            state.waiting.insert(kernel, waker.clone());
            return false;
        }
        self.move_in(&mut state, kernel);
        true
    }

    /// The same, for a thread that waits: it is no longer than until the next yield of whoever has
    /// the window.
    pub(super) fn enter_blocking(&self, kernel: Number) {
        let mut state = self.state.lock();
        while state.in_use {
            self.freed.wait(&mut state);
        }
        self.move_in(&mut state, kernel);
    }

    /// Leaves the window; with a suspended stack in it, or not.
    pub(super) fn leave(&self, kernel: Number, suspended: bool) {
        let waiting = {
            let mut state = self.state.lock();
            state.in_use = false;
            state.resident = suspended.then_some(kernel);
            std::mem::take(&mut state.waiting)
        };
        self.freed.notify_one();
        waiting.into_values().for_each(Waker::wake);
    }

    /// Forgets that a kernel waits.
    pub(super) fn gave_up(&self, kernel: Number) {
        self.state.lock().waiting.remove(&kernel);
    }

    fn move_in(&self, state: &mut State, kernel: Number) {
        state.in_use = true;
        if state.resident == Some(kernel) {
            return;
        }
        if let Some(resident) = state.resident.take() {
            let stack = self.part_in_use();
            // SAFETY: `part_in_use` is a part of the window's stack, which is readable. Nobody writes
            // there: only who has the window does, and that is the caller, who has just got it.
            // Bytes may be uninitialised, which the type admits.
            let stack = unsafe {
                let start = self.at(stack.start).cast::<MaybeUninit<u8>>();
                std::slice::from_raw_parts(start, stack.len())
            };
            state.moved_out.insert(resident, stack.into());
        }
        if let Some(stack) = state.moved_out.remove(&kernel) {
            let (_, range) = self.ranges();
            let start = self.at(range.end.saturating_sub(stack.len()));
            // SAFETY: it came from this very range of the window's stack (`part_in_use` ends at its
            // top), which is writable, and in which nobody else's stack is any more. Only who has the
            // window uses it, and that is the caller.
            unsafe { start.copy_from_nonoverlapping(stack.as_ptr().cast(), stack.len()) };
        }
    }

    /// The addresses of the suspended stack in the window that are in use.
    pub(super) fn part_in_use(&self) -> Range<usize> {
        let (_, stack) = self.ranges();
        let kept = self.at(stack.end - STACK_POINTER_BELOW_TOP);
        // SAFETY: this is within the stack, aligned, as the top is a page's end, and readable. A
        // fiber that was suspended wrote it; before, it is 0.
        let pointer = unsafe { kept.cast::<usize>().read() };
        // Where it is no address in the stack, all that can be in use is taken to be.
        if stack.contains(&pointer) {
            pointer..stack.end
        } else {
            stack
        }
    }

    pub(super) fn at(&self, address: usize) -> *mut u8 {
        self.mapping.base().as_ptr().with_addr(address)
    }
}
