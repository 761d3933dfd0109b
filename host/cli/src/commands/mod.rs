//! The commands, one a file.

pub mod build;
pub mod completions;
pub mod dev;
pub mod inspect;
pub mod new;
pub mod pipeline;
pub mod run;
pub mod test;
