//! What wasmtime does with a compute function, and whether its translation to PTX does the same.
//!
//! The translator's own tests hold it against this, and so does the fuzz target `compute`.

#![deny(missing_docs)]

pub mod fences;
pub mod machine;
mod oracle;
mod units;

pub use oracle::{Compiled, Function, POLICIES, agree, agree_under, both, compile, kind, options};
