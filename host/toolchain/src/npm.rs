//! Packages of npm.

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
    /// `package.json`, with exact versions.
    pub manifest: &'a str,
    /// `package-lock.json`, which names every package of theirs and its digest.
    pub lock: &'a str,
    /// What the user is told that is fetched, and how large it is.
    pub what: &'a str,
}

impl Packages<'_> {
    /// The folder that holds their `node_modules`; fetches them where there is none. Says nothing
    /// where nothing is to be done.
    ///
    /// # Errors
    /// [`Missing`] where there is no Node.js with npm, or they cannot be fetched.
    pub fn find_or_fetch(&self) -> Result<PathBuf> {
        // Some packages hold programs of the machine.
        let kind = output(Command::new("node").args(["-p", "process.platform + process.arch"]))
            .with_context(|| {
                Missing(format!(
                    "to fetch {} from npm, install Node.js 20 or later, with npm",
                    self.what
                ))
            })?;
        let key = cache::key([self.manifest, self.lock, &kind]);
        let name = format!("{}-{key}", self.name);
        let finished = cache::folder()?.join(&name);
        if finished.exists() {
            return Ok(finished);
        }
        let lock = cache::lock()?;
        // Whoever held the lock before may have fetched them.
        if !finished.exists() {
            say(format!("fetching {} from npm", self.what));
            let partial = cache::partial(&lock, &name)?;
            for (file, text) in [
                ("package.json", self.manifest),
                ("package-lock.json", self.lock),
            ] {
                let path = partial.join(file);
                fs::write(&path, text)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            output(
                Command::new("npm")
                    // Not `npm ci`: it refuses a lock without the programs of machines for which
                    // none are published.
                    .args(["install", "--no-save", "--no-audit", "--no-fund"])
                    .arg("--loglevel=error")
                    .current_dir(&partial),
            )
            .with_context(|| Missing(format!("cannot fetch {} from npm", self.what)))?;
            cache::finish(&partial, &finished)?;
        }
        Ok(finished)
    }
}
