//! The messages of host and broker.

use crate::{ComputeError, DeviceInfo, Fence, Stats, catalogue};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What the host asks for. All but `Cancel` and `FreePlan` are answered.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// What GPUs there are, to be used with this fence.
    Devices(Fence),
    /// A space for a program, with room for so many bytes of buffers.
    Space {
        module: Bytes,
        bytes: u64,
    },
    FreeSpace(u64),
    /// Steps of a space that will be done again and again.
    Plan {
        space: u64,
        steps: Vec<Step>,
        buffers: Vec<Buffer>,
    },
    FreePlan(u64),
    /// A turn of a space.
    Run(Run),
    /// Ends the turn of that number, if it runs or when it will.
    Cancel {
        space: u64,
        turn: u64,
    },
}

/// A turn of a space.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) space: u64,
    pub(super) turn: u64,
    pub(super) work: Work,
    /// The step that is next.
    pub(super) index: u64,
    /// The launch of it that is to be done.
    pub(super) part: u32,
    /// Items of that which are done.
    pub(super) first: u32,
    /// How often all are still to be done.
    pub(super) times: u32,
}

/// What a turn is of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// A plan, and which of its buffers are poisoned.
    Plan { plan: u64, poisoned: Vec<bool> },
    Steps {
        steps: Vec<Step>,
        buffers: Vec<Buffer>,
    },
}

/// A buffer that steps name by its place among all.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Buffer {
    pub(super) address: u32,
    pub(super) length: u32,
    pub(super) is_poisoned: bool,
}

/// A part of a buffer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) buffer: u32,
    pub(super) address: u32,
    pub(super) length: u32,
    pub(super) is_whole: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Step {
    Write {
        to: Part,
        bytes: Bytes,
    },
    Fill {
        to: Part,
        /// Whether the buffer is there, and not its room only.
        is_buffer: bool,
        byte: u8,
    },
    Copy {
        from: Part,
        to: Part,
    },
    Read(Part),
    Launch {
        function: String,
        items: u32,
        fuel: u64,
        arguments: Vec<Argument>,
        touched: Touched,
    },
    Operation {
        what: catalogue::What,
        touched: Touched,
    },
}

/// The buffers of a launch or of an operation.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Touched {
    pub(super) read: Vec<u32>,
    pub(super) written: Vec<u32>,
    pub(super) whole: Vec<u32>,
}

/// An argument; floats by their bits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Argument {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
}

/// What the broker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    Devices(Vec<DeviceInfo>),
    Space {
        space: u64,
        /// What it takes of the device.
        size: u64,
        device: DeviceInfo,
    },
    Plan(u64),
    Ran(Ran),
    Done,
    Failed(ComputeError),
}

/// What became of a turn.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ran {
    pub(super) rounds: u32,
    pub(super) steps: u64,
    pub(super) part: u32,
    pub(super) first: u32,
    pub(super) error: Option<ComputeError>,
    pub(super) stats: Stats,
    /// What was read.
    pub(super) read: Option<Result<Bytes, ComputeError>>,
    /// Which of the buffers are poisoned now.
    pub(super) poisoned: Vec<bool>,
}
