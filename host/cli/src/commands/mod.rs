//! The commands, one a file.

pub mod build;
pub mod completions;
pub mod inspect;
pub mod new;
pub mod pipeline;
pub mod run;
