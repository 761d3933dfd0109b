//! The folder with all that `gpu-check` needs, but for NVIDIA's driver.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::{line, output, run as run_command, say, start_failure};
use crate::workspace::{cargo, kernels_folder};
use crate::{guest_compiler, kernels};

/// The profile of the workspace's Cargo.toml for what is carried.
pub const PROFILE: &str = "pack";

/// The program that is run there.
pub const PROGRAM: &str = "gpu-check";

/// The tests that it runs: compute functions by themselves, and kernels that launch them.
const TESTS: [&str; 2] = ["cuda", "gpu"];

/// The kernels that it and they launch.
const KERNELS: [&str; 9] = [
    "compute-pagerank",
    "gemm",
    "launches",
    "mandelbrot",
    "nbody",
    "reduce",
    "resides",
    "saxpy",
    "smooth",
];

/// What is told to whoever finds the folder.
const README: &str = "\
This is ringhost's check of a GPU, made by `cargo xtask gpu-check --pack`. It needs Linux on x86-64 with glibc \
GLIBC or later and libgcc, NVIDIA's driver of CUDA 12.4 or later, and a GPU of compute capability 8.0 or later.

./gpu-check            runs all, and writes gpu.md
./gpu-check table      only measures, and writes gpu.md
./gpu-check operators  runs one part: see ./gpu-check --help
";

/// Builds all of it by this profile of cargo's, and puts it into the folder.
///
/// # Errors
/// Where something cannot be built or copied.
pub fn make(folder: &Path, profile: &str) -> Result<()> {
    let names = KERNELS.map(str::to_owned);
    kernels::build(&guest_compiler::find_or_make()?, &names)?;
    say("building the check of a GPU (some minutes the first time)");
    let built = build(profile)?;
    let into = folder.join("kernels");
    fs::create_dir_all(&into).with_context(|| format!("cannot create {}", into.display()))?;
    for name in KERNELS {
        let file = format!("{name}.wasm");
        copy(&kernels_folder().join(&file), &into.join(&file))?;
    }
    for (name, path) in &built {
        copy(path, &folder.join(name))?;
    }
    let program = folder.join(PROGRAM);
    let peers = folder.join("peers.ptx");
    run_command(Command::new(&program).arg("--compile-peers").arg(peers))?;
    let needed = glibc(built.values())?;
    let readme = folder.join("README");
    fs::write(&readme, README.replace("GLIBC", &needed))
        .with_context(|| format!("cannot write {}", readme.display()))
}

/// Where cargo has put the programs, by their names.
fn build(profile: &str) -> Result<BTreeMap<String, PathBuf>> {
    let mut command = cargo();
    command.args(["build", "--workspace", "--profile", profile]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command.args(["--bin", PROGRAM]);
    command.args(TESTS.iter().flat_map(|test| ["--test", test]));
    let built = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| start_failure(&command))?;
    ensure!(built.status.success(), "`{}` failed", line(&command));
    let messages = String::from_utf8(built.stdout)?;
    let messages = messages.lines().map(serde_json::from_str::<Value>);
    let mut found = BTreeMap::new();
    for message in messages {
        let message = message?;
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let is_wanted = name == PROGRAM || TESTS.contains(&name);
        if let (true, Some(path)) = (is_wanted, message["executable"].as_str()) {
            found.insert(name.to_owned(), PathBuf::from(path));
        }
    }
    ensure!(
        found.len() == TESTS.len() + 1,
        "cargo has built only {found:?}"
    );
    Ok(found)
}

/// The newest version of glibc that a symbol is asked of.
fn glibc<'a>(programs: impl Iterator<Item = &'a PathBuf>) -> Result<String> {
    let said = output(Command::new("objdump").arg("-p").args(programs))?;
    let versions = said
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("GLIBC_2."));
    let newest = versions
        .filter_map(|version| version.parse::<u32>().ok())
        .max();
    Ok(format!(
        "2.{}",
        newest.context("the programs ask nothing of glibc")?
    ))
}

/// Copies a file, also over a program that runs.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let new = to.with_extension("new");
    let copied = fs::copy(from, &new).and_then(|_| fs::rename(&new, to));
    copied.with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}
