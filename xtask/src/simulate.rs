//! `cargo xtask simulate`: seeded simulations of the runtime, each checked against its guarantees.

use anyhow::Result;

use crate::process::{run as run_command, say};
use crate::workspace::{built, cargo, kernels_folder};
use crate::{guest_compiler, kernels};

/// Builds the simulation and its kernel and runs it with these arguments.
///
/// # Errors
/// Where it cannot be built, or a simulation found a guarantee that is not kept; what it found
/// stands on standard error.
pub fn run(arguments: &[String]) -> Result<()> {
    say("building the host and the kernels");
    kernels::build(&guest_compiler::find_or_make()?, &[])?;
    // Over the whole workspace, for the reason that `cargo xtask demo` has.
    run_command(cargo().args(["build", "--workspace", "--bins"]))?;
    run_command(
        built("simulate")
            .args(arguments)
            .env("RINGHOST_KERNELS", kernels_folder()),
    )
}
