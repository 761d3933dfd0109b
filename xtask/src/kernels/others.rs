//! Building the kernels that are in other languages than Rust, as their authors do: by
//! `ringhost build`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cache;
use crate::process::{output, run, say};
use crate::workspace::{built, cargo, kernels_folder, root};

/// The languages' folders in `kernels`, and the folders of their SDKs.
pub const LANGUAGES: [&str; 9] = [
    "assemblyscript",
    "c",
    "cpp",
    "go",
    "javascript",
    "python",
    "typescript",
    "wat",
    "zig",
];

/// What decides beside a kernel's own folder what it becomes.
const COMMON: [&str; 10] = [
    "wit",
    "host/build/src",
    "host/schema/src",
    "guest-sdk/assemblyscript",
    "guest-sdk/c",
    "guest-sdk/cpp",
    "guest-sdk/go",
    "guest-sdk/javascript",
    "guest-sdk/python",
    "guest-sdk/zig",
];

/// Builds those that changed, or whose SDK did, to `target/kernels/LANGUAGE-NAME.wasm`.
///
/// # Errors
/// Where one cannot be built.
pub fn build() -> Result<()> {
    let mut common = Vec::new();
    for folder in COMMON {
        read(&root().join(folder), &mut common)?;
    }
    let mut stale = Vec::new();
    for folder in folders()? {
        let mut content = common.clone();
        read(&folder, &mut content)?;
        let key = cache::key(content.iter().map(String::as_str));
        let component = component(&folder);
        let recorded = fs::read_to_string(component.with_extension("key"));
        if !component.exists() || recorded.ok().as_deref() != Some(&key) {
            stale.push((folder, component, key));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(kernels_folder())?;
    run(cargo().args(["build", "--quiet", "--workspace", "--bin", "ringhost"]))?;
    for (folder, component, key) in stale {
        let mut command = built("ringhost");
        command
            .arg("build")
            .arg(&folder)
            .arg("--output")
            .arg(&component);
        output(&mut command)?;
        fs::write(component.with_extension("key"), key)?;
        let name = component.file_name().unwrap_or_default().to_string_lossy();
        let length = fs::metadata(&component)?.len();
        say(format!(
            "built target/kernels/{name} ({} KB)",
            length.div_ceil(1000)
        ));
    }
    Ok(())
}

/// The kernels' folders.
fn folders() -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for language in LANGUAGES {
        let folder = root().join("kernels").join(language);
        for entry in
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            folders.push(entry?.path());
        }
    }
    folders.sort();
    Ok(folders)
}

/// Where a kernel's component is put.
fn component(folder: &Path) -> PathBuf {
    let name = |path: Option<&Path>| {
        let name = path.and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let name = format!("{}-{}.wasm", name(folder.parent()), name(Some(folder)));
    kernels_folder().join(name)
}

/// Adds the names and contents of all files in a folder, but not of what is built there.
fn read(folder: &Path, content: &mut Vec<String>) -> Result<()> {
    let reading = || format!("cannot read {}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(reading)? {
        paths.push(entry.with_context(reading)?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if !path.ends_with("build") && !path.ends_with("template") {
                read(&path, content)?;
            }
            continue;
        }
        // What is only read by people makes no other kernel.
        if path.extension().is_some_and(|ending| ending == "md") {
            continue;
        }
        // As seen from the checkout, so that one that has moved has nothing to build.
        let name = path.strip_prefix(root()).unwrap_or(&path);
        content.push(name.to_string_lossy().into_owned());
        content.push(
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
        );
    }
    Ok(())
}
