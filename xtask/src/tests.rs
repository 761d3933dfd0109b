//! `cargo xtask test`: every test of the workspace, with all that the tests need beside it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{run as run_command, say};
use crate::workspace::{cargo, kernels_folder};
use crate::{guest_compiler, kernels, python, skipped};

/// Sets up, builds the kernels and runs `cargo test --workspace` with `arguments` added. Tells at the
/// end which tests were skipped for want of a language's compiler, and returns how many.
///
/// # Errors
/// Where any of it fails.
pub fn run(arguments: &[String]) -> Result<usize> {
    let mut command = command()?;
    let notes = kernels_folder().join("skipped-tests");
    fs::write(&notes, "").with_context(|| format!("cannot write {}", notes.display()))?;
    let result = run_command(command.args(arguments).env("RINGHOST_SKIPPED", &notes));
    let notes = fs::read_to_string(&notes)?;
    let skipped = skipped::by_reason(&notes);
    for (reason, tests) in &skipped {
        say(format!("skipped, at least in part: {reason}"));
        tests.iter().for_each(|test| eprintln!("  {test}"));
    }
    result?;
    Ok(skipped.values().map(BTreeSet::len).sum())
}

/// The same of all tests, of which none may be skipped.
///
/// # Errors
/// Where any of it fails, or was skipped.
pub fn run_whole() -> Result<()> {
    let skipped = run(&[])?;
    ensure!(skipped == 0, "{skipped} tests were skipped");
    Ok(())
}

/// Sets up, builds the kernels and returns the command `cargo test --workspace`.
///
/// Tests are told where things are by the environment:
/// - `RINGHOST_KERNELS`: the folder of the components;
/// - `RINGHOST_GUEST_RUSTC`: a rustc that compiles kernels;
/// - `RINGHOST_SKIPPED`: a file for a line about each test that cannot run on this machine, where the
///   caller adds it;
/// - `RINGHOST_PYTHONPATH`: what to set `PYTHONPATH` to for a `python3` with networkx.
///
/// # Errors
/// Where the set-up or a kernel fails.
pub fn command() -> Result<Command> {
    let rustc = guest_compiler::find_or_make()?;
    let packages = python::find_or_install()?;
    kernels::build(&rustc, &[])?;
    kernels::others::build_for_tests()?;
    let mut command = cargo();
    command
        .args(["test", "--workspace"])
        .env("RINGHOST_KERNELS", kernels_folder())
        .env("RINGHOST_GUEST_RUSTC", &rustc)
        .env("RINGHOST_PYTHONPATH", &packages);
    Ok(command)
}
