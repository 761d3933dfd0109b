//! The CPU as a device: a pool of threads, on which a program's items run in chunks.

mod body;
mod compiled;
mod control;
mod entry;
mod lane;
mod pool;
mod vector;

pub(crate) use compiled::{Compiled, engine};
pub(crate) use entry::WINDOW;
pub(crate) use lane::{Lane, Outcome};
pub(crate) use pool::{Pool, Turns};

/// The most threads of a pool, which is how many windows for stacks there are in a space. A space looks
/// the same on any number of threads, so this is a constant.
pub(crate) const THREADS: usize = 128;
