//! The linkers that make a component of what rustc compiled. Distributions' packages lack them;
//! every Rust of rustup's has them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::host;

const NAMES: [&str; 2] = ["rust-lld", "wasm-component-ld"];

/// Puts the linkers of the Rust at `sysroot` where the made compiler in `folder` looks for them.
/// Leaves those alone that are there.
///
/// They are linked and not copied, because `rust-lld` finds its libraries relative to itself; so
/// they vanish with the Rust that they came with, and this is called before each use.
///
/// # Errors
/// Where the Rust in use has no such linkers, or the cache folder cannot be written to.
pub fn link(sysroot: &Path, folder: &Path) -> Result<()> {
    let target = bin_folder(&folder.join("usr"), &host(&folder.join("rustc"))?);
    if NAMES.iter().all(|name| target.join(name).exists()) {
        return Ok(());
    }
    let source = bin_folder(sysroot, &host(&sysroot.join("bin/rustc"))?);
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    for name in NAMES {
        let linker = source.join(name);
        if !linker.exists() {
            bail!(
                "there is no {} to link kernels with: use a Rust that rustup installed",
                linker.display()
            );
        }
        // Renaming replaces a dangling link and is safe beside another set-up.
        let fresh = target.join(format!("{name}.{}", std::process::id()));
        symlink(&linker, &fresh).with_context(|| format!("cannot create {}", fresh.display()))?;
        fs::rename(&fresh, target.join(name))
            .with_context(|| format!("cannot rename {}", fresh.display()))?;
    }
    Ok(())
}

fn bin_folder(sysroot: &Path, host: &str) -> PathBuf {
    sysroot.join("lib/rustlib").join(host).join("bin")
}
