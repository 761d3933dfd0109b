//! A kernel in the shape of a handler: the host waits for its messages and calls it with them, so
//! that between two calls nothing of it is left but its instance.

use super::catcher::Catcher;
use super::entry::Outcome;
use super::gate::{Gate, Passed};
use super::life::Life;
use super::snapshot::{Snapshots, State};
use crate::imports::{Host, Incoming, Next, Place, Ports, Returned, entered};
use crate::module::LoadError;
use crate::sandbox::Shape;
use bytes::Bytes;
use wasmtime::component::{Instance, TypedFunc};
use wasmtime::{AsContextMut, Store};

type Handle = TypedFunc<(Vec<Incoming>,), (Result<Vec<Returned>, String>,)>;

/// What a handler exports.
pub(super) struct Handler {
    handle: Handle,
    state: Option<State>,
}

/// What came of calling a handler with messages.
enum Served {
    /// Its end.
    Over(Result<(), String>),
    /// Somebody asks for its state.
    Asked,
}

impl Handler {
    /// # Errors
    /// If the instance does not export `handle`.
    pub(super) fn find(instance: &Instance, store: &mut Store<Host>) -> wasmtime::Result<Self> {
        Ok(Self {
            handle: instance.get_typed_func(store, "handle")?,
            state: None,
        })
    }

    /// # Errors
    /// If the instance does not export `handle`, and `state`.
    pub(super) fn find_stateful(
        instance: &Instance,
        store: &mut Store<Host>,
    ) -> wasmtime::Result<Self> {
        Ok(Self {
            state: Some(State::find(instance, store)?),
            ..Self::find(instance, store)?
        })
    }

    /// Has a new instance take on a state, within the bounds of its initialisers.
    ///
    /// # Errors
    /// If it does not take it, or cannot.
    pub(super) async fn restore(
        &self,
        store: &mut Store<Host>,
        state: Bytes,
    ) -> Result<(), LoadError> {
        match &self.state {
            Some(exports) => exports.restore(store, state).await,
            None => Err(LoadError::Stateless {
                shape: Shape::Handler,
            }),
        }
    }

    /// Calls the kernel until it has come to its end.
    pub(super) async fn run(
        &self,
        store: &mut Store<Host>,
        ports: &Ports,
        life: &Life,
        catcher: &Catcher,
    ) -> Passed<Outcome> {
        loop {
            // It begins with a wait, also where it begins in a pause.
            let waiting = ports.control.mark(Place::Waiting);
            let serve = self.serve(store, &life.snapshots);
            let served = match Gate::new(ports, life, catcher, serve).await.finished() {
                Ok(served) => served,
                Err(passed) => return passed,
            };
            drop(waiting);
            match (served, &self.state) {
                (Ok(Served::Asked), Some(state)) => {
                    // On the heap, as this is rare.
                    let answered = Box::pin(state.answer(store, ports, life, catcher));
                    if let Err(passed) = answered.await {
                        return passed;
                    }
                }
                // There is none, and nobody asks for it.
                (Ok(Served::Asked), None) => life.snapshots.give_up(),
                (Ok(Served::Over(result)), _) => return Passed::Finished(Ok(result)),
                (Err(error), _) => return Passed::Finished(Err(error)),
            }
        }
    }

    async fn serve(
        &self,
        store: &mut Store<Host>,
        snapshots: &Snapshots,
    ) -> wasmtime::Result<Served> {
        loop {
            if snapshots.are_asked_for() {
                return Ok(Served::Asked);
            }
            let messages = match store.data_mut().next(snapshots.asked_for()).await {
                Next::Handle(messages) => messages,
                Next::Else => return Ok(Served::Asked),
                Next::End => return Ok(Served::Over(Ok(()))),
            };
            let (returned,) = self.handle.call_async(&mut *store, (messages,)).await?;
            entered(&mut store.as_context_mut());
            let sent = match returned {
                Ok(replies) => store.data_mut().send_returned(replies).await?,
                Err(text) => Err(text),
            };
            if sent.is_err() {
                return Ok(Served::Over(sent));
            }
        }
    }
}
