//! The cache folder: what is expensive to make and the same for every checkout.
//!
//! A thing is made in a folder whose name ends in `.partial` and renamed when it is finished, all
//! under one lock. So a folder without that ending is always whole, whatever interrupted its
//! making, and two set-ups at once make it once.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process::say;

/// The cache folder: `$XDG_CACHE_HOME/ringhost`, or `~/.cache/ringhost`.
///
/// # Errors
/// Where neither variable is set.
pub fn folder() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("there is no home folder to cache in: set HOME or XDG_CACHE_HOME")?;
    Ok(base.join("ringhost"))
}

/// The sole right to make things in the cache folder, until dropped. The system gives it back
/// where the process dies.
pub struct Lock(#[expect(dead_code, reason = "held, not used")] File);

/// Takes the lock, waiting for another set-up to end where there is one.
///
/// # Errors
/// Where the cache folder cannot be written to.
pub fn lock() -> Result<Lock> {
    let folder = folder()?;
    fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create the cache folder {}", folder.display()))?;
    let path = folder.join("setup.lock");
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            say("waiting for another set-up to end");
            file.lock()
                .with_context(|| format!("cannot lock {}", path.display()))?;
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    Ok(Lock(file))
}

/// An empty folder in the cache, named `name` and `.partial`, cleared of what an interrupted
/// set-up left in it. Only the holder of the lock may have one.
///
/// # Errors
/// Where the folder cannot be cleared or created.
pub fn partial(_lock: &Lock, name: &str) -> Result<PathBuf> {
    let path = folder()?.join(format!("{name}.partial"));
    if path.exists() {
        fs::remove_dir_all(&path).with_context(|| format!("cannot clear {}", path.display()))?;
    }
    fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok(path)
}

/// Gives a finished folder its lasting name.
///
/// # Errors
/// Where it cannot be renamed.
pub fn finish(partial: &Path, finished: &Path) -> Result<()> {
    fs::rename(partial, finished).with_context(|| {
        format!(
            "cannot rename {} to {}",
            partial.display(),
            finished.display()
        )
    })
}

/// A short name for what is made of `parts`: the same for the same parts in the same order.
pub fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_every_part_and_where_it_ends() {
        assert_eq!(key(["a", "b"]), key(["a", "b"]));
        assert_eq!(key(["a", "b"]).len(), 16);
        assert_ne!(key(["a", "b"]), key(["b", "a"]));
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_ne!(key(["a"]), key(["a", ""]));
    }
}
