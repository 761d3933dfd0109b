//! A space in the memory of the CPU.

use super::job::Queue;
use super::layout::Layout;
use super::memory::Memory;
use super::step::{Answer, Step, overwritten};
use super::talk::Talk;
use crate::ComputeError;
use crate::buffer::{Buffer, Part};
use crate::catalogue::Library;
use crate::cpu::{Compiled, Lane, Turns};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes that are written or read at once by who asks for it, where nothing has to be waited
/// for. What is larger takes a thread of the device.
const AT_ONCE: u32 = 1 << 20;

/// A space in the memory of the CPU, which its threads work in.
pub(crate) struct Cores {
    pub(super) compiled: Arc<Compiled>,
    pub(super) memory: Memory,
    pub(super) turns: Arc<Turns>,
    /// The programs in this space, by threads.
    pub(super) lanes: Vec<Mutex<Lanes>>,
}

/// What runs in a space on one thread.
#[derive(Default)]
pub(super) struct Lanes {
    /// The space's own program.
    pub(super) own: Option<Lane>,
    /// The one of the catalogue's that ran last: each takes memory that is nobody's quota.
    pub(super) library: Option<(Library, Lane)>,
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
            Step::Launch(_) | Step::Operation(_) | Step::Messages(_) => {}
        }
        step.done();
        None
    }

    /// Puts a message where a resident's function expects it, in the space's own order.
    pub(super) fn deliver(&self, talk: &Talk, message: &[u8]) {
        let input = &talk.input;
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        self.memory.write(input.address(), message);
        let rest = input.len().saturating_sub(length);
        let behind = input.address().saturating_add(length);
        self.memory.fill(behind, rest, 0);
        input.poison(false);
    }

    /// Answers a message whose launch has come to an end, in the space's own order.
    pub(super) fn answer(&self, talk: &Talk, took: Duration, ended: Result<(), ComputeError>) {
        talk.end(took);
        match ended {
            Ok(()) => {
                talk.launch.succeed();
                let output = &talk.output;
                talk.answer(if output.is_poisoned() {
                    Err(ComputeError::Poisoned)
                } else {
                    self.memory.read(output.address(), output.len())
                });
            }
            // All that wait are told when this is.
            Err(ComputeError::Cancelled) => {}
            Err(error) => talk.failed(error),
        }
    }
}
