//! Commands that have been checked.

use super::talk::Messages;
use crate::ComputeError;
use crate::broker::Registered;
use crate::buffer::{Buffer, Part};
use crate::catalogue::{Gemm, Library, Operation, What};
use crate::cuda::Replay;
use parking_lot::Mutex;
use std::borrow::Cow;
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
    /// Messages of a resident.
    Messages(Messages),
    Operation(Operation),
}

/// Steps that are done together, in their order.
pub(crate) struct Steps {
    all: Box<[Step]>,
    /// Whether they are done again and again.
    pub(crate) is_plan: bool,
    /// A round of them, recorded for the device.
    pub(crate) replay: Mutex<Option<Replay>>,
    /// What they are in a broker, where the space is in one.
    pub(crate) registered: Mutex<Option<Registered>>,
}

impl Steps {
    pub(crate) fn new(all: Vec<Step>, is_plan: bool) -> Arc<Self> {
        Arc::new(Self {
            all: all.into(),
            is_plan,
            replay: Mutex::default(),
            registered: Mutex::default(),
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

    pub(crate) fn give(self) {
        // Who asked may have gone.
        let _ = self.to.send(self.read);
    }
}

/// A launch that has been checked.
#[derive(Clone)]
pub(crate) struct Launch {
    /// The program of the function, where that is not the space's own.
    pub(crate) library: Option<Library>,
    pub(crate) function: String,
    pub(crate) items: u32,
    pub(crate) fuel: u64,
    pub(crate) arguments: Vec<Val>,
    /// The product of matrices that it is, where a device has something better than the function.
    pub(crate) product: Option<Gemm>,
    pub(crate) touched: Touched,
}

/// The buffers of a launch or of an operation.
#[derive(Clone, Default)]
pub(crate) struct Touched {
    /// Those that it reads.
    pub(crate) read: Vec<Buffer>,
    /// Those that it could write.
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
            Self::Launch(_) | Self::Operation(_) | Self::Messages(_) => None,
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
            Self::Operation(operation) => operation.touched.succeed(),
            Self::Read { .. } | Self::Messages(_) => {}
        }
    }

    /// It is not done, or not to its end: what it would have written is poisoned.
    pub(super) fn fail(&self, error: &ComputeError) {
        match self {
            Self::Write { buffer, .. } | Self::Copy { to: buffer, .. } => buffer.poison(true),
            Self::Fill { buffer, .. } => {
                if let Some(buffer) = buffer {
                    buffer.poison(true);
                }
            }
            Self::Launch(launch) => launch.poison(),
            Self::Operation(operation) => operation.touched.poison(),
            Self::Messages(messages) => messages.fail(error),
            Self::Read { .. } => {}
        }
    }

    /// How many launches it is made of; one for what is no launch.
    pub(crate) fn parts(&self) -> u32 {
        match self {
            Self::Operation(operation) => operation.parts(),
            _ => 1,
        }
    }

    /// One of the launches that it is made of; none for what is no launch.
    pub(crate) fn launch(&self, part: u32) -> Option<Cow<'_, Launch>> {
        match self {
            Self::Launch(launch) => Some(Cow::Borrowed(launch)),
            Self::Messages(messages) => Some(Cow::Borrowed(&messages.talk.launch)),
            Self::Operation(operation) => Some(Cow::Owned(operation.launch(part))),
            _ => None,
        }
    }

    /// The product of matrices that it is, if it is one.
    pub(crate) fn product(&self) -> Option<&Gemm> {
        match self {
            Self::Operation(operation) => match &operation.what {
                What::Gemm(gemm) => Some(gemm),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it can begin.
    ///
    /// # Errors
    /// If it is made of launches, and one of the buffers that they read is poisoned.
    pub(crate) fn begin(&self) -> Result<(), ComputeError> {
        match self {
            Self::Launch(launch) => launch.begin(),
            Self::Operation(operation) => operation.touched.begin(),
            _ => Ok(()),
        }
    }
}

impl Launch {
    /// # Errors
    /// If one of the buffers that it reads is poisoned.
    pub(crate) fn begin(&self) -> Result<(), ComputeError> {
        self.touched.begin()
    }

    /// It ran to its end.
    pub(crate) fn succeed(&self) {
        self.touched.succeed();
    }

    pub(crate) fn poison(&self) {
        self.touched.poison();
    }
}

impl Touched {
    pub(crate) fn reads(&mut self, buffer: &Buffer) {
        self.read.push(buffer.clone());
    }

    /// All of this part is written.
    pub(crate) fn writes(&mut self, buffer: &Buffer, part: Part) {
        self.written.push(buffer.clone());
        if part.is_whole {
            self.whole.push(buffer.clone());
        }
    }

    /// # Errors
    /// If one of the buffers that it reads is poisoned.
    fn begin(&self) -> Result<(), ComputeError> {
        if self.read.iter().any(Buffer::is_poisoned) {
            return Err(ComputeError::Poisoned);
        }
        Ok(())
    }

    /// It ran to its end.
    fn succeed(&self) {
        for buffer in &self.whole {
            buffer.poison(false);
        }
    }

    fn poison(&self) {
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
