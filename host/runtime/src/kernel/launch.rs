//! Launch: everything is allocated and checked, and nothing of the kernel runs but bounded
//! initialisers.

use super::{Kernel, LaunchOptions};
use crate::error::Error;
use crate::executor::Executor;
use crate::imports::{Host, HostTime, Ports, linker};
use crate::lifecycle::KernelId;
use crate::module::{LoadError, Module, Source};
use crate::sandbox::{Limits, Memory};
use parking_lot::Mutex;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use wasmtime::component::{Linker, TypedFunc};
use wasmtime::{Engine, Store, Trap};

/// The kernel's `run`.
pub(super) type Run = TypedFunc<(), (Result<(), String>,)>;

/// A kernel that is ready to run.
pub(super) struct Prepared {
    pub(super) store: Store<Host>,
    pub(super) run: Run,
}

/// Makes kernels of modules.
pub(crate) struct Launcher {
    engine: Engine,
    linker: Linker<Host>,
    executor: Executor,
    telemetry: bool,
    default_queue_size: NonZeroUsize,
    message_ids: Arc<AtomicU64>,
}

impl Launcher {
    pub(crate) fn new(
        engine: Engine,
        executor: Executor,
        telemetry: bool,
        default_queue_size: NonZeroUsize,
    ) -> wasmtime::Result<Self> {
        let linker = linker(&engine)?;
        let message_ids = Arc::default();
        Ok(Self {
            engine,
            linker,
            executor,
            telemetry,
            default_queue_size,
            message_ids,
        })
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// Instantiates the module and allocates its queues.
    pub(crate) async fn launch(
        &self,
        id: KernelId,
        source: Source,
        module: Module,
        options: LaunchOptions,
    ) -> Result<Kernel, Error> {
        let settings = options.settle(self.default_queue_size)?;
        module.needs.check().map_err(LoadError::from)?;
        let memory_bytes = Arc::new(AtomicU64::new(0));
        let memory = Memory::new(&settings.limits, memory_bytes.clone());
        let message_ids = self.message_ids.clone();
        let ports = Ports::new(id, settings, self.telemetry, memory_bytes, message_ids);
        let ports = Arc::new(ports);
        let prepared = self.instantiate(&ports, memory, &module).await?;
        Ok(Kernel {
            ports,
            source,
            component: module.digest,
            prepared: Mutex::new(Some(prepared)),
            executor: self.executor.clone(),
            feeders: AtomicUsize::new(0),
        })
    }

    async fn instantiate(
        &self,
        ports: &Arc<Ports>,
        memory: Memory,
        module: &Module,
    ) -> Result<Prepared, LoadError> {
        let mismatch = |error: wasmtime::Error| LoadError::Mismatch {
            reason: format!("{error:#}"),
        };
        let instance = self
            .linker
            .instantiate_pre(&module.component)
            .map_err(mismatch)?;
        let limits = &ports.limits;
        let mut store = Store::new(&self.engine, Host::new(ports.clone(), memory));
        store.limiter(|host| &mut host.memory);
        if !module.needs.wasi.is_empty() {
            store.call_hook_async(HostTime);
        }
        store.set_hostcall_fuel(limits.host_call_bytes());
        store.set_max_component_handles(Limits::HANDLES);
        store.set_fuel(limits.initialiser_fuel).map_err(mismatch)?;
        store
            .fuel_async_yield_interval(Some(limits.slice()))
            .map_err(mismatch)?;

        let instantiated = instance.instantiate_async(&mut store);
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
            .set_fuel(limits.fuel().saturating_sub(used))
            .map_err(mismatch)?;
        Ok(Prepared { store, run })
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
    LoadError::Initialiser {
        reason: format!("{error:#}"),
    }
}
