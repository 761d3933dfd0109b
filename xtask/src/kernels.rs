//! Building the kernels in `kernels/rust` as components.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cache;
use crate::process::{line, output, say, start_failure};
use crate::workspace::{GUEST_TARGET, cargo, guest_cargo, kernels_folder, root};

/// The profile of kernels in the workspace's Cargo.toml.
const PROFILE: &str = "guest";

/// One component to build: a library of a kernel's package, or an example of one.
#[derive(Debug, PartialEq)]
struct Kernel {
    /// What people call it, as in `doubler`.
    name: String,
    package: String,
    /// Cargo's name of the example, where it is one.
    example: Option<String>,
    /// Relative to where cargo puts what it builds for the target.
    built: PathBuf,
}

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

/// The kernels in what `cargo metadata` says, of the packages in `folder`.
fn find(metadata: &Value, folder: &Path) -> Vec<Kernel> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut kernels = Vec::new();
    for package in items(&metadata["packages"]) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        if !Path::new(&text(&package["manifest_path"])).starts_with(folder) {
            continue;
        }
        for target in items(&package["targets"]) {
            if !items(&target["crate_types"]).contains(&Value::from("cdylib")) {
                continue;
            }
            let is_example = items(&target["kind"]).contains(&Value::from("example"));
            let package = text(&package["name"]);
            kernels.push(kernel(package, text(&target["name"]), is_example));
        }
    }
    kernels.sort_by(|one, other| one.name.cmp(&other.name));
    kernels
}

fn kernel(package: String, target: String, is_example: bool) -> Kernel {
    let file = format!("{}.wasm", target.replace('-', "_"));
    if is_example {
        let built = Path::new("examples").join(file);
        Kernel {
            name: target.replace('_', "-"),
            package,
            example: Some(target),
            built,
        }
    } else {
        let name = package
            .strip_prefix("kernel-")
            .unwrap_or(&package)
            .to_string();
        Kernel {
            name,
            package,
            example: None,
            built: file.into(),
        }
    }
}

/// Those of `kernels` that are named; all where none is.
fn select(kernels: Vec<Kernel>, names: &[String]) -> Result<Vec<Kernel>> {
    if let Some(name) = names
        .iter()
        .find(|name| kernels.iter().all(|kernel| kernel.name != **name))
    {
        let known: Vec<_> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
        bail!(
            "there is no kernel `{name}`; there are {}",
            known.join(", ")
        );
    }
    let is_selected = |kernel: &Kernel| names.is_empty() || names.contains(&kernel.name);
    Ok(kernels.into_iter().filter(is_selected).collect())
}

/// The arguments with which cargo builds `kernels` and no other target.
fn selection(kernels: &[Kernel]) -> Vec<String> {
    let mut arguments = Vec::new();
    for kernel in kernels {
        arguments.extend(["--package".to_string(), kernel.package.clone()]);
        if let Some(example) = &kernel.example {
            arguments.extend(["--example".to_string(), example.clone()]);
        }
    }
    if kernels.iter().any(|kernel| kernel.example.is_none()) {
        arguments.push("--lib".to_string());
    }
    arguments
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_named_as_people_call_it() {
        let library = kernel(
            "kernel-word-count".into(),
            "kernel_word_count".into(),
            false,
        );
        assert_eq!(library.name, "word-count");
        assert_eq!(library.built, Path::new("kernel_word_count.wasm"));
        let example = kernel("test-kernels".into(), "spin_for_ever".into(), true);
        assert_eq!(example.name, "spin-for-ever");
        assert_eq!(example.example.as_deref(), Some("spin_for_ever"));
        assert_eq!(example.built, Path::new("examples/spin_for_ever.wasm"));
    }

    #[test]
    fn only_dynamic_libraries_in_the_folder_are_kernels() {
        let package = |name: &str, folder: &str, kind: &str| {
            serde_json::json!({
                "name": name,
                "manifest_path": format!("{folder}/{name}/Cargo.toml"),
                "targets": [{ "name": name, "kind": [kind], "crate_types": [kind] }],
            })
        };
        let metadata = serde_json::json!({ "packages": [
            package("kernel-b", "/r/kernels/rust", "cdylib"),
            package("kernel-a", "/r/kernels/rust", "cdylib"),
            package("helper", "/r/kernels/rust", "lib"),
            package("elsewhere", "/r/host", "cdylib"),
        ]});
        let kernels = find(&metadata, Path::new("/r/kernels/rust"));
        let names: Vec<_> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let kernels = || vec![kernel("kernel-a".into(), "kernel_a".into(), false)];
        let error = select(kernels(), &["b".into()]).unwrap_err();
        assert_eq!(error.to_string(), "there is no kernel `b`; there are a");
        assert_eq!(select(kernels(), &["a".into()]).unwrap(), kernels());
    }
}
