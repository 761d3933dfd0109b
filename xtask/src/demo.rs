//! `cargo xtask demo`: what ringhost does, in a few steps that a stranger can follow.

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::process::{output, run as run_command, say};
use crate::workspace::{built, cargo, kernels_folder};
use crate::{guest_compiler, kernels, ranks, river};

const CLUB: &str = "kernels/pipelines/karate.toml";
const RIVER: &str = "kernels/pipelines/nile.toml";

/// Builds what it needs, runs one kernel and then a pipeline of two, checks the pipeline's answer
/// against published values, and has a picture drawn by all cores; with all, the same as for the
/// pipeline for one of a kernel in each language.
///
/// # Errors
/// Where any of it fails or the answer is another.
pub fn run(is_all: bool) -> Result<()> {
    let rustc = guest_compiler::find_or_make()?;
    say("building the kernels (a minute the first time)");
    kernels::build(&rustc, &[])?;
    say("building the host (some minutes the first time: wasmtime is large)");
    // Over the whole workspace, as `cargo xtask test` builds it: what is selected decides which
    // features its dependencies get, and with others they would all be compiled once more.
    let host = ["build", "--workspace", "--bins"];
    let examples = ["--example", "doubler", "--example", "mandelbrot"];
    run_command(cargo().args(host).args(examples))?;

    println!("\n1. One kernel: it is sent 21 and answers with the double.\n");
    run_command(built("examples/doubler").arg(kernels_folder().join("doubler.wasm")))?;

    println!("\n2. Two kernels in a row: one reads who is friends with whom in a karate club");
    println!("   (Zachary 1977), the other ranks the members by PageRank.\n");
    let table = ranks::compare(&ranks::parse(&pipeline(CLUB)?)?).context("the demo failed")?;
    print!("{table}");
    println!("\nThe ranks are the published ones to three decimals.");

    println!(
        "\n3. One function that a kernel marks, over many items at once, on what the machine has:"
    );
    println!("   a picture of the Mandelbrot set, a pixel an item.\n");
    let mut draw = built("examples/mandelbrot");
    draw.arg(kernels_folder().join("mandelbrot.wasm"));
    run_command(draw.arg(kernels_folder().with_file_name("mandelbrot.png")))?;
    if !is_all {
        return Ok(());
    }

    say("building the kernels in other languages (some minutes the first time)");
    if let Some(skipped) = kernels::others::build()?.first() {
        bail!(
            "the demo of all languages needs them all: {}",
            skipped.reason
        );
    }
    println!("\n4. Ten kernels in a row, each in another language, in one process: what the Nile");
    println!(
        "   carried in each year from 1871 to 1970 (Cobb 1978) goes through WAT, Python, C, C++,"
    );
    println!(
        "   Zig, Go, Rust, AssemblyScript, TypeScript and JavaScript, and each adds a column.\n"
    );
    let lines = pipeline(RIVER)?;
    print!("{}", river::summary(&lines).context("the demo failed")?);
    println!("\nThe year of the change is the published one.");
    Ok(())
}

fn pipeline(path: &str) -> Result<String> {
    println!("   $ ringhost pipeline {path}\n");
    let mut command = built("ringhost");
    command.args(["pipeline", path]);
    output(command.stderr(Stdio::inherit()))
}
