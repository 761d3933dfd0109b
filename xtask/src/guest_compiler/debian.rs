//! Debian's packages of Rust: which there are, fetched and unpacked. Nothing is installed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{output, say};

/// The compiler that Debian keeps recent for its web browsers, and the source of its library.
const ROOTS: [&str; 2] = ["rustc-web", "rust-web-src"];

/// What the packages that must be unpacked begin with, installed or not: a compiler looks for its
/// libraries beside itself.
const COMPILER_PREFIXES: [&str; 4] = ["rustc-", "rust-", "libstd-rust-", "libllvm"];

/// Versions by package name.
pub type Packages = BTreeMap<String, String>;

/// Whether this system has apt.
pub fn is_here() -> bool {
    Command::new("apt-get")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The compiler's packages and those of its dependencies that the system lacks.
///
/// # Errors
/// Where apt knows no such packages.
pub fn packages() -> Result<Packages> {
    let missing = simulate(&[])?;
    // As if nothing at all were installed.
    let all = simulate(&["-o", "Dir::State::status=/dev/null"])?;
    let compiler = all.into_iter().filter(|(name, _)| {
        COMPILER_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
    });
    Ok(missing.into_iter().chain(compiler).collect())
}

/// Fetches the list of packages anew.
///
/// # Errors
/// Where apt fails; most often because only root may do this.
pub fn update() -> Result<()> {
    say("asking the distribution for its list of packages");
    output(apt().args(["update", "-qq"]))
        .map(drop)
        .context("cannot refresh the list of packages: run `sudo apt-get update` and set up again")
}

/// Fetches `packages` and unpacks them into `folder`.
///
/// # Errors
/// Where one cannot be fetched, checked by apt or unpacked.
pub fn unpack(packages: &Packages, folder: &Path) -> Result<()> {
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

/// What apt would install for [`ROOTS`].
fn simulate(options: &[&str]) -> Result<Packages> {
    let plan = output(
        apt()
            .args(["install", "--simulate", "--no-install-recommends"])
            .args(options)
            .args(ROOTS),
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
