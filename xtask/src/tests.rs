//! `cargo xtask test`: every test of the workspace, with all that the tests need beside it.

use std::process::Command;

use anyhow::Result;

use crate::process::run as run_command;
use crate::workspace::{cargo, kernels_folder};
use crate::{guest_compiler, kernels, python};

/// Sets up, builds the kernels and runs `cargo test --workspace` with `arguments` added.
///
/// # Errors
/// Where any of it fails.
pub fn run(arguments: &[String]) -> Result<()> {
    run_command(command()?.args(arguments))
}

/// Sets up, builds the kernels and returns the command `cargo test --workspace`.
///
/// Tests are told where things are by the environment:
/// - `RINGHOST_KERNELS`: the folder of the components;
/// - `RINGHOST_GUEST_RUSTC`: a rustc that compiles kernels;
/// - `RINGHOST_PYTHONPATH`: what to set `PYTHONPATH` to for a `python3` with networkx.
///
/// # Errors
/// Where the set-up or a kernel fails.
pub fn command() -> Result<Command> {
    let rustc = guest_compiler::find_or_make()?;
    let packages = python::find_or_install()?;
    kernels::build(&rustc, &[])?;
    kernels::others::build()?;
    let mut command = cargo();
    command
        .args(["test", "--workspace"])
        .env("RINGHOST_KERNELS", kernels_folder())
        .env("RINGHOST_GUEST_RUSTC", &rustc)
        .env("RINGHOST_PYTHONPATH", &packages);
    Ok(command)
}
