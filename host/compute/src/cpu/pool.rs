//! The threads, and the spaces that wait for one.

use super::control::Control;
use crate::ComputeError;
use crate::event::State;
use crate::space::Inner;
use crate::ticks::Ticks;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasmtime::Engine;

/// Bytes of a worker's stack: for the calls of an item, and for what is below them.
const STACK: usize = 2 << 20;

/// The threads of a device, which end with the last handle. They are not waited for.
pub(crate) struct Pool {
    pub(crate) turns: Arc<Turns>,
}

/// Spaces that wait for a thread, in order: each has a turn, of a chunk, and goes to the end.
pub(crate) struct Turns {
    pub(crate) engine: Engine,
    pub(crate) threads: usize,
    queue: Mutex<Queue>,
    is_there: Condvar,
    /// How many wait, to be read without the lock.
    waiting: AtomicUsize,
    ticks: Ticks,
    pub(crate) control: Control,
}

#[derive(Default)]
struct Queue {
    spaces: VecDeque<Arc<Inner>>,
    is_closed: bool,
}

impl Pool {
    /// # Errors
    /// If the system makes no more threads.
    pub(crate) fn new(engine: Engine, threads: usize) -> Result<Self, ComputeError> {
        let turns = Arc::new(Turns {
            control: Control::new(&engine, threads)?,
            engine,
            threads,
            queue: Mutex::default(),
            is_there: Condvar::new(),
            waiting: AtomicUsize::new(0),
            ticks: Ticks::default(),
        });
        // Dropped if a thread cannot be made, which ends those that were.
        let pool = Self { turns };
        for thread in 0..threads {
            let turns = pool.turns.clone();
            spawn(format!("ring-compute-{thread}"), move || turns.work(thread))?;
        }
        let turns = pool.turns.clone();
        spawn("ring-compute-tick".to_owned(), move || {
            turns
                .ticks
                .run(|| turns.control.look_up(turns.are_wanted()));
        })?;
        Ok(pool)
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<(), ComputeError> {
    std::thread::Builder::new()
        .name(name)
        .stack_size(STACK)
        .spawn(run)
        .map(drop)
        .map_err(|error| ComputeError::NoDevice(format!("the CPU has no thread left: {error}")))
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.turns.queue.lock().is_closed = true;
        self.turns.is_there.notify_all();
        self.turns.ticks.close();
    }
}

impl Turns {
    /// The space wants a thread.
    pub(crate) fn add(&self, space: Arc<Inner>) {
        let mut queue = self.queue.lock();
        queue.spaces.push_back(space);
        self.waiting.store(queue.spaces.len(), Ordering::Relaxed);
        drop(queue);
        self.is_there.notify_one();
    }

    /// Whether a space waits while all threads work.
    pub(crate) fn are_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Runs items of these commands on this thread, which is told to stop or to give way.
    pub(crate) fn watched<T>(&self, thread: usize, of: Arc<State>, run: impl FnOnce() -> T) -> T {
        self.control.begin(thread, of);
        self.ticks.begin();
        let result = run();
        self.ticks.end();
        self.control.end(thread);
        result
    }

    fn work(&self, thread: usize) {
        while let Some(space) = self.next() {
            space.turn(thread);
        }
    }

    fn next(&self) -> Option<Arc<Inner>> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(space) = queue.spaces.pop_front() {
                self.waiting.store(queue.spaces.len(), Ordering::Relaxed);
                return Some(space);
            }
            if queue.is_closed {
                return None;
            }
            self.is_there.wait(&mut queue);
        }
    }
}
