//! The devices of this process.

use crate::broker::{Broker, BrokerProcess};
use crate::cpu::{Compiled, Pool, THREADS, engine};
use crate::cuda::{Gpus, Workers};
use crate::space::{Card, Layout, Space};
use crate::{CodeStore, ComputeError, Program};
use parking_lot::Mutex;
use ringhost_ptx::Policy;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeviceKind {
    /// The threads of this process.
    Cpu,
    /// A card of NVIDIA's.
    Cuda,
}

/// What becomes of an access on a GPU that is outside of the space, or off the alignment that its operator
/// promises. It never comes to anybody else's memory. (On the CPU the first is always a trap, and the
/// second is what WebAssembly says it is.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Fence {
    /// It goes elsewhere in the space, unseen: the fastest.
    #[default]
    Mask,
    /// It is a trap, before it is made.
    Trap,
    /// It goes elsewhere in the space, and is a trap at the end of the item.
    Deferred,
}

impl Fence {
    pub(crate) fn policy(self) -> Policy {
        match self {
            Self::Mask => Policy::Mask,
            Self::Trap => Policy::Trap,
            Self::Deferred => Policy::Deferred,
        }
    }
}

/// What there is to know of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// What its maker calls it.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// The most bytes of a space on it.
    pub memory_bytes: u64,
    /// How many items it runs at once.
    pub lanes: u32,
}

/// The devices of this process; cheap to clone. Its threads start with the first space and end with the
/// last handle to it and to its spaces.
#[derive(Clone)]
pub struct Devices(Arc<Inner>);

/// The GPUs, and whose they are.
enum Cards {
    Here(Gpus),
    Broker(Broker),
}

impl Cards {
    fn list(&self) -> Vec<DeviceInfo> {
        match self {
            Self::Here(gpus) => gpus.list(),
            Self::Broker(broker) => broker.list(),
        }
    }

    fn workers(&self) -> &Arc<Workers> {
        match self {
            Self::Here(gpus) => gpus.workers(),
            Self::Broker(broker) => broker.workers(),
        }
    }

    fn place(
        &self,
        program: &Program,
        bytes: u64,
    ) -> Result<(Card, Layout, DeviceInfo), ComputeError> {
        Ok(match self {
            Self::Here(gpus) => {
                let (place, layout, device) = gpus.place(program, bytes)?;
                (Card::Here(place), layout, device)
            }
            Self::Broker(broker) => {
                let (place, layout, device) = broker.place(program, bytes)?;
                (Card::Broker(place), layout, device)
            }
        })
    }
}

struct Inner {
    /// How accesses are fenced on a GPU; none where no GPU is wanted.
    fence: Option<Fence>,
    /// Whether a space is on a GPU where nothing else is said.
    is_gpu_wanted: bool,
    gpus: OnceLock<Option<Cards>>,
    /// What owns the GPUs, where this process does not.
    broker: Option<BrokerProcess>,
    /// Where code for a GPU is kept.
    store: Option<Arc<dyn CodeStore>>,
    threads: usize,
    started: Mutex<Option<Arc<Pool>>>,
    /// Programs that spaces hold, compiled, by their modules.
    compiled: Mutex<HashMap<Arc<[u8]>, Weak<Compiled>>>,
}

impl Devices {
    /// The CPU, with so many threads: 128 at most, and as many as there are cores for zero.
    #[must_use]
    pub fn cpu(threads: usize) -> Self {
        Self::new(threads, None, false)
    }

    /// The GPUs of this machine, where there is a driver of CUDA and a GPU of compute capability 8.0 or
    /// later, and the CPU as by [`Devices::cpu`]. The driver is looked for when it is first asked for.
    #[must_use]
    pub fn auto(threads: usize, fence: Fence) -> Self {
        Self::new(threads, Some(fence), false)
    }

    /// As [`Devices::auto`], but a space that names no kind is on a GPU or is refused.
    #[must_use]
    pub fn cuda(threads: usize, fence: Fence) -> Self {
        Self::new(threads, Some(fence), true)
    }

    /// The same devices, which keep what the driver of a GPU compiles, for other processes.
    #[must_use]
    pub fn with_store(&self, store: Arc<dyn CodeStore>) -> Self {
        Self::made(Inner {
            store: Some(store),
            ..self.0.anew()
        })
    }

