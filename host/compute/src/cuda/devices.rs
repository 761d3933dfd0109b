//! The GPUs of this machine, and a context on each.

use super::code::Code;
use super::desk::Desks;
use super::driver::{Card, Context, Fault, Pinned, Stream, cards};
use super::place::{Place, WORD};
use super::products::Products;
use super::workers::Workers;
use crate::catalogue::Library;
use crate::space::Layout;
use crate::{CodeStore, ComputeError, DeviceInfo, DeviceKind, Program};
use parking_lot::Mutex;
use ringhost_ptx::{Options, Policy, Record, Target};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

/// The compute capability that the translations need at least.
const CAPABILITY: u32 = 80;

/// How often in a row a device may fail before nothing was done on it. Then it is left alone.
const FAILURES: u32 = 3;

/// The GPUs of this machine that can be used.
pub(crate) struct Gpus {
    all: Vec<Gpu>,
    policy: Policy,
    store: Option<Arc<dyn CodeStore>>,
    workers: Arc<Workers>,
}

struct Gpu {
    card: Card,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    opened: Option<Arc<Opened>>,
    /// Contexts that were lost since the last space was made.
    failures: u32,
}

/// A context on a GPU, and what is in it for all spaces.
pub(crate) struct Opened {
    /// Programs that spaces hold, compiled, by their modules.
    compiled: Mutex<HashMap<Arc<[u8]>, Weak<Code>>>,
    /// The programs of the catalogue that have been used, by their numbers.
    libraries: [OnceLock<Code>; Library::COUNT],
    pub(super) products: Products,
    pub(super) desks: Desks,
    /// What ends launches that run.
    pub(super) control: Mutex<Control>,
    pub(super) context: Arc<Context>,
    pub(super) card: Card,
    pub(super) options: Options,
    /// Where what is compiled is kept for other processes.
    pub(super) store: Option<Arc<dyn CodeStore>>,
}

/// A stream beside those of the spaces, and the word that it writes to end launches.
pub(super) struct Control {
    pub(super) stream: Stream,
    pub(super) word: Pinned,
}

impl Gpus {
    /// Those that there are; none where there is no driver, or no GPU that is new enough.
    pub(crate) fn find(policy: Policy, store: Option<Arc<dyn CodeStore>>) -> Option<Self> {
        let all: Vec<_> = cards()
            .into_iter()
            .filter(|card| card.capability >= CAPABILITY)
            .map(|card| Gpu {
                card,
                state: Mutex::default(),
            })
            .collect();
        if all.is_empty() {
            return None;
        }
        Some(Self {
            all,
            policy,
            store,
            workers: Workers::new().ok()?,
        })
    }

    /// Those that have not been given up.
    pub(crate) fn list(&self) -> Vec<DeviceInfo> {
        self.alive().map(|gpu| info(&gpu.card)).collect()
    }

    fn alive(&self) -> impl Iterator<Item = &Gpu> {
        self.all
            .iter()
            .filter(|gpu| gpu.state.lock().failures < FAILURES)
    }

    pub(crate) fn workers(&self) -> &Arc<Workers> {
        &self.workers
    }

    /// A space on the first that takes it.
    ///
    /// # Errors
    /// That of the last one: the program cannot be translated, there is no memory, or the device failed.
    pub(crate) fn place(
        &self,
        program: &Program,
        bytes: u64,
    ) -> Result<(Place, Layout, DeviceInfo), ComputeError> {
        let gone = "the CUDA devices of this host have failed again and again; ask for the CPU";
        let mut error = ComputeError::NoDevice(gone.to_owned());
        for gpu in self.alive() {
            let layout = Layout::of(program)?;
            match gpu.place(self, program, &layout, bytes) {
                Ok(place) => return Ok((place, layout, info(&gpu.card))),
                Err(reason) => error = reason,
            }
        }
        Err(error)
    }
}

impl Gpu {
    fn place(
        &self,
        gpus: &Gpus,
        program: &Program,
        layout: &Layout,
        bytes: u64,
    ) -> Result<Place, ComputeError> {
        let opened = self.opened(gpus)?;
        let place = opened
            .compiled(program)
            .and_then(|code| Place::new(&opened, code, layout, bytes));
        if place.is_ok() {
            self.state.lock().failures = 0;
        }
        place
    }

    /// The context, a new one if the last is lost.
    fn opened(&self, gpus: &Gpus) -> Result<Arc<Opened>, ComputeError> {
        let mut state = self.state.lock();
        if let Some(opened) = &state.opened {
            if !opened.context.is_lost() {
                return Ok(opened.clone());
            }
            state.failures = state.failures.saturating_add(1);
            state.opened = None;
        }
        match Opened::new(&self.card, gpus) {
            Ok(opened) => Ok(state.opened.insert(opened).clone()),
            Err(fault) => {
                state.failures = state.failures.saturating_add(1);
                Err(fault.into_error(0))
            }
        }
    }
}

impl Opened {
    fn new(card: &Card, gpus: &Gpus) -> Result<Arc<Self>, Fault> {
        let context = Context::new(card)?;
        context.enter()?;
        let mut word = Pinned::new(&context, WORD)?;
        word.part_mut(0, WORD)?
            .copy_from_slice(&Record::CANCEL.to_le_bytes());
        let control = Control {
            stream: Stream::new(&context)?,
            word,
        };
        let options = Options {
            policy: gpus.policy,
            target: if card.capability >= 90 {
                Target::Sm90
            } else {
                Target::Sm80
            },
            ..Options::default()
        };
        Ok(Arc::new(Self {
            compiled: Mutex::default(),
            libraries: std::array::from_fn(|_| OnceLock::new()),
            products: Products::default(),
            desks: Desks::default(),
            control: Mutex::new(control),
            context,
            card: card.clone(),
            options,
            store: gpus.store.clone(),
        }))
    }

    /// A program of the catalogue's, which is compiled when it is first used.
    ///
    /// # Errors
    /// If the driver cannot compile it.
    pub(super) fn library(&self, library: Library) -> Result<&Code, ComputeError> {
        let Some(place) = self.libraries.get(library.number()) else {
            return Err(ComputeError::DeviceLost("no such program".to_owned()));
        };
        if let Some(code) = place.get() {
            return Ok(code);
        }
        // Two threads may come here at once. One's is dropped then.
        let code = Code::new(self, &library.program()?)?;
        Ok(place.get_or_init(|| code))
    }

    fn compiled(&self, program: &Program) -> Result<Arc<Code>, ComputeError> {
        let known = self
            .compiled
            .lock()
            .get(program.module())
            .and_then(Weak::upgrade);
        if let Some(code) = known {
            return Ok(code);
        }
        let code = Arc::new(Code::new(self, program)?);
        let mut all = self.compiled.lock();
        all.retain(|_, code| code.strong_count() > 0);
        all.insert(program.module().into(), Arc::downgrade(&code));
        Ok(code)
    }
}

fn info(card: &Card) -> DeviceInfo {
    DeviceInfo {
        name: card.name.clone(),
        kind: DeviceKind::Cuda,
        memory_bytes: card.memory_bytes.min(1 << 32),
        lanes: card.processors.saturating_mul(card.threads),
    }
}
