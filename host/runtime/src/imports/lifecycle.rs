//! `ring:kernel/lifecycle`: what a kernel may ask about its own life.

use super::control::Place;
use super::turn::yield_turn;
use super::{Host, entered};
use crate::lifecycle::KernelState;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, LinkerInstance, Lower};

/// What `wait-active` was woken by.
#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum Activity {
    #[component(name = "active")]
    Active,
    #[component(name = "terminating")]
    Terminating,
}

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async("kernel-id", |mut store: StoreContextMut<'_, Host>, ()| {
        Box::new(async move {
            let Host { turn, ports, .. } = store.data_mut();
            if turn.question() {
                yield_turn(&ports.control).await;
            }
            Ok((ports.id.as_str().to_owned(),))
        })
    })?;
    linker.func_wrap_async(
        "should-terminate",
        |mut store: StoreContextMut<'_, Host>, ()| {
            Box::new(async move {
                let Host { turn, ports, .. } = store.data_mut();
                if turn.question() {
                    yield_turn(&ports.control).await;
                }
                Ok((ports.status.glance() == KernelState::Terminating,))
            })
        },
    )?;
    linker.func_wrap_async("is-active", |mut store: StoreContextMut<'_, Host>, ()| {
        Box::new(async move {
            let Host { turn, ports, .. } = store.data_mut();
            if turn.question() {
                yield_turn(&ports.control).await;
            }
            Ok((ports.status.glance() != KernelState::Deactivated,))
        })
    })?;
    linker.func_wrap_async("wait-active", |mut store: StoreContextMut<'_, Host>, ()| {
        Box::new(async move {
            entered(&mut store);
            let Host { turn, ports, .. } = store.data_mut();
            if turn.question() {
                yield_turn(&ports.control).await;
            }
            Ok((store.data_mut().wait_active().await?,))
        })
    })
}

impl Host {
    async fn wait_active(&mut self) -> wasmtime::Result<Activity> {
        self.require_waiting("wait-active")?;
        let ports = &self.ports;
        let _waiting = ports.control.mark(Place::Waiting);
        let state = ports
            .status
            .wait_until(|state| state != KernelState::Deactivated)
            .await;
        Ok(match state {
            KernelState::Active => Activity::Active,
            _ => Activity::Terminating,
        })
    }

    /// Refuses a waiting call where it would hold up a launch, or who asks for a state, for ever.
    pub(super) fn require_waiting(&self, call: &str) -> wasmtime::Result<()> {
        if self.ports.control.may_wait() {
            return Ok(());
        }
        Err(wasmtime::Error::msg(format!(
            "it called {call} from an initialiser, restore or snapshot, which may not wait; call it \
             from run or handle"
        )))
    }
}
