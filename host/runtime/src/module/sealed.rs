//! Files that nobody but this host has written.
//!
//! Compiled code is machine code, of the processor or of a GPU: whoever writes it into the cache writes
//! into the host. So a file is only used if this cache wrote it: it ends with an HMAC-SHA256, under a key
//! that the cache keeps for itself, over its name and content. Anything else - damaged, cut off, renamed,
//! from another machine - is as if it were not there.
//!
//! A file is `content ‖ mac` under `<folder>/<group>/<name>`.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::Write;
use std::path::{Path, PathBuf};

const KEY_BYTES: usize = 32;
const MAC_BYTES: usize = 32;

/// A folder of such files.
pub(super) struct Sealed {
    folder: PathBuf,
    /// `None` where no key can be kept; then nothing is cached.
    key: Option<[u8; KEY_BYTES]>,
}

impl Sealed {
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

    /// What was written under this name.
    pub(super) fn read(&self, group: &str, name: &str) -> Option<Vec<u8>> {
        let mut content = std::fs::read(self.folder.join(group).join(name)).ok()?;
        let mac = content.split_off(content.len().checked_sub(MAC_BYTES)?);
        if self.mac(group, name, &content)?.verify_slice(&mac).is_err() {
            tracing::warn!(
                name,
                "a damaged or foreign file in the code cache is rebuilt"
            );
            return None;
        }
        Some(content)
    }

    /// Keeps content. A cache that cannot be written to is slow, not wrong.
    pub(super) fn write(&self, group: &str, name: &str, content: &[u8]) {
        if let Err(error) = self.try_write(group, name, content) {
            tracing::warn!(name, %error, "cannot write to the code cache");
        }
    }

    fn try_write(&self, group: &str, name: &str, content: &[u8]) -> std::io::Result<()> {
        let Some(mac) = self.mac(group, name, content) else {
            return Ok(());
        };
        let folder = self.folder.join(group);
        std::fs::create_dir_all(&folder)?;
        // Under another name first, so that nobody reads half a file.
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(content)?;
        file.write_all(&mac.finalize().into_bytes())?;
        file.persist(folder.join(name))
            .map_err(|error| error.error)?;
        Ok(())
    }

    fn mac(&self, group: &str, name: &str, content: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?).ok()?;
        for part in [group, name] {
            mac.update(part.as_bytes());
            // No name has one, so nothing can be taken for another name and content.
            mac.update(&[0]);
        }
        mac.update(content);
        Some(mac)
    }
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
