//! `cargo xtask fuzz`: looks for inputs that make the host break a promise, guided by the code
//! that they reach.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, fs};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::process::{line, run as run_command, say, start_failure};
use crate::workspace::{cargo, host, root};

const PACKAGE: &str = "tests/fuzz/libfuzzer";

/// What may be fuzzed.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Target {
    /// Any bytes as a component
    LaunchBytes,
    /// Kernels that wasm-smith makes, under tight limits
    Smith,
    /// Any sequence of calls against the model of the lifecycle
    Calls,
    /// Any text as a manifest
    Manifest,
    /// Compute functions that wasm-smith makes, as PTX beside wasmtime
    Compute,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::LaunchBytes => "launch_bytes",
            Self::Smith => "smith",
            Self::Calls => "calls",
            Self::Manifest => "manifest",
            Self::Compute => "compute",
        }
    }

    /// The longest input, in bytes: what longer ones add is time.
    fn longest(self) -> u32 {
        match self {
            Self::LaunchBytes => 8192,
            Self::Smith | Self::Manifest | Self::Compute => 4096,
            Self::Calls => 256,
        }
    }
}

/// How long a target is fuzzed.
#[derive(Clone, Copy)]
enum Length {
    Minutes(u32),
    Runs(u64),
}

impl Length {
    fn argument(self) -> String {
        match self {
            Self::Minutes(minutes) => format!("-max_total_time={}", u64::from(minutes) * 60),
            Self::Runs(runs) => format!("-runs={runs}"),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(minutes) => write!(formatter, "{minutes} minutes"),
            Self::Runs(runs) => write!(formatter, "{runs} inputs"),
        }
    }
}

/// What instruments a program for libFuzzer. It is what cargo-fuzz passes, which wants a nightly
/// compiler for more than this.
const INSTRUMENT: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg",
    "fuzzing",
    "-Ccodegen-units=1",
];

/// Builds the targets and runs one, or all in turn where none is named, each for so many minutes or
/// inputs.
///
/// # Errors
/// Where they cannot be built, or an input was found; then with how to keep it.
pub fn run(target: Option<Target>, minutes: u32, runs: Option<u64>) -> Result<()> {
    let length = match runs {
        Some(runs) => Length::Runs(runs),
        None => Length::Minutes(minutes),
    };
    say("building the fuzz targets (some minutes the first time)");
    let programs = build()?;
    let targets = match &target {
        Some(target) => std::slice::from_ref(target),
        None => Target::value_variants(),
    };
    targets
        .iter()
        .try_for_each(|target| fuzz(&programs, *target, length))
}

/// Returns the folder of the programs.
fn build() -> Result<PathBuf> {
    let package = root().join(PACKAGE);
    follow_lock(&root().join("Cargo.lock"), &package.join("Cargo.lock"))?;
    let machine = host(Path::new("rustc"))?;
    let folder = root().join("target/fuzz/build");
    // With a target named, what runs during the build is not instrumented.
    let build = ["build", "--release", "--target", &machine];
    run_command(
        cargo()
            .args(build)
            .current_dir(&package)
            .env("CARGO_TARGET_DIR", &folder)
            .env("CARGO_ENCODED_RUSTFLAGS", INSTRUMENT.join("\x1f")),
    )?;
    Ok(folder.join(machine).join("release"))
}

/// Has the package use the versions of the workspace, so that what is fuzzed is what is shipped.
fn follow_lock(workspace: &Path, package: &Path) -> Result<()> {
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    let follows = changed(package).is_ok_and(|at| changed(workspace).is_ok_and(|main| main <= at));
    if !follows {
        fs::copy(workspace, package)
            .with_context(|| format!("cannot write {}", package.display()))?;
    }
    Ok(())
}

fn fuzz(programs: &Path, target: Target, length: Length) -> Result<()> {
    let name = target.name();
    let corpus = root().join("target/fuzz/corpus").join(name);
    let artifacts = root().join("target/fuzz/artifacts").join(name);
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut command = Command::new(programs.join(name));
    command
        .current_dir(root())
        .arg(length.argument())
        .arg(format!("-max_len={}", target.longest()))
        .args(["-timeout=60", "-rss_limit_mb=4096", "-print_final_stats=1"])
        // libFuzzer puts its own names behind it.
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(&corpus)
        .arg(root().join("tests/fuzz/inputs").join(name));
    say(format!("fuzzing {name} for {length}"));
    let status = command.status().with_context(|| start_failure(&command))?;
    if !status.success() {
        bail!(
            "{name} found an input, which libFuzzer names above. Run it again with \
             `{} FILE`; keep it by copying it to tests/fuzz/inputs/{name} under a name that says \
             what it showed, and `cargo xtask test` runs it ever after",
            line(&Command::new(programs.join(name)))
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_program_and_inputs() {
        for target in Target::value_variants() {
            let name = target.name();
            let program = format!("{PACKAGE}/fuzz_targets/{name}.rs");
            assert!(root().join(&program).is_file(), "{program}");
            let inputs = root().join("tests/fuzz/inputs").join(name);
            assert!(inputs.read_dir().unwrap().next().is_some(), "{name}");
        }
    }
}
