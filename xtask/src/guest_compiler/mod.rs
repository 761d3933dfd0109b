//! The compiler for kernels: a rustc that has a standard library for `wasm32-unknown-unknown`.
//!
//! Where the Rust in use has one (`rustup target add wasm32-unknown-unknown`), that is it. Where
//! it has not, as on a machine that reaches package registries only, one is made once from the
//! distribution's packages: see [`make`].

mod linkers;
mod make;
mod packages;
mod standard_library;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cache;
use crate::process::output;
use crate::workspace::GUEST_TARGET;

/// The path of a rustc that compiles kernels; makes one in the cache folder where there is none.
///
/// Says nothing where nothing is to be done.
///
/// # Errors
/// Where the Rust in use cannot compile kernels and a compiler cannot be made either. The error
/// says what to do.
pub fn find_or_make() -> Result<PathBuf> {
    let chosen = std::env::var_os("RUSTC").map(PathBuf::from);
    let sysroot = sysroot(chosen.as_deref().unwrap_or(Path::new("rustc")))?;
    let installed = chosen.unwrap_or_else(|| sysroot.join("bin/rustc"));
    if has_standard_library(&installed) {
        return Ok(installed);
    }
    if let Some(made) = find_made()? {
        linkers::link(&sysroot, &made)?;
        return Ok(made.join("rustc"));
    }
    let lock = cache::lock()?;
    // Whoever held the lock before may have made it.
    let made = match find_made()? {
        Some(made) => made,
        None => make::make(&lock, &sysroot)?,
    };
    Ok(made.join("rustc"))
}

/// The folder of the Rust that `rustc` belongs to.
fn sysroot(rustc: &Path) -> Result<PathBuf> {
    let path = output(Command::new(rustc).args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(path.trim_end()))
}

/// Whether `rustc` can compile for the guest's target, and not merely knows it.
fn has_standard_library(rustc: &Path) -> bool {
    let folder =
        output(Command::new(rustc).args(["--print", "target-libdir", "--target", GUEST_TARGET]));
    let Ok(files) = folder.map(|folder| fs::read_dir(folder.trim_end())) else {
        return false;
    };
    files.into_iter().flatten().flatten().any(|file| {
        let name = file.file_name();
        name.to_string_lossy().starts_with("libstd-")
    })
}

/// A compiler that an earlier set-up made with the recipe as it is now.
///
/// It is not compared with what the distribution offers today: that would need the network, and
/// an older compiler is as good. Who wants a newer one removes the folder.
fn find_made() -> Result<Option<PathBuf>> {
    let prefix = make::folder_prefix();
    let Ok(entries) = fs::read_dir(cache::folder()?) else {
        return Ok(None);
    };
    let made = entries.flatten().find(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(&prefix) && !name.ends_with(".partial")
    });
    Ok(made.map(|entry| entry.path()))
}
