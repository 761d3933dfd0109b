//! Commands that have been checked.

use super::Inner;
use super::memory::Memory;
use crate::ComputeError;
use crate::buffer::{Buffer, Part};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use wasmtime::Val;

/// A command that has been checked, so that all of its parts are in the space.
pub(super) enum Step {
    Write {
        buffer: Buffer,
        part: Part,
        bytes: Box<[u8]>,
    },
    /// Of a buffer, or of the room of one that may be gone since.
    Fill {
        buffer: Option<Buffer>,
        part: Part,
        byte: u8,
    },
    Copy {
        from: Buffer,
        from_part: Part,
        to: Buffer,
        to_part: Part,
    },
    Read {
        buffer: Buffer,
        part: Part,
        reply: Reply,
    },
    Launch(Launch),
}

/// Where what was read goes, once.
type Reply = Mutex<Option<oneshot::Sender<Read>>>;

pub(super) type Read = Result<Vec<u8>, ComputeError>;

/// What was read, and who gets it.
pub(super) struct Answer {
    to: oneshot::Sender<Read>,
    read: Read,
}

impl Answer {
    pub(super) fn give(self) {
        // Who asked may have gone.
        let _ = self.to.send(self.read);
    }
}

/// A launch that has been checked.
pub(super) struct Launch {
    pub(super) function: String,
    pub(super) items: u32,
    pub(super) fuel: u64,
    pub(super) arguments: Vec<Val>,
    /// Buffers that it reads.
    pub(super) read: Vec<Buffer>,
    /// Buffers that it could write.
    pub(super) written: Vec<Buffer>,
    /// Those of them that it writes whole.
    pub(super) whole: Vec<Buffer>,
}

impl Step {
    /// Bytes that it holds.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Write { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    /// Poisons what it would have written.
    pub(super) fn poison(&self) {
        match self {
            Self::Write { buffer, .. } | Self::Copy { to: buffer, .. } => buffer.poison(true),
            Self::Fill { buffer, .. } => {
                if let Some(buffer) = buffer {
                    buffer.poison(true);
                }
            }
            Self::Launch(launch) => launch.poison(),
            Self::Read { .. } => {}
        }
    }
}

impl Launch {
    /// # Errors
    /// If one of the buffers that it reads is poisoned.
    pub(super) fn begin(&self) -> Result<(), ComputeError> {
        if self.read.iter().any(Buffer::is_poisoned) {
            return Err(ComputeError::Poisoned);
        }
        Ok(())
    }

    /// It ran to its end.
    pub(super) fn succeed(&self) {
        for buffer in &self.whole {
            buffer.poison(false);
        }
    }

    pub(super) fn poison(&self) {
        for buffer in &self.written {
            buffer.poison(true);
        }
    }
}

impl Inner {
    /// Does a step that is no launch, in the space's own order.
    pub(super) fn do_step(&self, step: &Step) -> Option<Answer> {
        let memory: &Memory = &self.memory;
        match step {
            Step::Write {
                buffer,
                part,
                bytes,
            } => {
                memory.write(part.address, bytes);
                overwritten(buffer, *part, false);
            }
            Step::Fill { buffer, part, byte } => {
                memory.fill(part.address, part.length, *byte);
                if let Some(buffer) = buffer {
                    overwritten(buffer, *part, false);
                }
            }
            Step::Copy {
                from,
                from_part,
                to,
                to_part,
            } => {
                memory.copy(from_part.address, to_part.address, to_part.length);
                overwritten(to, *to_part, from.is_poisoned());
            }
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
                return reply.lock().take().map(|to| Answer { to, read });
            }
            Step::Launch(_) => {}
        }
        None
    }
}

fn overwritten(buffer: &Buffer, part: Part, with_poison: bool) {
    if with_poison || part.is_whole {
        buffer.poison(with_poison);
    }
}
