//! What is made simpler between building and printing.

mod canonical;
mod parameters;
mod stack;

pub use stack::stack_bytes;

use crate::ir::Function;

/// Simplifies a function that has been built.
pub fn run(function: &mut Function) {
    parameters::remove_needless(function);
    canonical::decide(function);
}
