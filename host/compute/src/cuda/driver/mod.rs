//! What is used of the CUDA driver, and of cuBLAS: handles that are freed with their last owner, and errors
//! that say whether the device can go on. The driver's own functions are described at
//! <https://docs.nvidia.com/cuda/cuda-driver-api>.

mod blas;
mod compiler;
mod context;
mod event;
mod fault;
mod graph;
mod mapped;
mod memory;
mod module;
mod multiplier;
mod stream;

pub(super) use blas::Blas;
pub(super) use compiler::compile;
pub(super) use context::{Card, Context, cards};
pub(super) use event::Mark;
pub(super) use fault::Fault;
pub(super) use graph::Graph;
pub(super) use mapped::Mapped;
pub(super) use memory::{Memory, Pinned};
pub(super) use module::Kernel;
pub(super) use multiplier::{Multiplier, Operand, Product, Refused};
pub(super) use stream::Stream;