    /// The same devices, of which a process of its own has the GPUs: it is started when they are first
    /// asked for, and where it fails or is ended the spaces in it are lost, and the next is in a new one.
    /// What its driver compiles it keeps itself.
    #[must_use]
    pub fn with_broker(&self, broker: BrokerProcess) -> Self {
        Self::made(Inner {
            broker: Some(broker),
            ..self.0.anew()
        })
    }

    fn made(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    fn new(threads: usize, fence: Option<Fence>, is_gpu_wanted: bool) -> Self {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            given => given,
        };
        Self::made(Inner {
            fence,
            is_gpu_wanted,
            gpus: OnceLock::new(),
            store: None,
            broker: None,
            threads: threads.min(THREADS),
            started: Mutex::default(),
            compiled: Mutex::default(),
        })
    }

    /// What there is, the best first.
    #[must_use]
    pub fn list(&self) -> Vec<DeviceInfo> {
        let mut all = self.0.gpus().map(Cards::list).unwrap_or_default();
        all.push(info(self.0.threads));
        all
    }

    /// A space for a program, with room for so many bytes of buffers: on a device of this kind, or on the
    /// best that can run all its functions and has the room. A program that is new there is compiled first,
    /// which takes a thread for a while.
    ///
    /// # Errors
    /// If there is no such device or no memory for it, or the program cannot be compiled.
    pub fn space(
        &self,
        kind: Option<DeviceKind>,
        program: &Program,
        bytes: u64,
    ) -> Result<Space, ComputeError> {
        let is_wanted = kind == Some(DeviceKind::Cuda) || (kind.is_none() && self.0.is_gpu_wanted);
        match self.0.gpus().filter(|_| kind != Some(DeviceKind::Cpu)) {
            None if is_wanted => {
                let reason = "this host has no CUDA device that it can use; ask for the CPU";
                return Err(ComputeError::NoDevice(reason.to_owned()));
            }
            Some(gpus) if is_wanted => return on_card(gpus, program, bytes),
            Some(gpus) => {
                // What stands in the way there is no reason not to run.
                if let Ok(space) = on_card(gpus, program, bytes) {
                    return Ok(space);
                }
            }
            None => {}
        }
        let pool = self.0.pool()?;
        let compiled = self.0.compiled(&pool, program)?;
        Space::on_cores(pool, compiled, info(self.0.threads), bytes)
    }
}

fn on_card(gpus: &Cards, program: &Program, bytes: u64) -> Result<Space, ComputeError> {
    let placed = gpus.place(program, bytes)?;
    let workers = gpus.workers().clone();
    Ok(Space::on_card(workers, program.clone(), placed, bytes))
}

impl Inner {
    /// As it was before anything was asked for.
    fn anew(&self) -> Self {
        Self {
            fence: self.fence,
            is_gpu_wanted: self.is_gpu_wanted,
            gpus: OnceLock::new(),
            broker: self.broker.clone(),
            store: self.store.clone(),
            threads: self.threads,
            started: Mutex::default(),
            compiled: Mutex::default(),
        }
    }

    fn gpus(&self) -> Option<&Cards> {
        let fence = self.fence?;
        self.gpus
            .get_or_init(|| match &self.broker {
                Some(process) => Broker::find(process.clone(), fence).map(Cards::Broker),
                None => Gpus::find(fence.policy(), self.store.clone()).map(Cards::Here),
            })
            .as_ref()
    }

    fn pool(&self) -> Result<Arc<Pool>, ComputeError> {
        let mut started = self.started.lock();
        if let Some(pool) = &*started {
            return Ok(pool.clone());
        }
        let pool = Arc::new(Pool::new(engine()?, self.threads)?);
        Ok(started.insert(pool).clone())
    }

    fn compiled(&self, pool: &Pool, program: &Program) -> Result<Arc<Compiled>, ComputeError> {
        let known = self
            .compiled
            .lock()
            .get(program.module())
            .map(Weak::upgrade);
        if let Some(Some(compiled)) = known {
            return Ok(compiled);
        }
        let compiled = Arc::new(Compiled::new(&pool.turns.engine, program)?);
        let mut all = self.compiled.lock();
        all.retain(|_, compiled| compiled.strong_count() > 0);
        all.insert(program.module().into(), Arc::downgrade(&compiled));
        Ok(compiled)
    }
}

fn info(threads: usize) -> DeviceInfo {
    DeviceInfo {
        name: format!("CPU, {threads} threads"),
        kind: DeviceKind::Cpu,
        memory_bytes: 1 << 32,
        lanes: u32::try_from(threads).unwrap_or(u32::MAX),
    }
}
