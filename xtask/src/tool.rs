//! Programs of the distribution's that only some tasks need: where one is not installed, its package
//! is unpacked into the cache folder.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cache;
use crate::debian;

/// A program that another machine may lack.
pub struct Tool {
    /// What it is called.
    pub program: &'static str,
    /// An argument with which it does nothing and succeeds.
    pub probe: &'static str,
    /// Debian's package of it.
    pub package: &'static str,
}

impl Tool {
    /// The folder to which its package was unpacked; `None` if it is installed.
    ///
    /// # Errors
    /// Where it is neither installed nor to be had.
    pub fn find_or_unpack(&self) -> Result<Option<PathBuf>> {
        let installed = Command::new(self.program)
            .arg(self.probe)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if installed.is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let name = format!("debian-{}", self.package);
        let finished = cache::folder()?.join(&name);
        if !finished.exists() {
            self.unpack(&name)
                .with_context(|| format!("there is no {}: install it", self.program))?;
        }
        Ok(Some(finished))
    }

    fn unpack(&self, name: &str) -> Result<()> {
        if !debian::is_here() {
            bail!("only on Debian can its package be unpacked instead");
        }
        let lock = cache::lock()?;
        let finished = cache::folder()?.join(name);
        // Whoever held the lock before may have unpacked it.
        if !finished.exists() {
            let partial = cache::partial(&lock, name)?;
            let what = format!("the distribution's {} (once)", self.package);
            debian::fetch(|| debian::missing(&[self.package]), &partial, &what)?;
            cache::finish(&partial, &finished)?;
        }
        Ok(())
    }
}
