//! The host side of the contract: what a kernel's imports do. An interface a file.

mod calls;
mod compute;
mod control;
mod dead_letters;
mod hand;
mod handling;
mod held;
mod journal;
mod lifecycle;
mod log;
mod messaging;
mod ports;
mod turn;
mod wasi;

use crate::message::{MessageId, Priority};
use crate::sandbox::{Memory, World};
use bytes::BytesMut;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use turn::Turn;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{AsContext, Engine, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

pub(crate) use calls::Reply;
pub(crate) use compute::{Computer, Computing};
pub(crate) use control::{Order, Place};
pub use dead_letters::DeadLetter;
pub(crate) use hand::Hand;
pub(crate) use handling::Next;
pub(crate) use held::Held;
pub(crate) use journal::tidy;
pub use journal::{Level, LogLine};
pub(crate) use messaging::{Incoming, Returned};
pub(crate) use ports::{LaunchSettings, Ports, wait_for_room};
pub(crate) use turn::HostTime;
pub(crate) use wasi::can_connect;

/// What the store of one kernel holds: everything its imports work on.
pub(crate) struct Host {
    pub(crate) ports: Arc<Ports>,
    pub(crate) memory: Memory,
    turn: Turn,
    pub(crate) held: Held,
    /// The exchange and band of the message received last, which a send answers by default.
    last_received: Option<(MessageId, Priority)>,
    world: Arc<World>,
    /// Made when it is first asked for: most kernels have nothing of WASI.
    wasi: Option<Box<Wasi>>,
    /// What it computes with, where that is granted.
    pub(crate) compute: Option<Box<Computing>>,
    /// Messages packed to be handed over; kept for its memory.
    packed: BytesMut,
}

/// A kernel's world as WASI has it.
struct Wasi {
    context: WasiCtx,
    resources: ResourceTable,
}

impl Host {
    pub(crate) fn new(ports: Arc<Ports>, memory: Memory, world: Arc<World>) -> Self {
        Self {
            ports,
            memory,
            turn: Turn::default(),
            held: Held::default(),
            last_received: None,
            world,
            wasi: None,
            compute: None,
            packed: BytesMut::new(),
        }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (ports, world) = (&self.ports, &self.world);
        let wasi = self.wasi.get_or_insert_with(|| {
            let mut resources = ResourceTable::new();
            resources.set_max_capacity(wasi::resources(world));
            let context = wasi::context(ports, world);
            Box::new(Wasi { context, resources })
        });
        WasiCtxView {
            ctx: &mut wasi.context,
            table: &mut wasi.resources,
        }
    }
}

/// The linker for kernels: the contract, and WASI 0.2.
///
/// # Errors
/// Where two definitions clash, which is a fault of this program.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Host>> {
    let mut linker = Linker::new(engine);
    lifecycle::add_to(&mut linker.instance("ring:kernel/lifecycle@0.1.0")?)?;
    messaging::add_to(&mut linker.instance("ring:kernel/messaging@0.1.0")?)?;
    messaging::add_sending_to(&mut linker.instance("ring:kernel/sending@0.1.0")?)?;
    log::add_to(&mut linker.instance("ring:kernel/log@0.1.0")?)?;
    compute::add_to(&mut linker.instance("ring:kernel/compute@0.1.0")?)?;
    wasi::add_to(&mut linker)?;
    Ok(linker)
}

/// What every call of a kernel to the host begins with, and every return of a handler.
#[inline]
pub(crate) fn entered(store: &mut StoreContextMut<'_, Host>) {
    let host = store.data_mut();
    host.memory.survived();
    if host.ports.meter.is_none() {
        return;
    }
    let fuel = store.as_context().get_fuel();
    let ports = &store.data().ports;
    if let (Some(meter), Ok(fuel)) = (&ports.meter, fuel) {
        let burnt = ports.limits.fuel().saturating_sub(fuel);
        meter.fuel.store(burnt, Ordering::Relaxed);
    }
}
