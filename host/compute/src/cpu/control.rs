//! Words in memory by which a thread is told to stop, or to give way after the item that it runs.

use super::body::{STOP, YIELD};
use crate::ComputeError;
use crate::event::State;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasmtime::{Engine, MemoryType, SharedMemory};

/// Bytes between the words of two threads, so that these are not in one line of a cache.
const STRIDE: usize = 128;

/// A memory of one page, which every instance has beside its space: the program's own code cannot come to
/// it, what was written around it reads it.
pub(crate) struct Control {
    memory: SharedMemory,
    /// What each thread runs, by threads.
    running: Vec<Mutex<Option<Arc<State>>>>,
}

impl Control {
    pub(super) fn new(engine: &Engine, threads: usize) -> Result<Self, ComputeError> {
        let memory = SharedMemory::new(engine, MemoryType::shared(1, 1))
            .map_err(|error| ComputeError::NoDevice(format!("there is no memory: {error:#}")))?;
        let running = std::iter::repeat_with(Mutex::default)
            .take(threads)
            .collect();
        Ok(Self { memory, running })
    }

    pub(super) fn memory(&self) -> &SharedMemory {
        &self.memory
    }

    /// Where the words of a thread are.
    pub(super) fn address(&self, thread: usize) -> u32 {
        u32::try_from(thread.saturating_mul(STRIDE)).unwrap_or(0)
    }

    /// The thread runs items of these commands from now on.
    pub(super) fn begin(&self, thread: usize, commands: Arc<State>) {
        if let Some(running) = self.running.get(thread) {
            let mut running = running.lock();
            self.set(thread, STOP, 0);
            self.set(thread, YIELD, 0);
            *running = Some(commands);
        }
    }

    pub(super) fn end(&self, thread: usize) {
        if let Some(running) = self.running.get(thread) {
            *running.lock() = None;
        }
    }

    /// Tells each thread to stop whose commands have been cancelled, and to give way if others want
    /// their turns.
    pub(super) fn look_up(&self, are_wanted: bool) {
        for (thread, running) in self.running.iter().enumerate() {
            let running = running.lock();
            if let Some(commands) = &*running {
                if commands.is_cancelled() {
                    self.set(thread, STOP, 1);
                    self.set(thread, YIELD, 1);
                }
                if are_wanted {
                    self.set(thread, YIELD, 1);
                }
            }
        }
    }

    fn set(&self, thread: usize, word: u64, value: u32) {
        let offset = usize::try_from(word).unwrap_or(0);
        let at = thread.saturating_mul(STRIDE).saturating_add(offset);
        let Some(word) = self.memory.data().get(at..).filter(|rest| rest.len() >= 4) else {
            return;
        };
        let word: *mut u32 = word.as_ptr().cast_mut().cast();
        // SAFETY: four bytes of the memory are there, at a multiple of four, as the memory begins at one
        // and so does each word. They live as long as `memory`, and are only accessed atomically: here and
        // by the code that is written around a program's.
        let word = unsafe { AtomicU32::from_ptr(word) };
        word.store(value, Ordering::Relaxed);
    }
}
