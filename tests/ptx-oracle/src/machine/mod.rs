//! The machine with what a launch of a translation has.

mod launch;
mod memory;
mod ring;

pub use launch::{Launch, run};
pub use memory::{ARENA, Memory};
pub use ptx_machine::{Fault, Instruction, Kernel, Operand};
pub use ring::{Beside, Residence, reside};
