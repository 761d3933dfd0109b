//! Saying what was measured: on the terminal, and on a page with plots.

mod terminal;
mod verdict;

#[cfg(feature = "peers")]
mod instructions;
#[cfg(feature = "peers")]
mod machine;
#[cfg(feature = "peers")]
mod page;
#[cfg(feature = "peers")]
mod plots;
#[cfg(feature = "peers")]
mod steps;

pub use terminal::print;
#[cfg(feature = "peers")]
pub use {machine::Machine, page::write};
