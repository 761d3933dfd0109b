//! The state of one kernel, shared by everybody who has to do with it.

use super::{Call, Ending, KernelState};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A kernel's state, how long it has been in it, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The state.
    pub state: KernelState,
    /// How long it has been in that state.
    pub in_state: Duration,
    /// How it ended; known in TERMINATED, and only there.
    pub ending: Option<Ending>,
    /// How often it was started again after it had ended; see [`Restart`](crate::Restart).
    pub restarts: u64,
}

/// The one place where a kernel's state is kept. Changes are atomic and can be waited for.
#[derive(Debug)]
pub(crate) struct StatusCell {
    cell: Mutex<Cell>,
    /// The state alone, written under the cell's lock.
    state: AtomicU8,
    /// Told of each change of the state.
    changed: Notify,
}

#[derive(Debug)]
struct Cell {
    state: KernelState,
    since: Instant,
    /// When it was first activated.
    activated: Option<Instant>,
    ending: Option<Ending>,
    restarts: u64,
}

impl StatusCell {
    /// The state of a kernel that has just been launched.
    pub(crate) fn launched() -> Self {
        let state = KernelState::Launched;
        Self {
            state: AtomicU8::new(state as u8),
            cell: Mutex::new(Cell {
                state,
                since: Instant::now(),
                activated: None,
                ending: None,
                restarts: 0,
            }),
            changed: Notify::new(),
        }
    }

    pub(crate) fn state(&self) -> KernelState {
        self.cell.lock().state
    }

    /// The state, without a wait for a transition that is under way: for those who ask at every
    /// message, and learn of a transition by its effects, too.
    pub(crate) fn glance(&self) -> KernelState {
        let number = self.state.load(Ordering::Acquire);
        let state = KernelState::ALL.get(usize::from(number)).copied();
        // It is only ever set to a state.
        state.unwrap_or(KernelState::Terminated)
    }

    pub(crate) fn status(&self) -> Status {
        let cell = self.cell.lock();
        Status {
            state: cell.state,
            in_state: cell.since.elapsed(),
            ending: cell.ending.clone(),
            restarts: cell.restarts,
        }
    }

    pub(crate) fn ending(&self) -> Option<Ending> {
        self.cell.lock().ending.clone()
    }

    /// How long it has been, or was, running since it was activated.
    pub(crate) fn uptime(&self) -> Duration {
        let cell = self.cell.lock();
        let until = if cell.state == KernelState::Terminated {
            cell.since
        } else {
            Instant::now()
        };
        cell.activated
            .map_or(Duration::ZERO, |at| until.duration_since(at))
    }

    /// Carries out a call's transition. `effect` runs under the same lock, before anybody can see
    /// the new state, and is given the state before.
    ///
    /// # Errors
    /// The state, where the call is not valid in it; then nothing has happened.
    pub(crate) fn transition(
        &self,
        call: Call,
        effect: impl FnOnce(KernelState),
    ) -> Result<KernelState, KernelState> {
        let mut cell = self.cell.lock();
        let before = cell.state;
        if !call.is_valid_in(before) {
            return Err(before);
        }
        effect(before);
        let after = call.leads_to().unwrap_or(before);
        if after != before {
            self.set(&mut cell, after);
            cell.since = Instant::now();
            if call == Call::Activate {
                cell.activated = Some(cell.since);
            }
            drop(cell);
            self.changed.notify_waiters();
        }
        Ok(before)
    }

    /// Does something if this is the state, which does not change meanwhile.
    pub(crate) fn while_in(&self, state: KernelState, effect: impl FnOnce()) {
        let cell = self.cell.lock();
        if cell.state == state {
            effect();
        }
    }

    fn set(&self, cell: &mut Cell, state: KernelState) {
        cell.state = state;
        self.state.store(state as u8, Ordering::Release);
    }

    /// Counts a restart.
    pub(crate) fn restarted(&self) {
        // The state is the same, so nobody is woken.
        self.cell.lock().restarts += 1;
    }

    /// Makes the kernel TERMINATED, unless it already is. The first ending stands. `effect` runs
    /// under the same lock, before anybody can see the ending.
    pub(crate) fn end(&self, ending: Ending, effect: impl FnOnce(KernelState)) {
        let mut cell = self.cell.lock();
        if cell.state == KernelState::Terminated {
            return;
        }
        effect(cell.state);
        self.set(&mut cell, KernelState::Terminated);
        cell.since = Instant::now();
        cell.ending = Some(ending);
        drop(cell);
        self.changed.notify_waiters();
    }

    /// Waits until the state satisfies `condition`.
    pub(crate) async fn wait_until(&self, condition: impl Fn(KernelState) -> bool) -> KernelState {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Before the state is looked at, so that no change is missed.
            changed.as_mut().enable();
            let state = self.state();
            if condition(state) {
                return state;
            }
            changed.await;
        }
    }
}
