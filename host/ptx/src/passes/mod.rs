//! What is made simpler between building and printing.

mod canonical;
mod exits;
mod merge;
mod names;
mod parameters;
mod ranges;
mod regions;
mod rotate;
mod stack;

pub use stack::stack_bytes;

use crate::ir::Function;

/// Simplifies a function that has been built.
pub fn simplify(function: &mut Function) {
    parameters::remove_needless(function);
    merge::straighten(function);
    canonical::decide(function);
}

/// Makes loops faster. What the values of [`simplify`] were is then not to be told any more.
pub fn speed_up(function: &mut Function) {
    rotate::turn(function);
    ranges::hoist(function);
}
