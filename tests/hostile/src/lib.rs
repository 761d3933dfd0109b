//! Hostile kernels, each beside an honest one: what the host promises of an attack, and whether it
//! keeps it.
//!
//! [`attacks::all`] is the table of attacks, [`run`] runs one of them, and the program `hostile`
//! prints what came of all; or, with the argument `fairness`, what [`fairness`] measures.

#![deny(missing_docs)]

mod attack;
pub mod attacks;
pub mod fairness;
mod neighbour;
mod outcome;
mod resident;
mod runner;
pub mod table;
mod text;

pub use attack::{Attack, Evidence, MEMORY_BYTES};
pub use neighbour::Traffic;
pub use outcome::{Outcome, Promise};
pub use runner::{ALLOWANCE_BYTES, Report, baseline, is_sanitized, run};
