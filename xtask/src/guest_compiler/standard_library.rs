//! Compiling Rust's standard library for the guest's target, as the Rust project does it itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::output;
use crate::workspace::{GUEST_TARGET, guest_cargo};

/// Compiles the library whose source is unpacked in `folder` with the compiler there, and puts it
/// where that compiler looks for it.
///
/// # Errors
/// Where there is no source or it does not compile.
pub fn compile(folder: &Path) -> Result<()> {
    let source = source(folder)?;
    let build = folder.join("build");
    let flags = [
        // Marks what is not stable as such, so that kernels cannot use it by accident.
        "-Zforce-unstable-if-unmarked".to_string(),
        // Kernels are linked with link-time optimisation, which reads bitcode.
        "-Cembed-bitcode=yes".to_string(),
        format!("--remap-path-prefix={}=/rustc/library", source.display()),
    ];
    output(
        guest_cargo(&folder.join("rustc"))
            .args([
                "build",
                "--quiet",
                "--locked",
                "--release",
                "--target",
                GUEST_TARGET,
            ])
            .args(["--no-default-features", "--features", "panic-unwind"])
            .arg("--manifest-path")
            .arg(source.join("sysroot/Cargo.toml"))
            .arg("--target-dir")
            .arg(&build)
            // Cargo's configuration is searched for from here upwards; the checkout's is not meant.
            .current_dir(folder)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            // Lets a stable compiler compile what only the library may contain.
            .env("RUSTC_BOOTSTRAP", "1")
            // Keeps the library's symbols apart from those of a kernel's own crates.
            .env("__CARGO_DEFAULT_LIB_METADATA", "ringhost-guest"),
    )?;
    let installed = folder
        .join("usr/lib/rustlib")
        .join(GUEST_TARGET)
        .join("lib");
    fs::create_dir_all(&installed)?;
    for file in fs::read_dir(build.join(GUEST_TARGET).join("release/deps"))? {
        let file = file?;
        if file
            .path()
            .extension()
            .is_some_and(|extension| extension == "rlib")
        {
            fs::copy(file.path(), installed.join(file.file_name()))?;
        }
    }
    fs::remove_dir_all(&build)?;
    Ok(())
}

/// The folder of the library's crates, as in `usr/src/rustc-1.85.0/library`.
fn source(folder: &Path) -> Result<PathBuf> {
    fs::read_dir(folder.join("usr/src"))
        .context("the packages hold no source")?
        .flatten()
        .map(|entry| entry.path().join("library"))
        .find(|path| path.join("sysroot/Cargo.toml").exists())
        .context("the packages hold no source of the standard library")
}
