//! What the driver knows.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicI32;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, RwLock};

use super::blas::Multiplier;
use super::event::Event;
use super::graph::Graph;
use super::link::Link;
use super::memory::Allocation;
use super::module::{Function, Module};
use super::stream::Stream;
use super::{Code, INVALID_HANDLE};

/// Bytes of a device that nobody said another size of.
const MEMORY: u64 = 1 << 30;

/// A context, which owns what is made in it.
#[derive(Debug)]
pub struct Context {
    pub handle: usize,
    /// The error that broke it, or 0. What runs in it ends then.
    pub broken: AtomicI32,
    /// Held for reading by what runs in it.
    pub running: RwLock<()>,
}

/// A call that is to fail.
#[derive(Debug)]
pub struct Fault {
    pub name: String,
    /// How many calls away it is.
    pub nth: u64,
    pub code: Code,
}

/// Things by their handles, each with its context.
pub type Owned<T> = HashMap<usize, (Arc<Context>, T)>;

/// All of it.
#[derive(Debug)]
pub struct State {
    pub calls: HashMap<String, u64>,
    pub faults: Vec<Fault>,
    /// Whether no context works any more.
    pub lost: bool,
    /// Bytes of the device.
    pub memory: u64,
    pub next: usize,
    pub contexts: HashMap<usize, Arc<Context>>,
    /// The device's own context, and how often it is retained.
    pub primary: Option<(Arc<Context>, u64)>,
    pub allocations: BTreeMap<u64, Arc<Allocation>>,
    pub streams: Owned<Stream>,
    pub events: Owned<Arc<Event>>,
    pub modules: Owned<Module>,
    pub functions: Owned<Function>,
    pub links: Owned<Link>,
    pub graphs: Owned<Graph>,
    pub executables: Owned<Graph>,
    pub multipliers: Owned<Multiplier>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            calls: HashMap::new(),
            faults: Vec::new(),
            lost: false,
            memory: MEMORY,
            next: 0,
            contexts: HashMap::new(),
            primary: None,
            allocations: BTreeMap::new(),
            streams: HashMap::new(),
            events: HashMap::new(),
            modules: HashMap::new(),
            functions: HashMap::new(),
            links: HashMap::new(),
            graphs: HashMap::new(),
            executables: HashMap::new(),
            multipliers: HashMap::new(),
        }
    }
}

impl State {
    /// A handle that none had before.
    pub fn handle(&mut self) -> usize {
        self.next += 1;
        // Small numbers mean streams that are always there.
        0x5eed_0000_0000 + 16 * self.next
    }

    /// Takes away all that is the context's.
    pub fn clear(&mut self, context: &Arc<Context>) {
        fn rid<T>(owned: &mut Owned<T>, context: &Arc<Context>) {
            owned.retain(|_, (owner, _)| !Arc::ptr_eq(owner, context));
        }
        self.allocations.retain(|_, allocation| {
            let stays = !Arc::ptr_eq(&allocation.context, context);
            if !stays {
                allocation.free();
            }
            stays
        });
        rid(&mut self.streams, context);
        rid(&mut self.events, context);
        rid(&mut self.modules, context);
        rid(&mut self.functions, context);
        rid(&mut self.links, context);
        rid(&mut self.graphs, context);
        rid(&mut self.executables, context);
        rid(&mut self.multipliers, context);
        self.contexts.remove(&context.handle);
    }

    /// How many things there are that are to be freed.
    pub fn count(&self) -> usize {
        self.allocations.len()
            + self.streams.len()
            + self.events.len()
            + self.modules.len()
            + self.links.len()
            + self.graphs.len()
            + self.executables.len()
            + self.multipliers.len()
    }
}

/// What a handle stands for in a context.
pub fn of<'o, T>(
    owned: &'o mut Owned<T>,
    context: &Arc<Context>,
    handle: usize,
) -> Result<&'o mut T, Code> {
    match owned.get_mut(&handle) {
        Some((owner, thing)) if Arc::ptr_eq(owner, context) => Ok(thing),
        _ => Err(INVALID_HANDLE),
    }
}

/// Takes what a handle stands for away.
pub fn take<T>(owned: &mut Owned<T>, context: &Arc<Context>, handle: usize) -> Result<T, Code> {
    of(owned, context, handle)?;
    let (_, thing) = owned.remove(&handle).ok_or(INVALID_HANDLE)?;
    Ok(thing)
}

/// The state, for as long as a call looks at it.
pub fn state() -> MutexGuard<'static, State> {
    static STATE: LazyLock<Mutex<State>> = LazyLock::new(Mutex::default);
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}
