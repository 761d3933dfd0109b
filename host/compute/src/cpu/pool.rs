//! The threads.

use super::compiled::Compiled;
use super::control::Control;
use crate::ComputeError;
use crate::catalogue::Library;
use crate::event::State;
use crate::line::Line;
use crate::ticks::Ticks;
use parking_lot::Mutex;
use std::sync::Arc;
use wasmtime::Engine;

/// Bytes of a worker's stack: for the calls of an item, and for what is below them.
const STACK: usize = 2 << 20;

/// The threads of a device, which end with the last handle. They are not waited for.
pub(crate) struct Pool {
    pub(crate) turns: Arc<Turns>,
}

/// Spaces that wait for a thread, whose turns are chunks, and what the threads do.
pub(crate) struct Turns {
    pub(crate) engine: Engine,
    pub(crate) threads: usize,
    pub(crate) line: Line,
    ticks: Ticks,
    pub(crate) control: Control,
    /// The programs of the catalogue that have been used, by their numbers.
    libraries: [Mutex<Option<Arc<Compiled>>>; Library::COUNT],
}

impl Pool {
    /// # Errors
    /// If the system makes no more threads.
    pub(crate) fn new(engine: Engine, threads: usize) -> Result<Self, ComputeError> {
        let turns = Arc::new(Turns {
            control: Control::new(&engine, threads)?,
            engine,
            threads,
            line: Line::default(),
            ticks: Ticks::default(),
            libraries: std::array::from_fn(|_| Mutex::default()),
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
                .run(|| turns.control.look_up(turns.line.is_wanted()));
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
        self.turns.line.close();
        self.turns.ticks.close();
    }
}

impl Turns {
    /// Runs items of these commands on this thread, which is told to stop or to give way.
    pub(crate) fn watched<T>(&self, thread: usize, of: Arc<State>, run: impl FnOnce() -> T) -> T {
        self.control.begin(thread, of);
        self.ticks.begin();
        let result = run();
        self.ticks.end();
        self.control.end(thread);
        result
    }

    /// A program of the catalogue's, which is compiled when it is first used.
    ///
    /// # Errors
    /// If it cannot be compiled.
    pub(crate) fn library(&self, library: Library) -> Result<Arc<Compiled>, ComputeError> {
        let Some(place) = self.libraries.get(library.number()) else {
            return Err(ComputeError::DeviceLost("no such program".to_owned()));
        };
        let mut place = place.lock();
        if let Some(compiled) = &*place {
            return Ok(compiled.clone());
        }
        let compiled = Compiled::new(&self.engine, &library.program()?)?;
        Ok(place.insert(Arc::new(compiled)).clone())
    }

    fn work(&self, thread: usize) {
        while let Some(space) = self.line.next() {
            space.turn(thread);
        }
    }
}
