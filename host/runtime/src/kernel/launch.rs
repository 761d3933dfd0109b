//! Launch: everything is allocated and checked, and nothing of the kernel runs but bounded
//! initialisers.

use super::core_dump::CoreDumper;
use super::life::Life;
use super::pace::Pace;
use super::recipe::{Linked, Recipe, mismatch};
use super::{Kernel, LaunchOptions};
use crate::error::Error;
use crate::executor::Executor;
use crate::imports::{Host, Ports, can_connect, linker};
use crate::lifecycle::KernelId;
use crate::module::{Digest, LoadError, Module, Source};
use crate::sandbox::{Crowd, EngineKind, GrantError, Grants, Limits, PerEngine, World};
use lru::LruCache;
use parking_lot::Mutex;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};
use wasmtime::component::Linker;

/// Components that are kept linked, at most: as many kernels of one are launched, they share that.
const LINKED: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// Makes kernels of modules.
pub(crate) struct Launcher {
    linkers: PerEngine<Arc<Linker<Host>>>,
    linked: Mutex<LruCache<(Digest, EngineKind), Linked>>,
    crowd: Arc<Crowd>,
    /// Those of the last launch.
    limits: Mutex<Arc<Limits>>,
    executor: Executor,
    telemetry: bool,
    default_queue_size: NonZeroUsize,
    message_ids: Arc<AtomicU64>,
    dumper: Option<Arc<CoreDumper>>,
}

impl Launcher {
    pub(crate) fn new(
        executor: Executor,
        telemetry: bool,
        default_queue_size: NonZeroUsize,
        dumper: Option<Arc<CoreDumper>>,
    ) -> Self {
        Self {
            linkers: PerEngine::new(),
            linked: Mutex::new(LruCache::new(LINKED)),
            crowd: Arc::new(Crowd::new()),
            limits: Mutex::default(),
            executor,
            telemetry,
            default_queue_size,
            message_ids: Arc::default(),
            dumper,
        }
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
        let restart = options.restart.clone();
        let grants = options.grants.clone();
        let state = options.state.clone();
        let mut settings = options.settle(self.default_queue_size)?;
        self.share(&mut settings.limits);
        module.needs.check().map_err(LoadError::from)?;
        let world = self.open(&grants, &module).await?;
        let linked = self.link(&module)?;
        let source = linked.share(source);
        if let Some(watch) = module.windows.as_ref().and_then(|windows| windows.watch()) {
            self.executor.spawn(watch);
        }
        let recipe = Recipe::new(linked, &module, self.crowd.clone(), world, state)?;
        let message_ids = self.message_ids.clone();
        let ports = Arc::new(Ports::new(id, settings, self.telemetry, message_ids));
        let prepared = recipe.prepare(&ports, ports.limits.fuel()).await?;
        let dumper = self.dumper.clone();
        let life = Life::new(recipe, module.digest, restart, dumper, &ports);
        Ok(Kernel {
            ports,
            life: Arc::new(life),
            source,
            prepared: Mutex::new(Some(prepared)),
            executor: self.executor.clone(),
            seat: OnceLock::new(),
            pace: Pace::default(),
            feeders: AtomicUsize::new(0),
        })
    }

    /// Has a kernel share its limits with the one before, if they are the same.
    fn share(&self, limits: &mut Arc<Limits>) {
        let mut last = self.limits.lock();
        if *last == *limits {
            *limits = last.clone();
        } else {
            *last = limits.clone();
        }
    }

    /// Resolves what the module imports.
    fn link(&self, module: &Module) -> Result<Linked, LoadError> {
        let name = (module.digest, module.kind);
        if let Some(linked) = self.linked.lock().get(&name) {
            return Ok(linked.clone());
        }
        let engine = module.component.engine();
        let linker = self
            .linkers
            .get_or_make(module.kind, || linker(engine).map(Arc::new))
            .map_err(|error| LoadError::HostFault {
                reason: format!("{error:#}"),
            })?;
        let instance = linker
            .instantiate_pre(&module.component)
            .map_err(mismatch)?;
        let linked = Linked {
            instance,
            base: Arc::default(),
            bytes: Arc::default(),
        };
        self.linked.lock().put(name, linked.clone());
        Ok(linked)
    }

    /// Opens what is granted, if that is all that the component wants.
    async fn open(&self, grants: &Grants, module: &Module) -> Result<World, Error> {
        grants.admit(&module.needs.wants).map_err(LoadError::from)?;
        let world = grants.open().await?;
        let connects = world.network.is_some();
        if connects && self.executor.ask(async { can_connect() }).await != Ok(true) {
            return Err(GrantError::NoNetwork.into());
        }
        Ok(world)
    }
}
