//! Launch: everything is allocated and checked, and nothing of the kernel runs but bounded
//! initialisers.

use super::recipe::Recipe;
use super::{Kernel, LaunchOptions};
use crate::error::Error;
use crate::executor::Executor;
use crate::imports::{Host, Ports, linker};
use crate::lifecycle::KernelId;
use crate::module::{LoadError, Module, Source};
use parking_lot::Mutex;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use wasmtime::Engine;
use wasmtime::component::Linker;

/// Makes kernels of modules.
pub(crate) struct Launcher {
    linker: Linker<Host>,
    executor: Executor,
    telemetry: bool,
    default_queue_size: NonZeroUsize,
    message_ids: Arc<AtomicU64>,
}

impl Launcher {
    pub(crate) fn new(
        engine: &Engine,
        executor: Executor,
        telemetry: bool,
        default_queue_size: NonZeroUsize,
    ) -> wasmtime::Result<Self> {
        let linker = linker(engine)?;
        let message_ids = Arc::default();
        Ok(Self {
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
        let recipe = Recipe::new(&self.linker, &module)?;
        let message_ids = self.message_ids.clone();
        let ports = Arc::new(Ports::new(id, settings, self.telemetry, message_ids));
        let prepared = recipe.prepare(&ports, ports.limits.fuel()).await?;
        Ok(Kernel {
            ports,
            source,
            component: module.digest,
            prepared: Mutex::new(Some(prepared)),
            executor: self.executor.clone(),
            feeders: AtomicUsize::new(0),
        })
    }
}
