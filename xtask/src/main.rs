//! What a person at a checkout does besides `cargo build`: `cargo xtask --help`.
//!
//! Everything here is a thin layer over cargo, apt and pip: each module is one job, and whatever
//! it runs can be run by hand.

mod bench;
mod ci;
mod debian;
mod demo;
mod deny;
mod fuzz;
mod gpu;
mod guest_compiler;
mod hostile;
mod instructions;
mod kernels;
mod languages;
mod miri;
mod python;
mod ranks;
mod river;
mod sanitize;
mod simulate;
mod skipped;
mod tests;
mod tool;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use process::say;
use ringhost_toolchain::{cache, process};

/// Sets up, builds, shows and tests ringhost.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Find the compiler that kernels need, or make one in the cache folder
    Setup,
    /// Build the sample and test kernels as components into target/kernels
    Kernels {
        /// The kernels to build, all where none is named
        names: Vec<String>,
    },
    /// Run a kernel and a pipeline of kernels, and check the pipeline's answer
    Demo {
        /// Run also a pipeline of a kernel in each language
        #[arg(long)]
        all: bool,
    },
    /// Set up, build the kernels and run every test
    Test {
        /// Passed on to cargo test
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run every hostile kernel beside an honest one and write docs/hostile.md
    Hostile {
        /// The date that the page is to name
        #[arg(long)]
        date: Option<String>,
    },
    /// Hold a kernel in every language to the contract, measure it and write docs/languages.md
    Languages {
        /// The date that the page is to name
        #[arg(long)]
        date: Option<String>,
    },
    /// Measure ringhost beside its peers: docs/performance.md
    #[command(disable_help_flag = true)]
    Bench {
        /// Only count the instructions of a message, and compare with what was accepted
        #[arg(long)]
        count: bool,
        /// Count them and accept what they are
        #[arg(long, conflicts_with = "count")]
        accept: bool,
        /// Passed on: see `cargo xtask bench --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Compare what a GPU computes with what the CPU does, and ringhost with CUDA C: docs/gpu.md
    GpuCheck {
        /// Only make a folder that can be carried to a machine with a GPU
        #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "target/gpu-check")]
        pack: Option<PathBuf>,
        /// Only try it out over a stand-in for the driver, with so little work that the figures mean nothing
        #[arg(long, conflicts_with = "pack")]
        stand_in: bool,
        /// Passed on, as the parts to run: see `target/gpu-check/gpu-check --help`
        #[arg(last = true, conflicts_with_all = ["pack", "stand_in"])]
        arguments: Vec<String>,
    },
    /// Look for inputs that make the host break a promise: docs/fuzzing.md
    Fuzz {
        /// The target, all in turn where none is named
        target: Option<fuzz::Target>,
        /// How long to look, for each target
        #[arg(long, default_value_t = 5)]
        minutes: u32,
        /// How many inputs to try instead, for each target
        #[arg(long, conflicts_with = "minutes")]
        runs: Option<u64>,
    },
    /// Run seeded simulations and check each against docs/semantics.md
    Simulate {
        /// Passed on: see `cargo xtask simulate --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the tests with AddressSanitizer
    Sanitize,
    /// Run the queue's tests under Miri, where the toolchain has it
    Miri,
    /// Check the dependencies' licences, bans, sources and advisories
    Deny,
    /// Run everything a change must pass: format, tests, lints, documentation, dependencies
    Ci,
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The causes on one line each; where in this program it happened helps nobody.
            say(format!("error: {error}"));
            error
                .chain()
                .skip(1)
                .for_each(|cause| eprintln!("  because: {cause}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Setup => guest_compiler::find_or_make().map(drop),
        Task::Kernels { names } => {
            kernels::build(&guest_compiler::find_or_make()?, &names)?;
            // They are few, and built only where they changed.
            kernels::others::build_for_tests().map(drop)
        }
        Task::Demo { all } => demo::run(all),
        Task::Test { arguments } => tests::run(&arguments).map(drop),
        Task::Languages { date } => languages::run(date.as_deref()),
        Task::Hostile { date } => hostile::run(date.as_deref()),
        Task::Bench { accept: true, .. } => instructions::accept(),
        Task::Bench { count: true, .. } => instructions::check(),
        Task::Bench { arguments, .. } => bench::run(&arguments),
        Task::GpuCheck {
            pack: Some(folder), ..
        } => gpu::pack(&folder),
        Task::GpuCheck { stand_in: true, .. } => gpu::attempt(),
        Task::GpuCheck { arguments, .. } => gpu::check(&arguments),
        Task::Fuzz {
            target,
            minutes,
            runs,
        } => fuzz::run(target, minutes, runs),
        Task::Simulate { arguments } => simulate::run(&arguments),
        Task::Sanitize => sanitize::run(),
        Task::Miri => miri::run(),
        Task::Deny => deny::run(),
        Task::Ci => ci::run(),
    }
}
