//! A handler's state: taken out between two calls, and put into a new instance.

use super::Kernel;
use super::catcher::Catcher;
use super::ending::of_error;
use super::entry::Outcome;
use super::gate::{Gate, Passed};
use super::life::Life;
use crate::error::{Error, KernelEndedError, SnapshotError};
use crate::imports::{Host, Ports, entered, tidy};
use crate::lifecycle::Call;
use crate::module::LoadError;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use tokio::sync::oneshot;
use wasmtime::component::{Instance, TypedFunc};
use wasmtime::{AsContextMut, Store, Trap};

/// The interface that a handler exports whose state can be taken out.
const INTERFACE: &str = "ring:kernel/state@0.1.0";

/// The state; or why there is none.
type Answer = Result<Bytes, String>;

/// Those who ask for a kernel's state, until its task sees to them.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    asking: Mutex<Vec<oneshot::Sender<Answer>>>,
    /// Whether anybody asks: what a busy handler looks at.
    any: AtomicBool,
    task: AtomicWaker,
}

impl Snapshots {
    fn ask(&self) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        self.asking.lock().push(sender);
        self.any.store(true, Ordering::Release);
        self.task.wake();
        receiver
    }

    pub(super) fn are_asked_for(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Waits until somebody asks.
    pub(super) async fn asked_for(&self) {
        std::future::poll_fn(|context| {
            // Before the look, so that nobody is missed.
            self.task.register(context.waker());
            if self.are_asked_for() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Tells all who ask that there will be no answer.
    pub(super) fn give_up(&self) {
        drop(self.take());
    }

    /// Takes those who ask and are still there.
    fn take(&self) -> Vec<oneshot::Sender<Answer>> {
        let mut asking = self.asking.lock();
        self.any.store(false, Ordering::Release);
        asking.retain(|sender| !sender.is_closed());
        std::mem::take(&mut asking)
    }
}

/// The exports of `state`.
pub(super) struct State {
    snapshot: TypedFunc<(), (Result<Bytes, String>,)>,
    restore: TypedFunc<(Bytes,), (Result<(), String>,)>,
}

impl State {
    /// # Errors
    /// If the instance does not export them.
    pub(super) fn find(instance: &Instance, store: &mut Store<Host>) -> wasmtime::Result<Self> {
        let interface = instance.get_export_index(&mut *store, None, INTERFACE);
        let mut function = |name| {
            instance
                .get_export_index(&mut *store, interface.as_ref(), name)
                .ok_or_else(|| wasmtime::Error::msg(format!("{name} of {INTERFACE} is missing")))
        };
        let (snapshot, restore) = (function("snapshot")?, function("restore")?);
        Ok(Self {
            snapshot: instance.get_typed_func(&mut *store, snapshot)?,
            restore: instance.get_typed_func(&mut *store, restore)?,
        })
    }

    /// Puts a state into a new instance, within the bounds of its initialisers.
    ///
    /// # Errors
    /// If the instance does not take it: what it said, or what happened.
    pub(super) async fn restore(
        &self,
        store: &mut Store<Host>,
        state: Bytes,
    ) -> Result<(), LoadError> {
        let limits = &store.data().ports.limits;
        let (fuel, time) = (limits.initialiser_fuel, limits.initialiser_time);
        let line_bytes = limits.log_line_bytes;
        let restored = self.restore.call_async(&mut *store, (state,));
        let reason = match tokio::time::timeout(time, restored).await {
            Ok(Ok((Ok(()),))) => return Ok(()),
            Ok(Ok((Err(text),))) => text,
            Ok(Err(error)) if error.downcast_ref::<Trap>() == Some(&Trap::OutOfFuel) => {
                format!("it was not done with {fuel} units of fuel; raise initialiser_fuel")
            }
            Ok(Err(error)) => of_error(&error, store.data()).to_string(),
            Err(_) => format!("it was not done within {time:?}; raise initialiser_time"),
        };
        Err(LoadError::Restore {
            reason: tidy(&reason, line_bytes),
        })
    }

    /// Takes the state out for all who ask for it, in a pause too.
    ///
    /// # Errors
    /// What came of the kernel, if it did not outlive it.
    pub(super) async fn answer(
        &self,
        store: &mut Store<Host>,
        ports: &Ports,
        life: &Life,
        catcher: &Catcher,
    ) -> Result<(), Passed<Outcome>> {
        let asking = life.snapshots.take();
        if asking.is_empty() {
            return Ok(());
        }
        let gate = Gate::new(ports, life, catcher, self.take_out(store));
        let passed = gate.through_pauses().await.finished();
        let line_bytes = ports.limits.log_line_bytes;
        let (answer, passed) = match passed {
            Ok(Ok(answer)) => (answer.map_err(|text| tidy(&text, line_bytes)), Ok(())),
            Ok(Err(error)) => (died(), Err(Passed::Finished(Err(error)))),
            Err(passed) => (died(), Err(passed)),
        };
        for sender in asking {
            // An error means that whoever asked has gone.
            let _ = sender.send(answer.clone());
        }
        passed
    }

    async fn take_out(&self, store: &mut Store<Host>) -> wasmtime::Result<Answer> {
        let usual = store.hostcall_fuel();
        // The state lies in the kernel's memory, so it is no larger than that.
        let memory_bytes = store.data().ports.limits.memory_bytes;
        store.set_hostcall_fuel(usize::try_from(memory_bytes).unwrap_or(usize::MAX));
        store.data_mut().begin_snapshot();
        let (answer,) = self.snapshot.call_async(&mut *store, ()).await?;
        entered(&mut store.as_context_mut());
        store.data_mut().end_snapshot();
        store.set_hostcall_fuel(usual);
        Ok(answer)
    }
}

fn died() -> Answer {
    Err("it did not outlive the call".to_owned())
}

impl Kernel {
    /// Takes the kernel's state out between two calls.
    pub(crate) async fn snapshot(&self) -> Result<Bytes, Error> {
        self.transition(Call::Snapshot, |_| ())?;
        let kernel_id = self.id().clone();
        if !self.life.recipe().has_state() {
            return Err(SnapshotError::NotExported { kernel_id }.into());
        }
        let answer = self.life.snapshots.ask();
        tokio::select! {
            biased;
            Ok(answer) = answer => answer.map_err(|reason| {
                SnapshotError::Refused { kernel_id, reason }.into()
            }),
            ending = self.wait() => Err(KernelEndedError { kernel_id, ending }.into()),
        }
    }
}
