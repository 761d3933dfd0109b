//! The types of the interface, as wasmtime lifts and lowers them.

use super::computing::{Buffer, Event, Plan, Space};
use super::operations::{Gemm, Reduce, Scan, Sort};
use bytes::Bytes;
use ringhost_compute as compute;
use std::time::Duration;
use wasmtime::component::{ComponentType, Lift, Lower, Resource};

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub(super) enum DeviceKind {
    #[component(name = "cpu")]
    Cpu,
    #[component(name = "cuda")]
    Cuda,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Device {
    kind: DeviceKind,
    name: String,
    memory: u64,
    lanes: u32,
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub(super) enum TrapCode {
    #[component(name = "out-of-bounds")]
    OutOfBounds,
    #[component(name = "divide-by-zero")]
    DivideByZero,
    #[component(name = "integer-overflow")]
    IntegerOverflow,
    #[component(name = "bad-conversion")]
    BadConversion,
    #[component(name = "unreachable")]
    Unreachable,
    #[component(name = "out-of-fuel")]
    OutOfFuel,
    #[component(name = "stack-overflow")]
    StackOverflow,
    #[component(name = "indirect-call")]
    IndirectCall,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Trap {
    function: String,
    item: u32,
    code: TrapCode,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub(super) enum Error {
    #[component(name = "invalid")]
    Invalid(String),
    #[component(name = "no-device")]
    NoDevice(String),
    #[component(name = "out-of-memory")]
    OutOfMemory,
    #[component(name = "quota")]
    Quota(String),
    #[component(name = "trap")]
    Trap(Trap),
    #[component(name = "poisoned")]
    Poisoned,
    #[component(name = "cancelled")]
    Cancelled,
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "terminating")]
    Terminating,
    #[component(name = "device-lost")]
    DeviceLost(String),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum Argument {
    #[component(name = "int32")]
    Int32(i32),
    #[component(name = "int64")]
    Int64(i64),
    #[component(name = "float32")]
    Float32(f32),
    #[component(name = "float64")]
    Float64(f64),
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct WritePart {
    pub(super) to: Resource<Buffer>,
    pub(super) offset: u32,
    pub(super) bytes: Bytes,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct CopyPart {
    pub(super) to: Resource<Buffer>,
    #[component(name = "to-offset")]
    pub(super) to_offset: u32,
    pub(super) from: Resource<Buffer>,
    #[component(name = "from-offset")]
    pub(super) from_offset: u32,
    pub(super) length: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct FillPart {
    pub(super) to: Resource<Buffer>,
    pub(super) offset: u32,
    pub(super) length: u32,
    pub(super) byte: u8,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Launch {
    pub(super) function: String,
    pub(super) items: u32,
    pub(super) arguments: Vec<Argument>,
    pub(super) fuel: Option<u64>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum Command {
    #[component(name = "write")]
    Write(WritePart),
    #[component(name = "copy")]
    Copy(CopyPart),
    #[component(name = "fill")]
    Fill(FillPart),
    #[component(name = "launch")]
    Launch(Launch),
    #[component(name = "reduce")]
    Reduce(Reduce),
    #[component(name = "scan")]
    Scan(Scan),
    #[component(name = "sort")]
    Sort(Sort),
    #[component(name = "gemm")]
    Gemm(Gemm),
}

#[derive(ComponentType, Lower, Clone)]
#[component(record)]
pub(super) struct Stats {
    #[component(name = "device-time")]
    device_time: u64,
    launches: u32,
    items: u64,
}

/// What the calls return that make something.
pub(super) type Made<T> = Result<Resource<T>, Error>;
pub(super) type MadeSpace = Made<Space>;
pub(super) type MadeBuffer = Made<Buffer>;
pub(super) type MadePlan = Made<Plan>;
pub(super) type MadeEvent = Made<Event>;

impl From<DeviceKind> for compute::DeviceKind {
    fn from(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Cpu => Self::Cpu,
            DeviceKind::Cuda => Self::Cuda,
        }
    }
}

impl From<compute::DeviceInfo> for Device {
    fn from(device: compute::DeviceInfo) -> Self {
        Self {
            kind: match device.kind {
                compute::DeviceKind::Cpu => DeviceKind::Cpu,
                compute::DeviceKind::Cuda => DeviceKind::Cuda,
            },
            name: device.name,
            memory: device.memory_bytes,
            lanes: device.lanes,
        }
    }
}

impl From<compute::ComputeError> for Error {
    fn from(error: compute::ComputeError) -> Self {
        use compute::ComputeError;
        let words = error.to_string();
        match error {
            ComputeError::Trap {
                function,
                item,
                code,
            } => Self::Trap(Trap {
                function,
                item,
                code: code.into(),
            }),
            ComputeError::OutOfMemory { .. } => Self::OutOfMemory,
            ComputeError::Poisoned => Self::Poisoned,
            ComputeError::Cancelled => Self::Cancelled,
            ComputeError::Full { .. } => Self::Quota(words),
            ComputeError::DeviceLost(_) => Self::DeviceLost(words),
            ComputeError::NoDevice(_) => Self::NoDevice(words),
            _ => Self::Invalid(words),
        }
    }
}

impl From<compute::TrapCode> for TrapCode {
    fn from(code: compute::TrapCode) -> Self {
        match code {
            compute::TrapCode::OutOfBounds => Self::OutOfBounds,
            compute::TrapCode::DivideByZero => Self::DivideByZero,
            compute::TrapCode::IntegerOverflow => Self::IntegerOverflow,
            compute::TrapCode::BadConversion => Self::BadConversion,
            compute::TrapCode::Unreachable => Self::Unreachable,
            compute::TrapCode::OutOfFuel => Self::OutOfFuel,
            compute::TrapCode::StackOverflow => Self::StackOverflow,
            compute::TrapCode::IndirectCall => Self::IndirectCall,
        }
    }
}

impl From<compute::Stats> for Stats {
    fn from(stats: compute::Stats) -> Self {
        Self {
            device_time: nanoseconds(stats.device_time),
            launches: stats.launches,
            items: stats.items,
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
