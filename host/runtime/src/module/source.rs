//! Where a component comes from.

use super::LoadError;
use crate::sandbox::Limits;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// The component itself.
    Bytes(Bytes),
    /// The component of a kernel that was registered under this name.
    Registered(String),
}

impl Source {
    /// A file.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::Path(path.into())
    }

    /// The component itself.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// The component of a kernel that was registered under this name.
    pub fn registered(name: impl Into<String>) -> Self {
        Self::Registered(name.into())
    }

    /// The bytes. A registered name is the runtime's to resolve first.
    pub(super) async fn read(&self) -> Result<Bytes, LoadError> {
        match self {
            Self::Bytes(bytes) => {
                check_length(bytes.len() as u64)?;
                Ok(bytes.clone())
            }
            Self::Path(path) => {
                let path = path.clone();
                super::blocking(move || read_file(&path)).await
            }
            Self::Registered(name) => Err(LoadError::NotRegistered { name: name.clone() }),
        }
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

fn read_file(path: &Path) -> Result<Bytes, LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let kind = std::fs::metadata(path).map_err(unreadable)?;
    if !kind.is_file() {
        let kind = if kind.is_dir() {
            "a folder"
        } else {
            "no regular file"
        };
        return Err(LoadError::NotAFile {
            path: path.to_owned(),
            kind,
        });
    }
    check_length(kind.len())?;
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    file.take(Limits::COMPONENT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    check_length(bytes.len() as u64)?;
    Ok(bytes.into())
}

fn check_length(length: u64) -> Result<(), LoadError> {
    let limit = Limits::COMPONENT_BYTES;
    if length > limit {
        Err(LoadError::TooLarge { length, limit })
    } else {
        Ok(())
    }
}

/// Tells what is not a component apart, so that the error can name the way out.
pub(super) fn check(bytes: &[u8]) -> Result<(), LoadError> {
    /// Version 13, layer 1: see the component model's binary format.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";
    if bytes.is_empty() {
        return Err(LoadError::Empty);
    }
    if bytes.starts_with(COMPONENT) {
        return Ok(());
    }
    if bytes.starts_with(CORE_MODULE) {
        return Err(LoadError::CoreModule);
    }
    if bytes.trim_ascii_start().starts_with(b"(") || bytes.starts_with(b";;") {
        return Err(LoadError::Text);
    }
    if bytes.starts_with(b"\0asm") || b"\0asm".starts_with(bytes) {
        return Err(LoadError::Invalid {
            reason: "its header is cut off or of an unknown version".to_owned(),
        });
    }
    let beginning = bytes.get(..8).unwrap_or(bytes);
    Err(LoadError::NotWasm {
        beginning: format!("\"{}\"", beginning.escape_ascii()),
    })
}

/// The SHA-256 of a component's bytes: its name in caches and policies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sha256:{self}")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("a SHA-256 digest is 64 hexadecimal digits");
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut digest = [0; 32];
        for (byte, at) in digest.iter_mut().zip((0..).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(digest))
    }
}
