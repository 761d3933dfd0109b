//! `cargo xtask demo`: what ringhost does, in two steps that a stranger can follow.

use std::process::Stdio;

use anyhow::{Context, Result};

use crate::process::{output, run as run_command, say};
use crate::workspace::{built, cargo, kernels_folder};
use crate::{guest_compiler, kernels, ranks};

const PIPELINE: &str = "kernels/pipelines/karate.toml";

/// Builds what it needs, runs one kernel and then a pipeline of two, and checks the pipeline's
/// answer against published values.
///
/// # Errors
/// Where any of it fails or the answer is another.
pub fn run() -> Result<()> {
    let rustc = guest_compiler::find_or_make()?;
    say("building the kernels (a minute the first time)");
    kernels::build(&rustc, &[])?;
    say("building the host (some minutes the first time: wasmtime is large)");
    // Over the whole workspace, as `cargo xtask test` builds it: what is selected decides which
    // features its dependencies get, and with others they would all be compiled once more.
    let host = ["build", "--workspace", "--bins", "--example", "doubler"];
    run_command(cargo().args(host))?;

    println!("\n1. One kernel: it is sent 21 and answers with the double.\n");
    run_command(built("examples/doubler").arg(kernels_folder().join("doubler.wasm")))?;

    println!("\n2. Two kernels in a row: one reads who is friends with whom in a karate club");
    println!("   (Zachary 1977), the other ranks the members by PageRank.\n");
    println!("   $ ringhost pipeline {PIPELINE}\n");
    let mut pipeline = built("ringhost");
    pipeline.args(["pipeline", PIPELINE]);
    let answers = output(pipeline.stderr(Stdio::inherit()))?;
    let table = ranks::compare(&ranks::parse(&answers)?).context("the demo failed")?;
    print!("{table}");
    println!("\nThe ranks are the published ones to three decimals.");
    Ok(())
}
