//! Building the kernels in `kernels/rust` as components.

mod find;
pub mod others;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use find::{find, select, selection};

use crate::cache;
use crate::process::{line, output, say, start_failure};
use crate::workspace::{GUEST_TARGET, cargo, guest_cargo, kernels_folder, root};

/// The profile of kernels in the workspace's Cargo.toml.
const PROFILE: &str = "guest";

/// Builds the kernels of these names, or all where none is given, and copies the components that
/// changed to `target/kernels/NAME.wasm`.
///
/// # Errors
/// Where there is no kernel of a name or one does not compile.
pub fn build(rustc: &Path, names: &[String]) -> Result<()> {
    let metadata = output(cargo().args([
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let kernels = select(find(&metadata, &root().join("kernels/rust")), names)?;
    if kernels.is_empty() {
        bail!("kernels/rust holds no package with a library of the kind cdylib");
    }
    let target = target_folder(rustc);
    let mut command = guest_cargo(rustc);
    command
        .args([
            "build",
            "--profile",
            PROFILE,
            "--target",
            GUEST_TARGET,
            "--target-dir",
        ])
        .arg(&target)
        .args(selection(&kernels));
    compile(&mut command)?;
    let built = target.join(GUEST_TARGET).join(PROFILE);
    kernels
        .iter()
        .try_for_each(|kernel| install(&built.join(&kernel.built), &kernel.name))
}

/// Where cargo puts what `rustc` compiles: apart from what the host's compiler does, and apart for
/// each compiler. Cargo tells two compilers apart by their version only; those of one version from
/// two places have each a standard library that the other's crates do not fit.
fn target_folder(rustc: &Path) -> PathBuf {
    root()
        .join("target/guest")
        .join(cache::key([rustc.to_string_lossy().as_ref()]))
}

/// Runs cargo and shows what it says, save that it is finished.
fn compile(command: &mut Command) -> Result<()> {
    let mut child = command
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| start_failure(command))?;
    if let Some(said) = child.stderr.take() {
        for line in BufReader::new(said).lines() {
            let line = line?;
            if !line.trim_start().starts_with("Finished ") {
                eprintln!("{line}");
            }
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// Copies a component to where others look for it, unless the same is there already. Whoever reads
/// it meanwhile has the old one or the new one, never half of it.
fn install(built: &Path, name: &str) -> Result<()> {
    let folder = kernels_folder();
    let path = folder.join(format!("{name}.wasm"));
    let bytes = fs::read(built).with_context(|| format!("cargo built no {}", built.display()))?;
    if fs::read(&path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let fresh = folder.join(format!("{name}.wasm.{}", std::process::id()));
    fs::write(&fresh, &bytes)?;
    fs::rename(&fresh, &path)?;
    say(format!(
        "built target/kernels/{name}.wasm ({} KB)",
        bytes.len().div_ceil(1000)
    ));
    Ok(())
}
