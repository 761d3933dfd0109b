//! One linear memory on one device, and what is done in it, in order.

mod card;
mod check;
mod cores;
mod flow;
mod job;
mod launching;
mod layout;
mod memory;
mod plan;
mod product;
mod resident;
mod step;
mod talk;
mod turn;

pub(crate) use job::Next;
pub(crate) use layout::{Layout, PAGE};
pub use plan::Plan;
pub use resident::{Residence, Resident};
pub(crate) use step::{Answer, Launch, Step, Steps, Touched};
pub(crate) use talk::{Messages, Talk};

use crate::broker;
use crate::buffer::{Arena, Buffer};
use crate::cpu::{Compiled, Pool};
use crate::cuda::{self, Workers};
use crate::event::Event;
use crate::{Command, ComputeError, DeviceInfo, Program};
use cores::Cores;
use job::{Job, Queue};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::oneshot;

/// One linear memory of 32 bits on one device, for one program: zeros, but for the program's data. Cheap
/// to clone. What it has not done when its last handle is dropped is cancelled.
#[derive(Clone)]
pub struct Space(Arc<Handle>);

struct Handle {
    inner: Arc<Inner>,
    /// Keeps the threads.
    _threads: Threads,
}

enum Threads {
    Cpu(#[expect(dead_code, reason = "it is dropped")] Arc<Pool>),
    Cuda(#[expect(dead_code, reason = "it is dropped")] Arc<Workers>),
}

/// What the device's threads hold of a space.
pub(crate) struct Inner {
    program: Program,
    arena: Arc<Arena>,
    device: DeviceInfo,
    place: Place,
    queue: Mutex<Queue>,
}

/// Where a space is.
enum Place {
    Cpu(Cores),
    Cuda {
        place: Card,
        turns: Arc<cuda::Turns>,
    },
}

/// Whose the memory of a GPU is in which a space is.
pub(crate) enum Card {
    /// This process's.
    Here(cuda::Place),
    /// The broker's.
    Broker(broker::Place),
}

impl Space {
    /// In the memory of the CPU.
    pub(crate) fn on_cores(
        pool: Arc<Pool>,
        compiled: Arc<Compiled>,
        device: DeviceInfo,
        bytes: u64,
    ) -> Result<Self, ComputeError> {
        let program = compiled.program.clone();
        let cores = Cores::new(pool.turns.clone(), compiled, bytes)?;
        let arena = Arena::new(cores.layout().buffers, cores.layout().end(bytes));
        let place = Place::Cpu(cores);
        Ok(Self::new(program, arena, device, place, Threads::Cpu(pool)))
    }

    /// In the memory of a GPU, with room for so many bytes of buffers.
    pub(crate) fn on_card(
        workers: Arc<Workers>,
        program: Program,
        (place, layout, device): (Card, Layout, DeviceInfo),
        bytes: u64,
    ) -> Self {
        let arena = Arena::new(layout.buffers, layout.end(bytes));
        let turns = workers.turns().clone();
        let place = Place::Cuda { place, turns };
        Self::new(program, arena, device, place, Threads::Cuda(workers))
    }

    fn new(
        program: Program,
        arena: Arena,
        device: DeviceInfo,
        place: Place,
        threads: Threads,
    ) -> Self {
        let inner = Inner {
            program,
            arena: Arc::new(arena),
            device,
            place,
            queue: Mutex::default(),
        };
        Self(Arc::new(Handle {
            inner: Arc::new(inner),
            _threads: threads,
        }))
    }

    /// The device that it is on.
    #[must_use]
    pub fn device(&self) -> DeviceInfo {
        self.inner().device.clone()
    }

    /// Bytes of the whole: the program's own data, the stacks of its threads, and the room for buffers.
    /// Those that nothing has written take no memory.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.inner().place.memory_bytes()
    }

    /// A buffer of zeros.
    ///
    /// # Errors
    /// If the space has no room for it, or does not take more commands now.
    pub fn allocate(&self, bytes: u32) -> Result<Buffer, ComputeError> {
        let inner = self.inner();
        let (buffer, was_used) = inner.arena.allocate(bytes)?;
        let mut queue = inner.queue.lock();
        // A launch can have written anywhere.
        if was_used || queue.has_launched {
            let part = buffer.part(0, bytes)?;
            let step = Step::Fill {
                buffer: None,
                part,
                byte: 0,
            };
            inner.ask(&mut queue, step)?;
        }
        drop(queue);
        Ok(buffer)
    }

    /// Writes bytes into a buffer, after what was asked for before.
    ///
    /// # Errors
    /// If they do not fit there, or the space does not take more commands now.
    pub fn write(&self, buffer: &Buffer, offset: u32, bytes: &[u8]) -> Result<(), ComputeError> {
        let inner = self.inner();
        let part = inner.part_to_write(buffer, offset, bytes.len())?;
        let mut queue = inner.queue.lock();
        if let Place::Cpu(cores) = &inner.place
            && cores.write_at_once(&queue, buffer, part, bytes)
        {
            return Ok(());
        }
        let step = Step::Write {
            buffer: buffer.clone(),
            part,
            bytes: bytes.into(),
        };
        inner.ask(&mut queue, step)
    }

    /// Reads part of a buffer, when all is done that was asked for before.
    ///
    /// # Errors
    /// If that is not in the buffer, the buffer is poisoned, or the space is dropped meanwhile.
    pub async fn read(
        &self,
        buffer: &Buffer,
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>, ComputeError> {
        let inner = self.inner();
        let part = inner.part_of(buffer, offset, length)?;
        let (reply, read) = oneshot::channel();
        let step = Step::Read {
            buffer: buffer.clone(),
            part,
            reply: Mutex::new(Some(reply)),
        };
        inner.ask(&mut inner.queue.lock(), step)?;
        read.await.unwrap_or(Err(ComputeError::Cancelled))
    }

    /// Does commands in order, after what was asked for before, and returns at once. If one goes wrong,
    /// those after it are not done.
    ///
    /// # Errors
    /// If one of them cannot be meant: nothing has happened then. If the space does not take more now.
    pub fn submit(&self, commands: Vec<Command>) -> Result<Event, ComputeError> {
        let inner = self.inner();
        let steps = inner.steps(commands)?;
        let job = Job::new(Steps::new(steps, false), 1);
        let event = job.event();
        inner.add(&mut inner.queue.lock(), job)?;
        Ok(event)
    }

    /// Commands that are checked once and can be done many times.
    ///
    /// # Errors
    /// If one of them cannot be meant.
    pub fn plan(&self, commands: Vec<Command>) -> Result<Plan, ComputeError> {
        let steps = self.inner().steps(commands)?;
        Ok(Plan::new(self.clone(), steps))
    }

    /// Has a function stay on the device and answer messages. On a GPU it is compiled first, which takes a
    /// thread for a while.
    ///
    /// # Errors
    /// If it cannot be meant, cannot be compiled, or there is no memory for its messages.
    pub fn reside(&self, residence: Residence) -> Result<Resident, ComputeError> {
        let inner = self.inner();
        let (launch, ring) = inner.residence(&residence)?;
        let Residence {
            input,
            output,
            depth,
            ..
        } = residence;
        let on_card = match &inner.place {
            Place::Cpu(_) => None,
            Place::Cuda { place, .. } => place.reside(&inner.program, &launch.function, ring)?,
        };
        let talk = Talk::new(launch, (input, output), depth, on_card);
        Ok(Resident::new(self.clone(), talk))
    }

    fn inner(&self) -> &Arc<Inner> {
        &self.0.inner
    }
}

impl Inner {
    /// Asks for one thing that has no event.
    fn ask(self: &Arc<Self>, queue: &mut Queue, step: Step) -> Result<(), ComputeError> {
        if let Place::Cpu(cores) = &self.place
            && let Some(answer) = cores.do_at_once(queue, &step)
        {
            if let Some(answer) = answer {
                answer.give();
            }
            return Ok(());
        }
        self.add(queue, Job::new(Steps::new(vec![step], false), 1))
    }

    fn add(self: &Arc<Self>, queue: &mut Queue, job: Job) -> Result<(), ComputeError> {
        queue.add(job)?;
        if queue.is_idle_but_for_jobs() {
            self.list(queue);
        }
        Ok(())
    }

    /// Has the messages of a resident answered, behind all that was asked for before.
    fn attend(self: &Arc<Self>, queue: &mut Queue, talk: &Arc<Talk>) -> Result<(), ComputeError> {
        if queue.takes(talk) {
            return Ok(());
        }
        let steps = Steps::new(vec![Step::Messages(Messages::new(talk))], false);
        self.add(queue, Job::of(steps, talk.state.clone()))
    }

    /// Has the space wait for a thread, unless it does.
    fn list(self: &Arc<Self>, queue: &mut Queue) {
        if !std::mem::replace(&mut queue.is_listed, true) {
            match &self.place {
                Place::Cpu(cores) => cores.turns.line.add(self.clone()),
                Place::Cuda { turns, .. } => turns.line.add(self.clone()),
            }
        }
    }
}

impl Place {
    fn memory_bytes(&self) -> u64 {
        match self {
            Self::Cpu(cores) => cores.memory.bytes(),
            Self::Cuda { place, .. } => place.bytes(),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.inner.queue.lock().close();
    }
}

impl std::fmt::Debug for Space {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Space")
            .field("device", &self.0.inner.device)
            .field("memory_bytes", &self.memory_bytes())
            .finish_non_exhaustive()
    }
}
