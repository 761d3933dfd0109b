//! Seeded simulation: one seed decides every interleaving of senders, kernels, pauses, ends and
//! faults, on one thread and in virtual time, and what happened is checked against the guarantees
//! of `docs/semantics.md`.

#![deny(missing_docs)]

mod actors;
mod checks;
mod clock;
#[cfg(test)]
mod coverage;
mod history;
mod listener;
mod plan;
mod scheduler;
mod search;
mod simulation;
mod world;

pub use checks::{Fault, faults};
pub use search::{Failure, Findings, run, search};
pub use simulation::{Trace, simulate};
