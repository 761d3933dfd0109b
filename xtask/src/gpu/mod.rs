//! `cargo xtask gpu-check`: what a GPU computes beside what the CPU does, on a machine that has one, and
//! ringhost beside CUDA C there.

mod attempt;
mod pack;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

pub use attempt::attempt;

use crate::process::{run as run_command, say};
use crate::workspace::root;

/// Where what is run here is put together.
const FOLDER: &str = "target/gpu-check";

/// What the table is written to.
const PAGE: &str = "docs/gpu.md";

/// Puts all of it together and runs these parts, all where none is named, on the machine's GPU.
///
/// # Errors
/// Where there is none, or something fails.
pub fn check(arguments: &[String]) -> Result<()> {
    let folder = root().join(FOLDER);
    pack::make(&folder, pack::PROFILE)?;
    say("running what computes on the GPU, and comparing it with the CPU bit for bit");
    let mut command = Command::new(folder.join(pack::PROGRAM));
    command.current_dir(root()).args(["--page", PAGE]);
    run_command(command.args(arguments)).context(
        "the check failed; where it says that there is no CUDA device, it needs NVIDIA's driver and a \
         GPU of compute capability 8.0 or later",
    )
}

/// Makes a folder of all of it that can be carried to a machine which has a GPU and its driver.
///
/// # Errors
/// Where something cannot be built or copied.
pub fn pack(folder: &Path) -> Result<()> {
    pack::make(folder, pack::PROFILE)?;
    let folder = folder.display();
    say(format!(
        "made {folder}: carry it to the GPU and run {folder}/{}",
        pack::PROGRAM
    ));
    Ok(())
}
