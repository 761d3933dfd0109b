//! Commands that have been checked.

use crate::ComputeError;
use crate::buffer::{Buffer, Part};
use crate::cuda::Replay;
use parking_lot::Mutex;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::oneshot;
use wasmtime::Val;

/// A command that has been checked, so that all of its parts are in the space.
pub(crate) enum Step {
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

/// Steps that are done together, in their order.
pub(crate) struct Steps {
    all: Box<[Step]>,
    /// Whether they are done again and again.
    pub(crate) is_plan: bool,
    /// A round of them, recorded for the device.
    pub(crate) replay: Mutex<Option<Replay>>,
}

impl Steps {
    pub(super) fn new(all: Vec<Step>, is_plan: bool) -> Arc<Self> {
        Arc::new(Self {
            all: all.into(),
            is_plan,
            replay: Mutex::default(),
        })
    }
}

impl Deref for Steps {
    type Target = [Step];

    fn deref(&self) -> &[Step] {
        &self.all
    }
}

/// Where what was read goes, once.
pub(crate) type Reply = Mutex<Option<oneshot::Sender<Read>>>;

pub(crate) type Read = Result<Vec<u8>, ComputeError>;

/// What was read, and who gets it.
pub(crate) struct Answer {
    to: oneshot::Sender<Read>,
    read: Read,
}

impl Answer {
    /// An answer to who asked, unless they have had one.
    pub(crate) fn to(reply: &Reply, read: Read) -> Option<Self> {
        reply.lock().take().map(|to| Self { to, read })
    }

    pub(super) fn give(self) {
        // Who asked may have gone.
        let _ = self.to.send(self.read);
    }
}

/// A launch that has been checked.
pub(crate) struct Launch {
    pub(crate) function: String,
    pub(crate) items: u32,
    pub(crate) fuel: u64,
    pub(crate) arguments: Vec<Val>,
    /// Buffers that it reads.
    pub(crate) read: Vec<Buffer>,
    /// Buffers that it could write.
    pub(crate) written: Vec<Buffer>,
    /// Those of them that it writes whole.
    pub(crate) whole: Vec<Buffer>,
}

impl Step {
    /// Bytes that it holds.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Write { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    /// Bytes that it writes or reads; none for a launch.
    pub(crate) fn length(&self) -> Option<u32> {
        match self {
            Self::Write { part, .. } | Self::Fill { part, .. } | Self::Read { part, .. } => {
                Some(part.length)
            }
            Self::Copy { to_part, .. } => Some(to_part.length),
            Self::Launch(_) => None,
        }
    }

    /// What becomes of poison when it has been done.
    pub(crate) fn done(&self) {
        match self {
            Self::Write { buffer, part, .. } => overwritten(buffer, *part, false),
            Self::Fill { buffer, part, .. } => {
                if let Some(buffer) = buffer {
                    overwritten(buffer, *part, false);
                }
            }
            Self::Copy {
                from, to, to_part, ..
            } => overwritten(to, *to_part, from.is_poisoned()),
            Self::Launch(launch) => launch.succeed(),
            Self::Read { .. } => {}
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
    pub(crate) fn begin(&self) -> Result<(), ComputeError> {
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

/// A part of a buffer has been overwritten.
pub(super) fn overwritten(buffer: &Buffer, part: Part, with_poison: bool) {
    if with_poison || part.is_whole {
        buffer.poison(with_poison);
    }
}
