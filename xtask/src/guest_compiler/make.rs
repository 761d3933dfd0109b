//! Making a compiler for kernels from Debian's packages.
//!
//! The packages are unpacked into the cache folder, their source of the standard library is
//! compiled for the guest's target, and a script starts the compiler with its own libraries.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{has_standard_library, linkers, packages, standard_library};
use crate::cache::{self, Lock};
use crate::debian::{self, Packages};
use crate::process::say;
use crate::workspace::GUEST_TARGET;

/// Raise this with every change to what this module makes.
const RECIPE: u32 = 1;

/// What is unpacked but not needed to compile kernels.
const SUPERFLUOUS: [&str; 5] = [
    "usr/src",
    "usr/share",
    "usr/libexec",
    "usr/bin/rustdoc",
    "usr/lib/rustlib/src",
];

/// What the names of made compilers' folders begin with.
pub fn folder_prefix() -> String {
    format!("guest-rust-{RECIPE}-")
}

/// Makes the compiler and returns its folder, in which `rustc` is the program to run.
///
/// # Errors
/// Where this is not Debian, the packages cannot be fetched or the library does not compile.
pub fn make(lock: &Lock, sysroot: &Path) -> Result<PathBuf> {
    say(format!(
        "this Rust has no standard library for {GUEST_TARGET}, which kernels need"
    ));
    make_here(lock, sysroot).with_context(|| {
        format!("cannot compile kernels: run `rustup target add {GUEST_TARGET}` and try again")
    })
}

fn make_here(lock: &Lock, sysroot: &Path) -> Result<PathBuf> {
    if !debian::is_here() {
        bail!("only on Debian can a compiler be made from the distribution's packages instead");
    }
    let partial = cache::partial(lock, "guest-rust")?;
    let what = "the distribution's Rust (140 MB, kept in the cache folder, once)";
    let packages = debian::fetch(packages::list, &partial, what)?;
    write_script(&partial)?;
    linkers::link(sysroot, &partial)?;

    say("compiling the standard library (half a minute, once)");
    standard_library::compile(&partial)?;
    for path in SUPERFLUOUS.map(|path| partial.join(path)) {
        match path.is_dir() {
            true => fs::remove_dir_all(&path)?,
            false if path.exists() => fs::remove_file(&path)?,
            false => {}
        }
    }
    if !has_standard_library(&partial.join("rustc")) {
        bail!("the compiler made from {packages:?} has no library for {GUEST_TARGET}");
    }
    let finished = cache::folder()?.join(folder_prefix() + &key(&packages));
    cache::finish(&partial, &finished)?;
    say(format!(
        "the compiler for kernels is ready: {}",
        finished.display()
    ));
    Ok(finished)
}

/// Names what a compiler is made of.
fn key(packages: &Packages) -> String {
    cache::key(
        packages
            .iter()
            .flat_map(|(name, version)| [name.as_str(), version.as_str()]),
    )
}

/// Writes `folder/rustc`, which starts the unpacked compiler with the unpacked libraries.
fn write_script(folder: &Path) -> Result<()> {
    let libraries = debian::libraries(folder)?;
    let path = folder.join("rustc");
    fs::write(&path, script(&libraries))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn script(libraries: &[PathBuf]) -> String {
    let path: Vec<_> = libraries
        .iter()
        .map(|folder| format!("$here/{}", folder.display()))
        .collect();
    format!(
        "#!/bin/sh\n\
         here=$(dirname \"$(readlink -f \"$0\")\")\n\
         LD_LIBRARY_PATH=\"{}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\"\n\
         export LD_LIBRARY_PATH\n\
         exec \"$here/usr/bin/rustc\" \"$@\"\n",
        path.join(":")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_the_versions() {
        let packages = |version: &str| Packages::from([("rustc-web".into(), version.into())]);
        assert_eq!(key(&packages("1.85.0")), key(&packages("1.85.0")));
        assert_ne!(key(&packages("1.85.0")), key(&packages("1.86.0")));
    }

    #[test]
    fn the_script_puts_the_unpacked_libraries_first() {
        let script = script(&["usr/lib/a".into(), "usr/lib/b".into()]);
        assert!(
            script.contains("\"$here/usr/lib/a:$here/usr/lib/b${LD_LIBRARY_PATH:+"),
            "{script}"
        );
    }
}
