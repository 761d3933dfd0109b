//! Saying what was measured.

mod terminal;
mod verdict;

pub use terminal::print;
use verdict::verdict;
