//! Ticks while something runs, at which it is looked whether it should.

use parking_lot::{Condvar, Mutex};
use std::time::Duration;

/// How long a tick is.
const TICK: Duration = Duration::from_millis(1);

/// Who wants ticks. There are none while nobody does.
#[derive(Default)]
pub(crate) struct Ticks {
    state: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Default)]
struct Wanted {
    by: usize,
    is_idle: bool,
    is_closed: bool,
}

impl Ticks {
    /// There are ticks from now on, until as many calls of `end` as of this.
    pub(crate) fn begin(&self) {
        let mut state = self.state.lock();
        state.by = state.by.saturating_add(1);
        if state.is_idle {
            state.is_idle = false;
            self.changed.notify_one();
        }
    }

    pub(crate) fn end(&self) {
        let mut state = self.state.lock();
        state.by = state.by.saturating_sub(1);
    }

    /// There will be no more.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Calls this at each tick, until nobody wants any and it is closed.
    pub(crate) fn run(&self, tick: impl Fn()) {
        loop {
            let mut state = self.state.lock();
            while state.by == 0 {
                if state.is_closed {
                    return;
                }
                state.is_idle = true;
                self.changed.wait(&mut state);
            }
            drop(state);
            std::thread::sleep(TICK);
            tick();
        }
    }
}
