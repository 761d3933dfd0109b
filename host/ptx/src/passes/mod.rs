//! What is made simpler between building and printing.

mod canonical;
mod merge;
mod parameters;
mod ranges;
mod stack;

pub use ranges::hoist;
pub use stack::stack_bytes;

use crate::ir::Function;

/// Simplifies a function that has been built.
pub fn simplify(function: &mut Function) {
    parameters::remove_needless(function);
    merge::straighten(function);
    canonical::decide(function);
}
