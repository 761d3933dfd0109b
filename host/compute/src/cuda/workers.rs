//! The threads that ask the driver.

use crate::event::State;
use crate::line::Line;
use crate::ticks::Ticks;
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;

/// How many threads there are: so many spaces can have work on the device at once.
const THREADS: usize = 4;

/// The threads, which end with the last handle. They are not waited for.
pub(crate) struct Workers(Arc<Turns>);

/// Spaces that wait for a thread, and what the threads do.
pub(crate) struct Turns {
    pub(crate) line: Line,
    /// What each thread has on the device.
    running: Vec<Mutex<Option<Running>>>,
    ticks: Ticks,
}

struct Running {
    state: Arc<State>,
    cancel: Box<dyn Fn() + Send>,
}

impl Workers {
    /// # Errors
    /// If the system makes no more threads.
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        let workers = Arc::new(Self(Arc::new(Turns {
            line: Line::default(),
            running: std::iter::repeat_with(Mutex::default)
                .take(THREADS)
                .collect(),
            ticks: Ticks::default(),
        })));
        for thread in 0..THREADS {
            let turns = workers.turns().clone();
            spawn(format!("ring-cuda-{thread}"), move || turns.work(thread))?;
        }
        let turns = workers.turns().clone();
        spawn("ring-cuda-tick".to_owned(), move || {
            turns.ticks.run(|| turns.look_up());
        })?;
        Ok(workers)
    }

    pub(crate) fn turns(&self) -> &Arc<Turns> {
        &self.0
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name).spawn(run).map(drop)
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.line.close();
        self.0.ticks.close();
    }
}

impl Turns {
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
        while let Some(space) = self.line.next() {
            space.turn_on_card(thread);
        }
    }
}
