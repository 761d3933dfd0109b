//! A machine that runs PTX: small, slow and strict. It knows nothing of the translator, only the text.
//!
//! Where PTX leaves something open, or a device is known to differ from WebAssembly, it does what is
//! least like WebAssembly: the NaN of arithmetic is never the canonical one, and a NaN becomes the
//! worst integer. An access that a device would not survive is a [`Fault`]. It takes no more of PTX
//! than `ringhost-ptx` writes, and what NVIDIA's compiler makes of a few plain kernels, and panics at all else.

#![deny(missing_docs)]

mod arithmetic;
mod memory;
mod parse;
mod run;

pub use arithmetic::Type;
pub use memory::{Fault, Memory};
pub use parse::{Instruction, Kernel, Operand};
pub use run::{Grid, run};
