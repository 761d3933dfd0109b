//! Packages of PyPI, some of which hold no Python at all but a compiler.

use crate::Missing;
use crate::cache;
use crate::process::{output, say};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Packages that are fetched together.
#[derive(Debug, Clone, Copy)]
pub struct Packages<'a> {
    /// What they are for, as the first part of their folder's name.
    pub name: &'a str,
    /// The lines of a requirements file, with exact versions, so that every machine has the same.
    pub requirements: &'a str,
    /// What the user is told that is fetched, and how large it is.
    pub what: &'a str,
}

impl Packages<'_> {
    /// The folder that holds them, as on `PYTHONPATH`; fetches them where there is none. Says nothing
    /// where nothing is to be done.
    ///
    /// # Errors
    /// [`Missing`] where there is no Python with pip, or they cannot be fetched.
    pub fn find_or_fetch(&self) -> Result<PathBuf> {
        // What packages are built for: another Python needs a folder of its own.
        let kind = output(Command::new("python3").args([
            "-c",
            "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_platform())",
        ]))
        .with_context(|| {
            Missing(format!(
                "to fetch {} from PyPI, install Python 3.9 or later, with pip",
                self.what
            ))
        })?;
        let name = format!("{}-{}", self.name, cache::key([self.requirements, &kind]));
        let finished = cache::folder()?.join(&name);
        if finished.exists() {
            return Ok(finished);
        }
        let lock = cache::lock()?;
        // Whoever held the lock before may have fetched them.
        if !finished.exists() {
            say(format!("fetching {} from PyPI", self.what));
            let partial = cache::partial(&lock, &name)?;
            let requirements = partial.join("requirements.txt");
            fs::write(&requirements, self.requirements)
                .with_context(|| format!("cannot write {}", requirements.display()))?;
            output(
                Command::new("python3")
                    .args(["-m", "pip", "install", "--quiet", "--no-input"])
                    .args(["--only-binary", ":all:", "--disable-pip-version-check"])
                    .args(["--no-warn-script-location", "--requirement"])
                    .arg(&requirements)
                    .arg("--target")
                    .arg(&partial),
            )
            .with_context(|| Missing(format!("cannot fetch {} from PyPI", self.what)))?;
            cache::finish(&partial, &finished)?;
        }
        Ok(finished)
    }
}
