//! Compiled code on disk.
//!
//! Compiled code is machine code: whoever writes it into the cache writes into the host. So a file
//! is only used if this cache wrote it: it ends with an HMAC-SHA256, under a key that the cache
//! keeps for itself, over the component's digest, the engine's compatibility hash (wasmtime's
//! version, its configuration and the processor's features) and the code. Anything else - damaged,
//! cut off, renamed, from another version or another machine - is rebuilt.
//!
//! A file is `code ‖ mac` under `<folder>/<compatibility>/<digest>.cwasm`.

use super::Digest;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

const KEY_BYTES: usize = 32;
const MAC_BYTES: usize = 32;

pub(super) struct DiskCache {
    folder: PathBuf,
    /// `None` where no key can be kept; then nothing is cached.
    key: Option<[u8; KEY_BYTES]>,
}

impl DiskCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        let key = match key(&folder) {
            Ok(key) => Some(key),
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "no code cache");
                None
            }
        };
        Self { folder, key }
    }

    /// The component's code, if this cache has it.
    pub(super) fn read(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let compatibility = compatibility(engine);
        let mut code = std::fs::read(self.path(&compatibility, digest)).ok()?;
        let mac = code.split_off(code.len().checked_sub(MAC_BYTES)?);
        if self
            .mac(&compatibility, digest, &code)?
            .verify_slice(&mac)
            .is_err()
        {
            tracing::warn!(%digest, "a damaged or foreign file in the code cache is rebuilt");
            return None;
        }
        // SAFETY: `deserialize` runs what it is given as machine code, so it must be given only
        // what `Component::serialize` made with an engine like this one. The MAC has just been
        // verified over these very bytes in memory, and only `write` below, which passes the
        // output of `serialize`, makes MACs under this cache's key.
        let component = unsafe { Component::deserialize(engine, &code) };
        component
            .inspect_err(|error| tracing::warn!(%digest, %error, "code cache"))
            .ok()
    }

    /// Keeps a component's code. A cache that cannot be written to is slow, not wrong.
    pub(super) fn write(&self, engine: &Engine, component: &Component, digest: &Digest) {
        if let Err(error) = self.try_write(engine, component, digest) {
            tracing::warn!(%digest, %error, "cannot write to the code cache");
        }
    }

    fn try_write(
        &self,
        engine: &Engine,
        component: &Component,
        digest: &Digest,
    ) -> Result<(), CacheError> {
        let code = component
            .serialize()
            .map_err(|error| CacheError(error.to_string()))?;
        let compatibility = compatibility(engine);
        let Some(mac) = self.mac(&compatibility, digest, &code) else {
            return Ok(());
        };
        let path = self.path(&compatibility, digest);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        // Under another name first, so that nobody reads half a file.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&code)?;
        file.write_all(&mac.finalize().into_bytes())?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }

    fn path(&self, compatibility: &str, digest: &Digest) -> PathBuf {
        let folder = self.folder.join(compatibility);
        folder.join(format!("{digest}.cwasm"))
    }

    fn mac(&self, compatibility: &str, digest: &Digest, code: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?).ok()?;
        mac.update(digest.to_string().as_bytes());
        mac.update(compatibility.as_bytes());
        mac.update(code);
        Some(mac)
    }
}

/// What code depends on, beside the component: wasmtime's version, its configuration, the processor's
/// features, and this crate's version.
fn compatibility(engine: &Engine) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Reads the cache's key, or makes one. It is readable by its owner only.
fn key(folder: &Path) -> std::io::Result<[u8; KEY_BYTES]> {
    let path = folder.join("key");
    if let Some(key) = read_key(&path) {
        return Ok(key);
    }
    std::fs::create_dir_all(folder)?;
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key)?;
    // A temporary file is made with access for its owner only.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&key)?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(key),
        // Another process was faster, and its key is as good; or what is there is no key.
        Err(_) => match read_key(&path) {
            Some(key) => Ok(key),
            None => {
                std::fs::write(&path, key)?;
                Ok(key)
            }
        },
    }
}

fn read_key(path: &Path) -> Option<[u8; KEY_BYTES]> {
    std::fs::read(path).ok()?.try_into().ok()
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct CacheError(String);

impl From<std::io::Error> for CacheError {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
