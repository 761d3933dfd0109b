//! Saying what was measured: on the terminal, and on a page with plots.

mod machine;
mod page;
mod plots;
mod steps;
mod terminal;
mod verdict;

pub use page::write;
pub use terminal::print;
