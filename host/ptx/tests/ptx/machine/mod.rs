//! The machine with what a launch of a translation has.

mod launch;
mod memory;

pub use launch::{Launch, run};
pub use memory::{ARENA, Memory};
pub use ptx_machine::{Instruction, Kernel, Operand};
