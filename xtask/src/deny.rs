//! `cargo xtask deny`: licences, bans, sources and advisories of all dependencies, by cargo-deny.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cache;
use crate::process::{output, run as run_command, say};
use crate::workspace::root;

const VERSION: &str = "0.20.2";

/// Checks the dependencies against `deny.toml`, with a cargo-deny from the cache folder.
///
/// Where the database of advisories cannot be reached, it says that they were not checked, and that
/// is no error: a machine without network would have to fail.
///
/// # Errors
/// Where a check has a finding, or cargo-deny cannot be installed.
pub fn run() -> Result<()> {
    let program = find_or_install()?;
    let deny = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(root()).args(arguments);
        command
    };
    // Without the ways to each duplicate, which fill a page.
    let check = [
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ];
    run_command(&mut deny(&check))?;
    if let Err(error) = output(&mut deny(&["fetch", "db"])) {
        say(format!(
            "advisories were NOT checked: their database cannot be fetched\n{error}"
        ));
        return Ok(());
    }
    run_command(&mut deny(&["check", "--disable-fetch", "advisories"]))
}

/// A cargo-deny of the version that is meant; compiles it where there is none.
fn find_or_install() -> Result<PathBuf> {
    let name = format!("cargo-deny-{VERSION}");
    let finished = cache::folder()?.join(&name);
    if !finished.exists() {
        let lock = cache::lock()?;
        // Whoever held the lock before may have installed it.
        if !finished.exists() {
            say(format!(
                "compiling cargo-deny {VERSION} (some minutes, once)"
            ));
            let partial = cache::partial(&lock, &name)?;
            let mut install = Command::new("cargo");
            install
                .args(["install", "--quiet", "--locked", "--root"])
                .arg(&partial)
                .arg(format!("cargo-deny@{VERSION}"));
            for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS"] {
                install.env_remove(name);
            }
            // Its own settings are for a program that is compiled once and run for years.
            for (setting, value) in [("LTO", "off"), ("OPT_LEVEL", "1"), ("CODEGEN_UNITS", "16")] {
                install.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
            }
            run_command(&mut install).context("cannot install cargo-deny")?;
            cache::finish(&partial, &finished)?;
        }
    }
    Ok(finished.join("bin/cargo-deny"))
}
