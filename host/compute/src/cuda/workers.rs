//! The threads that ask the driver, and the spaces that wait for one.

use crate::event::State;
use crate::space::Inner;
use crate::ticks::Ticks;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many threads there are: so many spaces can have work on the device at once.
const THREADS: usize = 4;

/// The threads, which end with the last handle. They are not waited for.
pub(crate) struct Workers(Arc<Line>);

/// Spaces that wait for a thread, in order.
pub(crate) struct Line {
    queue: Mutex<Queue>,
    is_there: Condvar,
    /// How many wait, to be read without the lock.
    waiting: AtomicUsize,
    /// What each thread has on the device.
    running: Vec<Mutex<Option<Running>>>,
    ticks: Ticks,
}

#[derive(Default)]
struct Queue {
    spaces: VecDeque<Arc<Inner>>,
    is_closed: bool,
}

struct Running {
    state: Arc<State>,
    cancel: Box<dyn Fn() + Send>,
}

impl Workers {
    /// # Errors
    /// If the system makes no more threads.
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        let workers = Arc::new(Self(Arc::new(Line {
            queue: Mutex::default(),
            is_there: Condvar::new(),
            waiting: AtomicUsize::new(0),
            running: std::iter::repeat_with(Mutex::default)
                .take(THREADS)
                .collect(),
            ticks: Ticks::default(),
        })));
        for thread in 0..THREADS {
            let line = workers.line().clone();
            spawn(format!("ring-cuda-{thread}"), move || line.work(thread))?;
        }
        let line = workers.line().clone();
        spawn("ring-cuda-tick".to_owned(), move || {
            line.ticks.run(|| line.look_up());
        })?;
        Ok(workers)
    }

    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.0
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name).spawn(run).map(drop)
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.queue.lock().is_closed = true;
        self.0.is_there.notify_all();
        self.0.ticks.close();
    }
}

impl Line {
    /// The space wants a thread.
    pub(crate) fn add(&self, space: Arc<Inner>) {
        let mut queue = self.queue.lock();
        queue.spaces.push_back(space);
        self.waiting.store(queue.spaces.len(), Ordering::Relaxed);
        drop(queue);
        self.is_there.notify_one();
    }

    /// Whether a space waits while all threads work.
    pub(crate) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Has something done on the device by this thread, which `cancel` ends if these commands are
    /// cancelled meanwhile. `cancel` is not called before or after.
    pub(crate) fn watched<T>(
        &self,
        thread: usize,
        state: &Arc<State>,
        cancel: Box<dyn Fn() + Send>,
        run: impl FnOnce() -> T,
    ) -> T {
        let Some(running) = self.running.get(thread) else {
            return run();
        };
        *running.lock() = Some(Running {
            state: state.clone(),
            cancel,
        });
        self.ticks.begin();
        let result = run();
        self.ticks.end();
        // Behind a call of `cancel`, if there is one.
        *running.lock() = None;
        result
    }

    fn look_up(&self) {
        for running in &self.running {
            let mut running = running.lock();
            if running
                .as_ref()
                .is_some_and(|running| running.state.is_cancelled())
                && let Some(running) = running.take()
            {
                // Under the lock, so that it is over when `watched` is.
                (running.cancel)();
            }
        }
    }

    fn work(&self, thread: usize) {
        while let Some(space) = self.next() {
            space.turn_on_card(thread);
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
