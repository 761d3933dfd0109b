//! Data-parallel work for kernels: one untrusted function over many items, on every core.
//!
//! A [`Program`] is what a component marks for such work, taken out of it. [`Devices`] make a [`Space`]
//! for it: one linear memory, in which there are [`Buffer`]s and over which the program's functions are
//! launched. What is asked of a space happens in the order in which it was asked, and on its own time: an
//! [`Event`] says when it is done.
//!
//! The results are the same, bit for bit, on any number of threads, as long as the items of a launch do
//! not write what others read.

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod broker;
mod buffer;
mod catalogue;
mod command;
mod cpu;
mod cuda;
mod device;
mod error;
mod event;
mod line;
mod operation;
mod program;
mod space;
mod store;
mod sync;
mod ticks;

pub use broker::{BrokerProcess, broker, is_broker};
pub use buffer::Buffer;
pub use command::{Argument, Command, Launch};
pub use device::{DeviceInfo, DeviceKind, Devices, Fence};
pub use error::{ComputeError, ProgramError, TrapCode};
pub use event::{Event, Stats};
pub use operation::{Gemm, Matrix, Operator, Reduce, Scan, Sort};
pub use program::{Element, Function, Parameter, Program, Role, ValueKind};
pub use space::{Plan, Residence, Resident, Space};
pub use store::CodeStore;
