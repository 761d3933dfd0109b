//! Launch: everything is allocated and checked, and nothing of the kernel runs but bounded
//! initialisers.

use super::core_dump::CoreDumper;
use super::life::Life;
use super::pace::Pace;
use super::recipe::{Linked, Recipe};
use super::{Kernel, LaunchOptions};
use crate::error::Error;
use crate::executor::Executor;
use crate::imports::{Computer, Host, Ports, can_connect, linker};
use crate::lifecycle::KernelId;
use crate::module::{CompilerLimits, Digest, LoadError, Module, Source};
use crate::sandbox::{Crowd, EngineKind, GrantError, Grants, Limits, PerEngine, Tier, World};
use bytes::Bytes;
use lru::LruCache;
use parking_lot::Mutex;
use ringhost_compute::{DeviceInfo, Devices, Program};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};
use wasmtime::component::Linker;

/// Components that are kept linked, at most: as many kernels of one are launched, they share that.
const LINKED: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// What holds for every component that is loaded for a kernel, beside its limits.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Terms {
    pub(crate) tier: Tier,
    pub(crate) compiler: Option<CompilerLimits>,
    pub(crate) grants: Grants,
}

/// Makes kernels of modules.
pub(crate) struct Launcher {
    linkers: PerEngine<Arc<Linker<Host>>>,
    linked: Mutex<LruCache<(Digest, EngineKind), Linked>>,
    crowd: Arc<Crowd>,
    /// Those of the last launch.
    limits: Mutex<Arc<Limits>>,
    /// Those of the last launch.
    terms: Mutex<Arc<Terms>>,
    executor: Executor,
    telemetry: bool,
    default_queue_size: NonZeroUsize,
    message_ids: Arc<AtomicU64>,
    dumper: Option<Arc<CoreDumper>>,
    devices: Devices,
}

impl Launcher {
    pub(crate) fn new(
        executor: Executor,
        telemetry: bool,
        default_queue_size: NonZeroUsize,
        dumper: Option<Arc<CoreDumper>>,
        devices: Devices,
    ) -> Self {
        Self {
            linkers: PerEngine::new(),
            linked: Mutex::new(LruCache::new(LINKED)),
            crowd: Arc::new(Crowd::new()),
            limits: Mutex::default(),
            terms: Mutex::default(),
            executor,
            telemetry,
            default_queue_size,
            message_ids: Arc::default(),
            dumper,
            devices,
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
        let state = options.state.clone();
        let mut terms = Arc::new(Terms {
            tier: options.tier,
            compiler: options.compiler,
            grants: options.grants.clone(),
        });
        share(&self.terms, &mut terms);
        let mut settings = options.settle(self.default_queue_size)?;
        share(&self.limits, &mut settings.limits);
        let (recipe, source) = self.recipe(source, &module, &terms.grants, state).await?;
        let message_ids = self.message_ids.clone();
        let ports = Arc::new(Ports::new(id, settings, self.telemetry, message_ids));
        let prepared = recipe.prepare(&ports, ports.limits.fuel()).await?;
        let dumper = self.dumper.clone();
        let life = Life::new(recipe, restart, dumper, &ports);
        Ok(Kernel {
            ports,
            life: Arc::new(life),
            source: Mutex::new(source),
            terms,
            prepared: Mutex::new(Some(prepared)),
            executor: self.executor.clone(),
            seat: OnceLock::new(),
            pace: Pace::default(),
            feeders: AtomicUsize::new(0),
        })
    }

    /// What instances are made of: the module, with what it imports. And its source, shared with
    /// other kernels of the component.
    pub(crate) async fn recipe(
        &self,
        source: Source,
        module: &Module,
        grants: &Grants,
        state: Option<Bytes>,
    ) -> Result<(Recipe, Source), Error> {
        module.needs.check().map_err(LoadError::from)?;
        let program = module.program.clone().map_err(LoadError::Compute)?;
        let world = self.open(grants, module).await?;
        let linked = self.link(module)?;
        let source = linked.share(source);
        if let Some(watch) = module.windows.as_ref().and_then(|windows| windows.watch()) {
            self.executor.spawn(watch);
        }
        let computer = self.computer(&world, program);
        let recipe = Recipe::new(linked, module, self.crowd.clone(), world, computer, state)?;
        Ok((recipe, source))
    }

    /// What kernels that are granted that compute on, the best first.
    pub(crate) fn devices(&self) -> Vec<DeviceInfo> {
        self.devices.list()
    }

    /// What a kernel computes with, if it marks something for that and is granted it.
    fn computer(&self, world: &World, program: Option<Program>) -> Option<Computer> {
        let (granted, program) = world.compute.zip(program)?;
        Some(Computer {
            devices: self.devices.clone(),
            program,
            granted,
            used: Arc::default(),
        })
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
        let instance =
            linker
                .instantiate_pre(&module.component)
                .map_err(|error| LoadError::Mismatch {
                    reason: format!("{error:#}; build it against this host's wit/ring-kernel.wit"),
                })?;
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

/// Has a kernel share what it has with the one before, if that is the same.
fn share<T: PartialEq>(last: &Mutex<Arc<T>>, own: &mut Arc<T>) {
    let mut last = last.lock();
    if *last == *own {
        *own = last.clone();
    } else {
        *last = own.clone();
    }
}
