//! Where a component comes from.

use super::LoadError;
use bytes::Bytes;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// The component itself.
    Bytes(Bytes),
    /// The component itself, with its minisign signature. That of a file lies beside the file,
    /// under its name with `.minisig` after it.
    Signed {
        /// The component.
        bytes: Bytes,
        /// The text of the signature's file.
        signature: String,
    },
    /// The component of a kernel that was registered under this name.
    Registered(String),
}

impl Source {
    /// A file.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::Path(path.into())
    }

    /// The component itself. A clone of this source is recognised at its launch without a look at
    /// the bytes, which makes that several times faster.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// The component itself, with the text of its minisign signature.
    pub fn signed(bytes: impl Into<Bytes>, signature: impl Into<String>) -> Self {
        Self::Signed {
            bytes: bytes.into(),
            signature: signature.into(),
        }
    }

    /// The component of a kernel that was registered under this name.
    pub fn registered(name: impl Into<String>) -> Self {
        Self::Registered(name.into())
    }

    /// The bytes, if there are no more than the limit. A registered name is the runtime's to resolve
    /// first. It may wait for a disk.
    pub(super) fn read(&self, limit: u64) -> Result<Bytes, LoadError> {
        match self {
            Self::Bytes(bytes) | Self::Signed { bytes, .. } => {
                check_length(bytes.len() as u64, limit)?;
                Ok(bytes.clone())
            }
            Self::Path(path) => {
                let length = regular(path)?;
                check_length(length, limit)?;
                let bytes = contents(path, limit, length)?;
                check_length(bytes.len() as u64, limit)?;
                Ok(bytes.into())
            }
            Self::Registered(name) => Err(LoadError::NotRegistered { name: name.clone() }),
        }
    }

    /// The text of its signature, where it has one. It may wait for a disk.
    pub(super) fn signature(&self) -> Result<Option<String>, LoadError> {
        match self {
            Self::Signed { signature, .. } => Ok(Some(signature.clone())),
            Self::Path(path) => {
                let path = signature_path(path);
                let read =
                    regular(&path).and_then(|length| contents(&path, SIGNATURE_BYTES, length));
                match read {
                    Ok(text) => Ok(Some(String::from_utf8_lossy(&text).into_owned())),
                    Err(LoadError::Unreadable { source, .. })
                        if source.kind() == std::io::ErrorKind::NotFound =>
                    {
                        Ok(None)
                    }
                    Err(error) => Err(error),
                }
            }
            Self::Bytes(_) | Self::Registered(_) => Ok(None),
        }
    }
}

/// More than any signature with its comments has.
const SIGNATURE_BYTES: u64 = 64 << 10;

/// Where the signature of a component's file lies.
pub(super) fn signature_path(component: &Path) -> PathBuf {
    let mut path = component.as_os_str().to_owned();
    path.push(".minisig");
    path.into()
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

/// The length of a regular file. To be asked before it is opened: opening a pipe would wait for its
/// writer.
fn regular(path: &Path) -> Result<u64, LoadError> {
    let kind = std::fs::metadata(path).map_err(|source| unreadable(path, source))?;
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
    Ok(kind.len())
}

/// What is in a file of about this length, which may grow while it is read: one byte more than the
/// limit at most.
fn contents(path: &Path, limit: u64, length: u64) -> Result<Vec<u8>, LoadError> {
    // One more, as the end is seen only where there is room left.
    let expected = length.min(limit).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    std::fs::File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|source| unreadable(path, source))?;
    Ok(bytes)
}

fn unreadable(path: &Path, source: std::io::Error) -> LoadError {
    LoadError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

fn check_length(length: u64, limit: u64) -> Result<(), LoadError> {
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
