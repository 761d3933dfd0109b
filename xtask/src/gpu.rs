//! `cargo xtask gpu-check`: what a GPU computes beside what the CPU does, on a machine that has one.

use anyhow::{Context, Result};

use crate::process::{run as run_command, say};
use crate::workspace::{cargo, kernels_folder};
use crate::{guest_compiler, kernels};

/// The tests that are the same for a real GPU as for its stand-in: compute functions by themselves, and
/// kernels that launch them.
const TESTS: [&str; 2] = ["cuda", "gpu"];

/// Builds the kernels and runs those tests on the machine's GPU.
///
/// # Errors
/// Where there is none, or something fails.
pub fn check() -> Result<()> {
    let rustc = guest_compiler::find_or_make()?;
    kernels::build(&rustc, &[])?;
    say("running what computes on the GPU, and comparing it with the CPU bit for bit");
    let mut command = cargo();
    command
        .args(["test", "--workspace"])
        .args(TESTS.iter().flat_map(|test| ["--test", test]))
        .env("RINGHOST_KERNELS", kernels_folder())
        .env("RINGHOST_GPU", "1");
    run_command(&mut command).context(
        "the check failed; where it says that there is no CUDA device, it needs NVIDIA's driver and a \
         GPU of compute capability 8.0 or later",
    )
}
