//! A space in the memory of the CPU.

use super::job::Queue;
use super::layout::Layout;
use super::memory::Memory;
use super::step::{Answer, Step, overwritten};
use crate::ComputeError;
use crate::buffer::{Buffer, Part};
use crate::cpu::{Compiled, Lane, Turns};
use parking_lot::Mutex;
use std::sync::Arc;

/// The most bytes that are written or read at once by who asks for it, where nothing has to be waited
/// for. What is larger takes a thread of the device.
const AT_ONCE: u32 = 1 << 20;

/// A space in the memory of the CPU, which its threads work in.
pub(crate) struct Cores {
    pub(super) compiled: Arc<Compiled>,
    pub(super) memory: Memory,
    pub(super) turns: Arc<Turns>,
    /// The program in this space, by threads.
    pub(super) lanes: Vec<Mutex<Option<Lane>>>,
}

impl Cores {
    /// # Errors
    /// If there is no memory for it.
    pub(super) fn new(
        turns: Arc<Turns>,
        compiled: Arc<Compiled>,
        bytes: u64,
    ) -> Result<Self, ComputeError> {
        let memory = Memory::new(&turns.engine, compiled.layout.end(bytes), bytes)?;
        for (address, bytes) in &compiled.layout.data {
            memory.write(*address, bytes);
        }
        Ok(Self {
            memory,
            lanes: std::iter::repeat_with(Mutex::default)
                .take(turns.threads)
                .collect(),
            turns,
            compiled,
        })
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.compiled.layout
    }

    /// Does a step at once, where it is short and nothing comes before it.
    pub(super) fn do_at_once(&self, queue: &Queue, step: &Step) -> Option<Option<Answer>> {
        let is_short = step.length().is_some_and(|length| length <= AT_ONCE);
        (queue.is_idle() && is_short).then(|| self.do_step(step))
    }

    /// Writes bytes at once, under the same conditions; false if they do not hold.
    pub(super) fn write_at_once(
        &self,
        queue: &Queue,
        buffer: &Buffer,
        part: Part,
        bytes: &[u8],
    ) -> bool {
        let is_now = queue.is_idle() && part.length <= AT_ONCE;
        if is_now {
            self.memory.write(part.address, bytes);
            overwritten(buffer, part, false);
        }
        is_now
    }

    /// Does a step that is no launch, in the space's own order.
    pub(super) fn do_step(&self, step: &Step) -> Option<Answer> {
        let memory = &self.memory;
        match step {
            Step::Write { part, bytes, .. } => memory.write(part.address, bytes),
            Step::Fill { part, byte, .. } => memory.fill(part.address, part.length, *byte),
            Step::Copy {
                from_part, to_part, ..
            } => memory.copy(from_part.address, to_part.address, to_part.length),
            Step::Read {
                buffer,
                part,
                reply,
            } => {
                let read = if buffer.is_poisoned() {
                    Err(ComputeError::Poisoned)
                } else {
                    memory.read(part.address, part.length)
                };
                return Answer::to(reply, read);
            }
            Step::Launch(_) => {}
        }
        step.done();
        None
    }
}
