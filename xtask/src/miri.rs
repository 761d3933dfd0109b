//! `cargo xtask miri`: the queue under Miri, for those whose toolchain has it.

use std::process::Stdio;

use anyhow::{Result, bail};

use crate::process::run as run_command;
use crate::workspace::{cargo, root};

/// Runs the tests of the queue's own source on Miri's threads. They are what loom checks in every
/// interleaving; Miri looks beside it for undefined behaviour and data races. The rest of ringhost
/// calls wasmtime or the system, which Miri cannot run.
///
/// # Errors
/// Where there is no Miri, or it found something.
pub fn run() -> Result<()> {
    let version = cargo()
        .args(["miri", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !version.is_ok_and(|status| status.success()) {
        bail!(
            "there is no Miri in this toolchain; a nightly one can have it: `rustup toolchain \
             install nightly --component miri`, then `cargo +nightly xtask miri`"
        );
    }
    // In a folder of its own: Miri's builds are of no use to others.
    let miri = ["miri", "test", "--package", "ringhost-loom"];
    run_command(
        cargo()
            .args(miri)
            .env("CARGO_TARGET_DIR", root().join("target/miri"))
            .env("MIRIFLAGS", "-Zmiri-many-seeds=0..64"),
    )
}
