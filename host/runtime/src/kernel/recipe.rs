//! How a kernel is instantiated: at its launch, and again whenever it is restarted.

use super::entry::Entry;
use crate::imports::{Computer, Computing, Host, HostTime, Ports};
use crate::module::{Digest, LoadError, Module, Source};
use crate::sandbox::{Base, Berth, Crowd, Limits, Member, Memory, Shape, Windows, World};
use bytes::Bytes;
use std::fmt;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use wasmtime::component::InstancePre;
use wasmtime::{Store, Trap, WasmCoreDump};

/// A kernel that is ready to run.
pub(super) struct Prepared {
    pub(super) store: Store<Host>,
    pub(super) entry: Entry,
    /// Where all calls into the store are made.
    pub(super) berth: Berth,
    /// Counts it while it lives; `None` in the tier in which it has no mappings of its own.
    pub(super) _member: Option<Member>,
}

/// A component with what it imports.
#[derive(Clone)]
pub(super) struct Linked {
    pub(super) instance: InstancePre<Host>,
    /// What its memory begins with, for kernels that rest.
    pub(super) base: Arc<Base>,
    /// The component itself, where a kernel was launched from that.
    pub(super) bytes: Arc<OnceLock<Bytes>>,
}

impl Linked {
    /// The same source, with the bytes that other kernels of the component have: they are kept with
    /// each.
    pub(super) fn share(&self, source: Source) -> Source {
        match source {
            Source::Bytes(bytes) => Source::Bytes(self.bytes.get_or_init(|| bytes).clone()),
            source => source,
        }
    }
}

/// Everything that an instance of a kernel is made of, and that outlives it.
#[derive(Clone)]
pub(crate) struct Recipe {
    /// The component that it is of.
    pub(super) component: Digest,
    linked: Linked,
    shape: Shape,
    imports_wasi: bool,
    windows: Option<Arc<Windows>>,
    crowd: Arc<Crowd>,
    world: Arc<World>,
    /// What each instance computes with.
    computer: Option<Computer>,
    /// The state that each instance takes on.
    state: Option<Bytes>,
}

impl Recipe {
    /// # Errors
    /// If there is a state, and the module has none.
    pub(super) fn new(
        linked: Linked,
        module: &Module,
        crowd: Arc<Crowd>,
        world: World,
        computer: Option<Computer>,
        state: Option<Bytes>,
    ) -> Result<Self, LoadError> {
        let shape = module.needs.shape.unwrap_or(Shape::Loop);
        if state.is_some() && shape != Shape::StatefulHandler {
            return Err(LoadError::Stateless { shape });
        }
        Ok(Self {
            component: module.digest,
            linked,
            shape,
            imports_wasi: !module.needs.wasi.is_empty(),
            windows: module.windows.clone(),
            crowd,
            world: Arc::new(world),
            computer,
            state,
        })
    }

    /// Whether a state can be taken out of an instance, and put in.
    pub(super) fn has_state(&self) -> bool {
        self.shape == Shape::StatefulHandler
    }

    /// The same with a state that each instance takes on.
    pub(super) fn with_state(&self, state: Bytes) -> Self {
        Self {
            state: Some(state),
            ..self.clone()
        }
    }

    /// Makes an instance, which may burn so much fuel in all its life. Nothing of it runs but its
    /// initialisers and its `restore`, which are bounded.
    pub(super) async fn prepare(
        &self,
        ports: &Arc<Ports>,
        fuel: u64,
    ) -> Result<Box<Prepared>, LoadError> {
        let limits = &ports.limits;
        ports.memory_bytes.store(0, Ordering::Relaxed);
        let output = ports.clone();
        let leave = move |bytes| output.leave_to_output(bytes);
        let memory = Memory::new(limits, ports.memory_bytes.clone(), leave);
        let mut host = Host::new(ports.clone(), memory, self.world.clone());
        let computing = self.computer.clone().map(Computing::new);
        host.compute = computing.map(Box::new);
        let mut store = Store::new(self.linked.instance.engine(), host);
        store.limiter(|host| &mut host.memory);
        if self.imports_wasi || self.computer.is_some() {
            store.call_hook_async(HostTime);
        }
        store.set_hostcall_fuel(limits.host_call_bytes());
        store.set_max_component_handles(Limits::HANDLES);
        store.set_fuel(limits.initialiser_fuel).map_err(mismatch)?;
        store
            .fuel_async_yield_interval(Some(limits.slice()))
            .map_err(mismatch)?;

        let (mut berth, member) = match &self.windows {
            Some(windows) => {
                let berth = windows.berth(self.linked.base.clone(), ports.clone());
                (berth.map_err(|error| self.no_room(&error))?, None)
            }
            None => (Berth::without_window(), Some(self.crowd.join())),
        };
        let instantiated = self.linked.instance.instantiate_async(&mut store);
        // SAFETY: the store is new, and whoever gets it gets the berth with it.
        let instantiated = unsafe { berth.make(instantiated) };
        let instance = match tokio::time::timeout(limits.initialiser_time, instantiated).await {
            Ok(Ok(instance)) => instance,
            Ok(Err(error)) => return Err(self.launch_error(&error, &store, limits)),
            Err(_) => {
                let limit = format!("{:?}", limits.initialiser_time);
                return Err(LoadError::InitialiserTooLong { limit });
            }
        };
        berth.begins();
        let entry = Entry::find(&instance, &mut store, self.shape).map_err(mismatch)?;
        if let Some(state) = &self.state {
            let restored = entry.restore(&mut store, state.clone());
            // SAFETY: this is the berth in which the store was made.
            unsafe { berth.make(restored) }.await?;
        }
        // What that burnt counts.
        let left = store.get_fuel().map_err(mismatch)?;
        let used = limits.initialiser_fuel.saturating_sub(left);
        store
            .set_fuel(fuel.saturating_sub(used))
            .map_err(mismatch)?;
        Ok(Box::new(Prepared {
            store,
            entry,
            berth,
            _member: member,
        }))
    }
}

impl Recipe {
    /// Why there is no instance.
    fn launch_error(
        &self,
        error: &wasmtime::Error,
        store: &Store<Host>,
        limits: &Limits,
    ) -> LoadError {
        if is_out_of_memory(error) {
            return self.no_room(error.root_cause());
        }
        initialiser_error(error, store, limits)
    }

    /// The system has no room for what is the kernel's.
    fn no_room(&self, cause: &dyn fmt::Display) -> LoadError {
        match self.crowd.is_full() {
            Some((mappings, most)) => LoadError::NoMappings { mappings, most },
            None => LoadError::NoMemory {
                reason: cause.to_string(),
            },
        }
    }
}

/// Whether this is because the system has no room.
fn is_out_of_memory(error: &wasmtime::Error) -> bool {
    let cause = error.root_cause();
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    #[cfg(unix)]
    let kind = kind.or_else(|| Some(cause.downcast_ref::<rustix::io::Errno>()?.kind()));
    kind == Some(io::ErrorKind::OutOfMemory)
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
