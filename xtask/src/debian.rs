//! Debian's packages: which there are, fetched and unpacked. Nothing is installed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{output, say};

/// Versions by package name.
pub type Packages = BTreeMap<String, String>;

/// Whether this system has apt.
pub fn is_here() -> bool {
    Command::new("apt-get")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// These packages and those of their dependencies, as far as the system lacks them.
///
/// # Errors
/// Where apt knows no such packages.
pub fn missing(packages: &[&str]) -> Result<Packages> {
    simulate(packages, &[])
}

/// The same as if nothing at all were installed.
///
/// # Errors
/// Where apt knows no such packages.
pub fn all(packages: &[&str]) -> Result<Packages> {
    simulate(packages, &["-o", "Dir::State::status=/dev/null"])
}

/// Fetches the packages that `list` names and unpacks them into `folder`, with a fresh list of what
/// the distribution has where the one at hand is missing or too old. Tells the user of `what`.
///
/// # Errors
/// Where one cannot be listed, fetched, checked by apt or unpacked.
pub fn fetch(list: impl Fn() -> Result<Packages>, folder: &Path, what: &str) -> Result<Packages> {
    let attempt = || -> Result<Packages> {
        let packages = list()?;
        say(format!("fetching {what}"));
        unpack(&packages, folder)?;
        Ok(packages)
    };
    attempt().or_else(|_| {
        update()?;
        attempt()
    })
}

/// The folders below `root` that hold shared libraries, relative to it.
///
/// # Errors
/// Where a folder cannot be read.
pub fn libraries(root: &Path) -> Result<Vec<PathBuf>> {
    let mut libraries = Vec::new();
    for base in ["usr/lib", "lib"] {
        find_libraries(root, Path::new(base), &mut libraries)?;
    }
    Ok(libraries)
}

/// Collects those at and below `base`.
fn find_libraries(root: &Path, base: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(root.join(base)) else {
        return Ok(());
    };
    let mut holds_libraries = false;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        // The compiler finds what lies in rustlib by itself.
        if entry.file_type()?.is_dir() && name != "rustlib" {
            find_libraries(root, &base.join(&name), found)?;
        }
        holds_libraries |= name.to_string_lossy().contains(".so");
    }
    if holds_libraries {
        found.push(base.to_path_buf());
    }
    Ok(())
}

/// Fetches the list of packages anew, which most often only root may do.
fn update() -> Result<()> {
    say("asking the distribution for its list of packages");
    output(apt().args(["update", "-qq"]))
        .map(drop)
        .context("cannot refresh the list of packages: run `sudo apt-get update` and set up again")
}

/// Fetches `packages` and unpacks them into `folder`.
fn unpack(packages: &Packages, folder: &Path) -> Result<()> {
    let archives = folder.join("archives");
    if archives.exists() {
        // Left by an attempt that failed, perhaps with other versions.
        fs::remove_dir_all(&archives)?;
    }
    fs::create_dir_all(&archives)?;
    output(
        // As root, apt would fetch as a user of its own, who may not write here.
        apt()
            .args(["download", "-qq", "-o", "APT::Sandbox::User=root"])
            .args(
                packages
                    .iter()
                    .map(|(name, version)| format!("{name}={version}")),
            )
            .current_dir(&archives),
    )?;
    for archive in fs::read_dir(&archives)? {
        output(
            Command::new("dpkg-deb")
                .arg("--extract")
                .arg(archive?.path())
                .arg(folder),
        )?;
    }
    fs::remove_dir_all(&archives)?;
    Ok(())
}

/// What apt would install.
fn simulate(packages: &[&str], options: &[&str]) -> Result<Packages> {
    let plan = output(
        apt()
            .args(["install", "--simulate", "--no-install-recommends"])
            .args(options)
            .args(packages),
    )?;
    Ok(parse_plan(&plan))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("LC_ALL", "C")
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Reads the lines of a simulated installation that say what is installed:
/// `Inst NAME [OLD] (VERSION ORIGIN [ARCHITECTURE])`.
fn parse_plan(plan: &str) -> Packages {
    plan.lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("Inst ")?.split_once(' ')?;
            let (_, rest) = rest.split_once('(')?;
            let (version, _) = rest.split_once([' ', ')'])?;
            Some((name.to_string(), version.to_string()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_packages_and_the_versions_to_come() {
        let plan = "\
Reading package lists...
The following NEW packages will be installed:
  libllvm19 rustc-web
Inst libllvm19 (1:19.1.7-3~deb12u1 Debian:12.14/oldstable [amd64])
Inst rustc-web [1.84.0] (1.85.0+dfsg3-1~deb12u3 Debian:12.14/oldstable [amd64])
Conf rustc-web (1.85.0+dfsg3-1~deb12u3 Debian:12.14/oldstable [amd64])
";
        let expected = [
            ("libllvm19", "1:19.1.7-3~deb12u1"),
            ("rustc-web", "1.85.0+dfsg3-1~deb12u3"),
        ];
        let expected = expected.map(|(name, version)| (name.to_string(), version.to_string()));
        assert_eq!(parse_plan(plan), Packages::from(expected));
    }

    #[test]
    fn a_plan_without_packages_is_empty() {
        assert!(parse_plan("rustc-web is already the newest version (1.85.0).\n").is_empty());
    }
}
