//! Which kernels there are: what cargo says of the packages in a folder.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;

/// One component to build: a library of a kernel's package, or an example of one.
#[derive(Debug, PartialEq)]
pub struct Kernel {
    /// What people call it, as in `doubler`.
    pub name: String,
    package: String,
    /// Cargo's name of the example, where it is one.
    example: Option<String>,
    /// Relative to where cargo puts what it builds for the target.
    pub built: PathBuf,
}

/// The kernels in what `cargo metadata` says, of the packages in `folder`.
pub fn find(metadata: &Value, folder: &Path) -> Vec<Kernel> {
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
pub fn select(kernels: Vec<Kernel>, names: &[String]) -> Result<Vec<Kernel>> {
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
pub fn selection(kernels: &[Kernel]) -> Vec<String> {
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
