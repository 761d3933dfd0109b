//! A GPU beside the CPU, and ringhost beside CUDA C on it: what `cargo xtask gpu-check` runs.
//!
//! The program `gpu-check` is made to be copied to a machine that has a GPU and nothing else: NVIDIA's
//! driver is loaded when it is asked for, kernels and the peers' PTX lie beside the program, and so do the
//! tests of the compute functions, which it runs.
//!
//! Each row of its table is a file in [`rows`]. What computes in it are the sample kernels' own compute
//! functions; its peers are the same functions in CUDA C. Both leave the same bits before they are timed.

#![deny(missing_docs)]

mod card;
pub mod compiler;
mod cublas;
mod cupy;
mod measure;
mod ours;
pub mod page;
pub mod parts;
pub mod rows;
mod setting;

pub use measure::{Figures, Goal, Measured, Outcome};
pub use setting::{Setting, Sizes};
