//! One kernel: its store, its task, its two queues, how it ended.

mod call;
mod catcher;
mod core_dump;
mod credit;
mod death;
mod ending;
mod entry;
mod feed;
mod gate;
mod handler;
mod launch;
mod life;
mod manifest;
mod options;
mod pace;
mod patience;
mod receive;
mod recipe;
mod replace;
mod report;
mod restart;
mod seat;
mod send;
mod snapshot;
mod task;

use crate::error::{Error, KernelStateError};
use crate::executor::Executor;
use crate::imports::{DeadLetter, LogLine, Order, Ports};
use crate::lifecycle::{Call, Ending, KernelId, KernelState, Status};
use crate::module::Source;
use crate::sandbox::Limits;
use launch::Terms;
use life::Life;
use pace::Pace;
use parking_lot::Mutex;
use recipe::Prepared;
use seat::Seat;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub(crate) use core_dump::CoreDumper;
pub use core_dump::CoreDumps;
pub use death::{Aftermath, DeathReport};
pub(crate) use feed::Feed;
pub(crate) use launch::Launcher;
pub use manifest::ManifestError;
pub use options::LaunchOptions;
pub(crate) use options::queue_capacity;
pub use replace::Replacement;
pub use report::Termination;
pub(crate) use restart::supervise;
pub use restart::{InHand, Restart, RestartWhen, Strategy, Supervision};

/// How long after its order a stopped kernel may take to be gone before it is given up on. It
/// needs one fuel slice; more only where the executor is starved.
const STOP_GRACE: Duration = Duration::from_millis(50);

/// A launched kernel.
pub(crate) struct Kernel {
    ports: Arc<Ports>,
    life: Arc<Life>,
    source: Mutex<Source>,
    terms: Arc<Terms>,
    /// The store and instance, until the kernel is activated or ended.
    prepared: Mutex<Option<Box<Prepared>>>,
    executor: Executor,
    /// Where it sits, once it is activated.
    seat: OnceLock<Arc<Seat>>,
    pace: Pace,
    /// How many other kernels' outputs feed this one's input.
    pub(crate) feeders: AtomicUsize,
}

impl Kernel {
    pub(crate) fn id(&self) -> &KernelId {
        &self.ports.id
    }

    /// Where its component came from.
    pub(crate) fn source(&self) -> Source {
        self.source.lock().clone()
    }

    /// What each component that it runs is loaded with.
    pub(crate) fn terms(&self) -> (&Limits, &Terms) {
        (&self.ports.limits, &self.terms)
    }

    pub(crate) fn state(&self) -> KernelState {
        self.ports.status.state()
    }

    pub(crate) fn status(&self) -> Status {
        self.ports.status.status()
    }

    pub(crate) fn log_lines(&self) -> Vec<LogLine> {
        self.ports.journal.lines()
    }

    /// Takes out the messages that it died with in hand.
    pub(crate) fn take_dead_letters(&self) -> Vec<DeadLetter> {
        self.ports.dead_letters.take()
    }

    /// The report on its last death; `None` if it never died.
    pub(crate) fn death_report(&self) -> Option<DeathReport> {
        self.life.death_report(&self.ports)
    }

    /// Starts the kernel's loop.
    pub(crate) fn activate(&self) -> Result<(), Error> {
        self.transition(Call::Activate, |ports| ports.control.permit_waiting())?;
        match self.prepared.lock().take() {
            Some(prepared) => {
                let (ports, life) = (self.ports.clone(), self.life.clone());
                let seat = task::spawn(prepared, ports, life, &self.executor);
                // It is empty: a kernel is activated once.
                let _ = self.seat.set(seat);
            }
            // A termination came in between and has ended it.
            None => self.ports.end(Ending::NeverActivated),
        }
        Ok(())
    }

    pub(crate) fn deactivate(&self) -> Result<(), Error> {
        self.transition(Call::Deactivate, Ports::pause).map(drop)
    }

    pub(crate) fn reactivate(&self) -> Result<(), Error> {
        self.transition(Call::Reactivate, Ports::resume).map(drop)
    }

    /// Asks the kernel to end, and at the end of `timeout` ends it wherever it is.
    pub(crate) async fn terminate(&self, timeout: Duration) -> Result<Termination, Error> {
        let before = self.transition(Call::Terminate, Ports::ask_to_end)?;
        if before == KernelState::Launched {
            self.ports.end(Ending::NeverActivated);
            self.prepared.lock().take();
        }
        if timeout.is_zero() {
            // At once, not when the task below has its turn among busy kernels.
            self.order_stop();
        }
        // In a task of its own, so that the deadline holds even if the caller goes away.
        let enforced = self
            .executor
            .ask(enforce(self.ports.clone(), timeout))
            .await;
        if enforced.is_err() {
            // The executor is shutting down, and the kernel's task with it.
            self.ports.end(Ending::Stopped);
        }
        Ok(self.termination())
    }

    /// Tells the kernel's task to end at its next yield, without waiting for it.
    pub(crate) fn order_stop(&self) {
        self.ports.control.give(Order::Stop);
        // A kernel that was never activated has no task that would see the order.
        let prepared = self.prepared.lock().take();
        if prepared.is_some() {
            self.ports.end(Ending::NeverActivated);
        }
    }

    /// Says that no more messages will be sent.
    pub(crate) fn close_input(&self) -> Result<(), Error> {
        self.transition(Call::CloseInput, |ports| ports.input.close())
            .map(drop)
    }

    /// Waits until the kernel is TERMINATED, and tells how it ended.
    pub(crate) async fn wait(&self) -> Ending {
        self.ports
            .status
            .wait_until(|state| state == KernelState::Terminated)
            .await;
        self.ending()
    }

    /// The ending of a kernel that is TERMINATED.
    fn ending(&self) -> Ending {
        self.ports
            .status
            .ending()
            .unwrap_or_else(|| Ending::HostFault("it has no ending".to_owned()))
    }

    fn transition(&self, call: Call, effect: impl FnOnce(&Ports)) -> Result<KernelState, Error> {
        self.ports
            .transition(call, effect)
            .map_err(|state| self.state_error(call, state).into())
    }

    pub(crate) fn state_error(&self, call: Call, state: KernelState) -> KernelStateError {
        KernelStateError {
            kernel_id: self.ports.id.clone(),
            current_state: state,
            expected_states: call.expects(),
            operation: call,
            ending: self.ports.status.ending(),
        }
    }
}

/// Waits for a kernel that was asked to end; past the deadline ends it wherever it is.
async fn enforce(ports: Arc<Ports>, timeout: Duration) {
    if ports.ends_within(timeout).await {
        return;
    }
    ports.control.give(Order::Stop);
    if !ports.ends_within(STOP_GRACE).await {
        ports.end(Ending::Stopped);
    }
}

/// A kernel that nobody can reach any more is ended.
impl Drop for Kernel {
    fn drop(&mut self) {
        self.order_stop();
    }
}
