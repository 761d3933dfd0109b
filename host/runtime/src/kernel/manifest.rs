//! A manifest: launch options in TOML, beside the component.

use super::LaunchOptions;
use std::path::{Path, PathBuf};

/// The longest manifest that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// A manifest that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not TOML, or not of the form of [`LaunchOptions`].
    #[error("line {line} of the manifest: {reason}")]
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It cannot be read.
    #[error("cannot read the manifest {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl LaunchOptions {
    /// Reads a manifest. What it leaves out has its default; what it has too much is an error.
    /// `docs/manifest.md` shows one with every key.
    ///
    /// # Errors
    /// If it is not TOML, has an unknown key or a value of another type. Whether the values can be
    /// meant is checked by the launch.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.get(..start).unwrap_or_default();
            ManifestError::Malformed {
                line: before.matches('\n').count() + 1,
                reason: error.message().replace('\n', " "),
            }
        })
    }

    /// The manifest that says what these options say, with every key that has a value.
    ///
    /// # Errors
    /// If a number is too large for TOML, which has 63 bits for it.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// The manifest beside a component: for `kernels/echo.wasm` it is `kernels/echo.toml`. `None`
    /// if there is none.
    ///
    /// # Errors
    /// If there is one that cannot be read or used.
    pub async fn beside(component: &Path) -> Result<Option<Self>, ManifestError> {
        let path = component.with_extension("toml");
        let read = {
            let path = path.clone();
            tokio::task::spawn_blocking(move || read(&path)).await
        };
        let unreadable = |reason| ManifestError::Unreadable {
            path: path.clone(),
            reason,
        };
        match read.map_err(|error| unreadable(error.to_string()))? {
            Ok(Some(text)) => Self::from_toml(&text).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(unreadable(error.to_string())),
        }
    }
}

fn read(path: &Path) -> std::io::Result<Option<String>> {
    let kind = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        kind => kind?,
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if !kind.is_file() || kind.len() > MAX_BYTES {
        return Err(std::io::Error::other(
            "it is no regular file of at most 64 KiB",
        ));
    }
    std::fs::read_to_string(path).map(Some)
}
