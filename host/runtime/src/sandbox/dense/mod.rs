//! The `dense` tier: memories side by side, and stacks that are shared.

mod berth;
mod fold;
mod mapping;
mod memory;
mod pagemap;
mod place;
mod rest;
#[cfg(all(test, not(sanitized)))]
mod rest_tests;
mod slots;
#[cfg(all(test, not(sanitized)))]
mod tests;
mod window;

use memory::Memories;
use parking_lot::Mutex;
use place::{Place, stack_here};
use rest::Resting;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use wasmtime::{Config, StackCreator, StackMemory};
use window::Window;

pub(crate) use berth::Berth;
pub(crate) use fold::Base;
pub(crate) use rest::Shrink;

/// How many windows an engine has. With more of them, fewer stacks are moved; each is two mappings,
/// and keeps the memory that the deepest calls in it took.
const WINDOWS: usize = 256;

/// The windows of one engine, made as kernels need them.
pub(crate) struct Windows {
    stack_bytes: usize,
    made: Mutex<Vec<Arc<Window>>>,
    next: AtomicUsize,
    resting: Arc<Resting>,
    watched: AtomicBool,
}

impl Windows {
    fn new(stack_bytes: usize) -> Self {
        Self {
            stack_bytes,
            made: Mutex::default(),
            next: AtomicUsize::new(0),
            resting: Arc::new(Resting::new()),
            watched: AtomicBool::new(false),
        }
    }

    /// Puts kernels to rest that have not run for a while. `None` if that is being done.
    pub(crate) fn watch(&self) -> Option<impl Future<Output = ()> + Send + 'static> {
        let watched = self.watched.swap(true, Ordering::Relaxed);
        (!watched).then(|| self.resting.clone().watch())
    }

    /// A place for one more kernel: with what the memories of its component begin with, and what else
    /// can be made smaller when it rests.
    ///
    /// # Errors
    /// If there is no address space left.
    pub(crate) fn berth(&self, base: Arc<Base>, others: Arc<dyn Shrink>) -> io::Result<Berth> {
        if cfg!(sanitized) {
            return Ok(Berth::without_window());
        }
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let window = self.window(next)?;
        let resting = self.resting.clone();
        let place = Place::new(window, next as u64, resting, base, others);
        Ok(Berth::in_window(place))
    }

    /// The window of the kernel of this number: one of its own while there are few.
    fn window(&self, number: usize) -> io::Result<Arc<Window>> {
        let mut made = self.made.lock();
        if let Some(window) = made.get(number % WINDOWS) {
            return Ok(window.clone());
        }
        match Window::new(self.stack_bytes) {
            Ok(window) => {
                let window = Arc::new(window);
                made.push(window.clone());
                Ok(window)
            }
            // Where the system makes no more, those that there are have to do.
            Err(error) => match made.get(number % made.len().max(1)) {
                Some(window) => Ok(window.clone()),
                None => Err(error),
            },
        }
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        self.resting.close();
    }
}

/// Configures an engine for dense kernels, with stacks of so many bytes.
pub(super) fn configure(config: &mut Config, stack_bytes: usize) -> Arc<Windows> {
    config
        .with_host_memory(Arc::new(Memories::default()))
        .with_host_stack(Arc::new(Stacks))
        // What `Memories` and the code that is compiled for it agree on.
        .memory_reservation(0)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .memory_may_move(true)
        // An image of a memory would be a mapping.
        .memory_init_cow(false);
    Arc::new(Windows::new(stack_bytes))
}

/// Makes the stacks of an engine for dense kernels.
struct Stacks;

// SAFETY: both kinds of stack are what `StackMemory` asks for.
unsafe impl StackCreator for Stacks {
    fn new_stack(&self, bytes: usize, _: bool) -> wasmtime::Result<Box<dyn StackMemory>> {
        Ok(match stack_here(bytes) {
            Some(stack) => Box::new(stack),
            None => Box::new(OwnStack(Window::new(bytes)?)),
        })
    }
}

/// The stack of calls that are made in no berth, or of a second store in one.
struct OwnStack(Window);

// SAFETY: the addresses are whole pages, readable and writable and full of zeros, below them is a
// guard, and nobody else knows them.
unsafe impl StackMemory for OwnStack {
    fn top(&self) -> *mut u8 {
        self.0.at(self.0.ranges().1.end)
    }

    fn range(&self) -> Range<usize> {
        self.0.ranges().1
    }

    fn guard_range(&self) -> Range<*mut u8> {
        let (guard, _) = self.0.ranges();
        self.0.at(guard.start)..self.0.at(guard.end)
    }
}
