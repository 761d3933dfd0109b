//! Core dumps: what a kernel's memory, globals and stack were when it trapped, as a file.
//!
//! The format is that of WebAssembly's tool conventions (`Coredump.md` there): a core module without
//! code, with the memories as data and the stack in custom sections. Debuggers such as `wasmgdb`
//! read it together with the component's core module.

use crate::error::InvalidOptionError;
use crate::imports::Host;
use crate::lifecycle::KernelId;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Mutex;
use wasmtime::{Store, WasmCoreDump};

/// What the names of core dumps end with.
const EXTENSION: &str = "coredump";

/// The longest part of a kernel's id in a file name, in bytes.
const NAME_BYTES: usize = 64;

/// Where kernels that trap leave core dumps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreDumps {
    /// The folder; made when the first is written. What is in a dump is what was in the kernel's
    /// memory, so only its owner can read the file.
    pub folder: PathBuf,
    /// How many are kept there, of all kernels; the oldest are removed. 16 by default.
    pub keep: usize,
}

impl CoreDumps {
    /// Core dumps in this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { folder, keep: 16 }
    }

    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        if self.keep > 0 {
            return Ok(());
        }
        Err(InvalidOptionError {
            option: "keep of core dumps",
            value: "0".to_owned(),
            reason: "one core dump is kept at least; to have none, name no folder",
        })
    }
}

/// Writes them, one at a time: each takes as much memory again as its kernel had.
#[derive(Debug)]
pub(crate) struct CoreDumper {
    to: CoreDumps,
    one_at_a_time: Mutex<()>,
}

impl CoreDumper {
    pub(crate) fn new(to: CoreDumps) -> Self {
        let one_at_a_time = Mutex::default();
        Self { to, one_at_a_time }
    }

    /// Writes what is left of a kernel, if this error is a trap. Returns the file; `None` also
    /// where it cannot be written, which is logged.
    pub(super) async fn dump(
        self: &Arc<Self>,
        id: &KernelId,
        store: Store<Host>,
        error: wasmtime::Error,
    ) -> Option<PathBuf> {
        error.downcast_ref::<WasmCoreDump>()?;
        let _one = self.one_at_a_time.lock().await;
        let (dumper, name) = (self.clone(), id.clone());
        // It copies a whole memory and waits for a disk.
        let written = tokio::task::spawn_blocking(move || {
            let core = error.downcast_ref::<WasmCoreDump>();
            let bytes = core.map(|core| core.serialize(store, name.as_str()));
            dumper.to.write(&name, &bytes.unwrap_or_default())
        });
        let written = written.await.map_err(io::Error::other);
        written
            .flatten()
            .inspect_err(|error| tracing::warn!(kernel = id.as_str(), %error, "no core dump"))
            .ok()
    }
}

impl CoreDumps {
    fn write(&self, id: &KernelId, bytes: &[u8]) -> io::Result<PathBuf> {
        std::fs::create_dir_all(&self.folder)?;
        // A temporary file is made with access for its owner only.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        let name = file_name(id);
        let mut number = 1_u64;
        let path = loop {
            let path = self.folder.join(format!("{name}-{number}.{EXTENSION}"));
            match file.persist_noclobber(&path) {
                Ok(_) => break path,
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = taken.file;
                    number += 1;
                }
                Err(failed) => return Err(failed.error),
            }
        };
        self.remove_oldest(&path)?;
        Ok(path)
    }

    /// Keeps the newest, and this one in any case.
    fn remove_oldest(&self, newest: &Path) -> io::Result<()> {
        let mut others: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == EXTENSION) && path != newest {
                // One that is gone by now needs no removal.
                if let Ok(written) = path.metadata().and_then(|file| file.modified()) {
                    others.push((written, path));
                }
            }
        }
        others.sort();
        let surplus = (others.len() + 1).saturating_sub(self.keep);
        for (_, path) in others.into_iter().take(surplus) {
            // Somebody else may have removed it.
            let _ = std::fs::remove_file(path);
        }
        Ok(())
    }
}

/// A kernel's id as a part of a file name: it can be anything, such as a path.
fn file_name(id: &KernelId) -> String {
    let harmless = |character: char| {
        if character.is_ascii_alphanumeric() || character == '-' {
            character
        } else {
            '_'
        }
    };
    id.as_str().chars().take(NAME_BYTES).map(harmless).collect()
}
