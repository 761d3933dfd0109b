//! One linear memory on one device, and what is done in it, in order.

mod check;
mod job;
mod launching;
mod memory;
mod plan;
mod step;
mod turn;

pub use plan::Plan;

use crate::buffer::{Arena, Buffer};
use crate::cpu::{Compiled, Lane, Pool, Turns};
use crate::event::Event;
use crate::{Command, ComputeError, DeviceInfo};
use job::{Job, Queue};
use memory::Memory;
use parking_lot::Mutex;
use std::sync::Arc;
use step::Step;
use tokio::sync::oneshot;

/// Bytes of a page of memory.
const PAGE: u64 = 64 << 10;

/// The most bytes that are written or read at once by who asks for it, where nothing has to be waited
/// for. What is larger takes a thread of the device.
const AT_ONCE: usize = 1 << 20;

/// One linear memory of 32 bits on one device, for one program: zeros, but for the program's data. Cheap
/// to clone. What it has not done when its last handle is dropped is cancelled.
#[derive(Clone)]
pub struct Space(Arc<Handle>);

struct Handle {
    inner: Arc<Inner>,
    /// Keeps the threads.
    _pool: Arc<Pool>,
}

/// What the device's threads hold of a space.
pub(crate) struct Inner {
    compiled: Arc<Compiled>,
    memory: Memory,
    arena: Arc<Arena>,
    turns: Arc<Turns>,
    device: DeviceInfo,
    /// The program in this space, by threads.
    lanes: Vec<Mutex<Option<Lane>>>,
    queue: Mutex<Queue>,
}

impl Space {
    pub(crate) fn new(
        pool: Arc<Pool>,
        compiled: Arc<Compiled>,
        device: DeviceInfo,
        bytes: u64,
    ) -> Result<Self, ComputeError> {
        let room = bytes.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX);
        let end = compiled.buffers.saturating_add(room);
        let memory = Memory::new(&pool.turns.engine, end, bytes)?;
        for (address, bytes) in &compiled.data {
            memory.write(*address, bytes);
        }
        let threads = pool.turns.threads;
        let inner = Inner {
            arena: Arc::new(Arena::new(compiled.buffers, end)),
            memory,
            turns: pool.turns.clone(),
            device,
            lanes: std::iter::repeat_with(Mutex::default)
                .take(threads)
                .collect(),
            queue: Mutex::default(),
            compiled,
        };
        Ok(Self(Arc::new(Handle {
            inner: Arc::new(inner),
            _pool: pool,
        })))
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
        self.inner().memory.bytes()
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
        if queue.is_idle() && bytes.len() <= AT_ONCE {
            inner.memory.write(part.address, bytes);
            if part.is_whole {
                buffer.poison(false);
            }
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
        {
            let mut queue = inner.queue.lock();
            if queue.is_idle() && usize::try_from(length).is_ok_and(|length| length <= AT_ONCE) {
                if let Some(answer) = inner.do_step(&step) {
                    answer.give();
                }
            } else {
                inner.ask(&mut queue, step)?;
            }
        }
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
        let job = Job::new(steps.into(), 1);
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

    fn inner(&self) -> &Arc<Inner> {
        &self.0.inner
    }
}

impl Inner {
    /// Asks for one thing that nobody waits for.
    fn ask(self: &Arc<Self>, queue: &mut Queue, step: Step) -> Result<(), ComputeError> {
        self.add(queue, Job::new([step].into(), 1))
    }

    fn add(self: &Arc<Self>, queue: &mut Queue, job: Job) -> Result<(), ComputeError> {
        queue.add(job)?;
        if queue.is_idle_but_for_jobs() {
            self.list(queue);
        }
        Ok(())
    }

    /// Has the space wait for a thread, unless it does.
    fn list(self: &Arc<Self>, queue: &mut Queue) {
        if !std::mem::replace(&mut queue.is_listed, true) {
            self.turns.add(self.clone());
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
