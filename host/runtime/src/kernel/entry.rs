//! How a kernel is called: a loop once, a handler again and again.

use super::catcher::Catcher;
use super::gate::{Gate, Passed};
use super::handler::Handler;
use super::life::Life;
use crate::imports::{Host, Ports};
use crate::module::LoadError;
use crate::sandbox::Shape;
use bytes::Bytes;
use wasmtime::Store;
use wasmtime::component::{Instance, TypedFunc};

/// The kernel's own end, or the trap in which it came to one.
pub(super) type Outcome = wasmtime::Result<Result<(), String>>;

/// What a kernel is called by.
pub(super) enum Entry {
    /// The `run` of a loop.
    Loop(TypedFunc<(), (Result<(), String>,)>),
    /// The exports of a handler.
    Handler(Handler),
}

impl Entry {
    /// # Errors
    /// If the instance does not have what a kernel of this shape exports.
    pub(super) fn find(
        instance: &Instance,
        store: &mut Store<Host>,
        shape: Shape,
    ) -> wasmtime::Result<Self> {
        Ok(match shape {
            Shape::Loop => Self::Loop(instance.get_typed_func(store, "run")?),
            Shape::Handler => Self::Handler(Handler::find(instance, store)?),
            Shape::StatefulHandler => Self::Handler(Handler::find_stateful(instance, store)?),
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
        let Self::Handler(handler) = self else {
            return Err(LoadError::Stateless { shape: Shape::Loop });
        };
        handler.restore(store, state).await
    }

    /// Calls the kernel until it has come to its end.
    pub(super) async fn run(
        &self,
        store: &mut Store<Host>,
        ports: &Ports,
        life: &Life,
        catcher: &Catcher,
    ) -> Passed<Outcome> {
        match self {
            Self::Loop(run) => {
                let run = async { Ok(run.call_async(store, ()).await?.0) };
                Gate::new(ports, life, catcher, run).await
            }
            Self::Handler(handler) => handler.run(store, ports, life, catcher).await,
        }
    }
}
