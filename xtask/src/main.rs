//! What a person at a checkout does besides `cargo build`: `cargo xtask --help`.
//!
//! Everything here is a thin layer over cargo, apt and pip: each module is one job, and whatever
//! it runs can be run by hand.

mod cache;
mod guest_compiler;
mod process;
mod workspace;

use anyhow::Result;
use clap::Parser;

/// Sets up, builds, shows and tests ringhost.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Find the compiler that kernels need, or make one in the cache folder
    Setup,
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Setup => guest_compiler::find_or_make().map(drop),
    }
}
