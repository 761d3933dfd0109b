//! How a kernel is instantiated: at its launch, and again whenever it is restarted.

use crate::imports::{Host, HostTime, Ports};
use crate::module::{LoadError, Module};
use crate::sandbox::{Limits, Memory, World};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wasmtime::component::{InstancePre, Linker, TypedFunc};
use wasmtime::{Store, Trap, WasmCoreDump};

/// The kernel's `run`.
pub(super) type Run = TypedFunc<(), (Result<(), String>,)>;

/// A kernel that is ready to run.
pub(super) struct Prepared {
    pub(super) store: Store<Host>,
    pub(super) run: Run,
}

/// Everything that an instance of a kernel is made of, and that outlives it.
pub(super) struct Recipe {
    instance: InstancePre<Host>,
    imports_wasi: bool,
    world: Arc<World>,
}

impl Recipe {
    pub(super) fn new(
        linker: &Linker<Host>,
        module: &Module,
        world: World,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            instance: linker
                .instantiate_pre(&module.component)
                .map_err(mismatch)?,
            imports_wasi: !module.needs.wasi.is_empty(),
            world: Arc::new(world),
        })
    }

    /// Makes an instance, which may burn so much fuel in all its life. Nothing of it runs but its
    /// initialisers, which are bounded.
    pub(super) async fn prepare(
        &self,
        ports: &Arc<Ports>,
        fuel: u64,
    ) -> Result<Prepared, LoadError> {
        let limits = &ports.limits;
        ports.memory_bytes.store(0, Ordering::Relaxed);
        let output = ports.clone();
        let leave = move |bytes| output.leave_to_output(bytes);
        let memory = Memory::new(limits, ports.memory_bytes.clone(), leave);
        let host = Host::new(ports.clone(), memory, self.world.clone());
        let mut store = Store::new(self.instance.engine(), host);
        store.limiter(|host| &mut host.memory);
        if self.imports_wasi {
            store.call_hook_async(HostTime);
        }
        store.set_hostcall_fuel(limits.host_call_bytes());
        store.set_max_component_handles(Limits::HANDLES);
        store.set_fuel(limits.initialiser_fuel).map_err(mismatch)?;
        store
            .fuel_async_yield_interval(Some(limits.slice()))
            .map_err(mismatch)?;

        let instantiated = self.instance.instantiate_async(&mut store);
        let instance = match tokio::time::timeout(limits.initialiser_time, instantiated).await {
            Ok(Ok(instance)) => instance,
            Ok(Err(error)) => return Err(initialiser_error(&error, &store, limits)),
            Err(_) => {
                let limit = format!("{:?}", limits.initialiser_time);
                return Err(LoadError::InitialiserTooLong { limit });
            }
        };
        let run = instance
            .get_typed_func(&mut store, "run")
            .map_err(mismatch)?;
        // What the initialisers burnt counts.
        let left = store.get_fuel().map_err(mismatch)?;
        let used = limits.initialiser_fuel.saturating_sub(left);
        store
            .set_fuel(fuel.saturating_sub(used))
            .map_err(mismatch)?;
        Ok(Prepared { store, run })
    }
}

fn mismatch(error: wasmtime::Error) -> LoadError {
    LoadError::Mismatch {
        reason: format!("{error:#}"),
    }
}

fn initialiser_error(error: &wasmtime::Error, store: &Store<Host>, limits: &Limits) -> LoadError {
    if error.downcast_ref::<Trap>() == Some(&Trap::OutOfFuel) {
        let limit = format!("{} units of fuel", limits.initialiser_fuel);
        return LoadError::InitialiserTooLong { limit };
    }
    if let Some(limit) = store.data().memory.refused() {
        let reason = format!("it needs more than its limit of {limit}; raise that limit");
        return LoadError::Mismatch { reason };
    }
    // wasmtime has no type for this one, which comes before any initialiser.
    if let Some(what) = error
        .root_cause()
        .to_string()
        .strip_prefix("resource limit exceeded: ")
    {
        let instances = limits.instances;
        let reason = format!(
            "it needs more than its limit of {instances} instances, or as many memories or tables \
             ({what}); raise that limit"
        );
        return LoadError::Mismatch { reason };
    }
    // What is kept for a core dump is nothing to be read in a line.
    let reason = match error.downcast_ref::<WasmCoreDump>() {
        Some(_) => error.root_cause().to_string(),
        None => format!("{error:#}"),
    };
    LoadError::Initialiser { reason }
}
