//! `cargo xtask test`: every test of the workspace, with all that the tests need beside it.

use anyhow::Result;

use crate::process::run as run_command;
use crate::workspace::{cargo, kernels_folder};
use crate::{guest_compiler, kernels, python};

/// Sets up, builds the kernels and runs `cargo test --workspace` with `arguments` added.
///
/// Tests are told where things are by the environment:
/// - `RINGHOST_KERNELS`: the folder of the components;
/// - `RINGHOST_GUEST_RUSTC`: a rustc that compiles kernels;
/// - `RINGHOST_PYTHONPATH`: what to set `PYTHONPATH` to for a `python3` with networkx.
///
/// # Errors
/// Where any of it fails.
pub fn run(arguments: &[String]) -> Result<()> {
    let rustc = guest_compiler::find_or_make()?;
    let packages = python::find_or_install()?;
    kernels::build(&rustc, &[])?;
    run_command(
        cargo()
            .args(["test", "--workspace"])
            .args(arguments)
            .env("RINGHOST_KERNELS", kernels_folder())
            .env("RINGHOST_GUEST_RUSTC", &rustc)
            .env("RINGHOST_PYTHONPATH", &packages),
    )
}
