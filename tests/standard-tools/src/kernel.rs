//! What is to be built.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The contract, which is all that these kernels have of ringhost.
const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/ring-kernel.wit");

/// A kernel's source, and for which world it is.
pub struct Kernel {
    pub folder: PathBuf,
    /// The file of the world.
    pub wit: PathBuf,
    pub world: &'static str,
    /// More options for the tool.
    pub options: Vec<String>,
    /// Where there is room for what is made on the way.
    pub scratch: TempDir,
}

impl Kernel {
    /// # Errors
    /// If there is no such folder.
    pub fn new(folder: &Path) -> Result<Self> {
        let reading = || format!("cannot read {}", folder.display());
        let folder = folder.canonicalize().with_context(reading)?;
        let other = folder.join("world.wit");
        let (wit, world) = if other.is_file() {
            (other, "other")
        } else {
            (CONTRACT.into(), "kernel")
        };
        let options = fs::read_to_string(folder.join("options")).unwrap_or_default();
        Ok(Self {
            folder,
            wit,
            world,
            options: options.split_whitespace().map(str::to_owned).collect(),
            scratch: TempDir::new()?,
        })
    }

    /// What a tool has put there.
    ///
    /// # Errors
    /// If it has not.
    pub fn made(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.scratch.path().join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}
