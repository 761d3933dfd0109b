//! A manifest: launch options in TOML, beside the component.

use super::LaunchOptions;
use crate::imports::tidy;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// The longest manifest that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// How much is told of what is wrong, in bytes: a manifest may have names of any length.
const REASON_BYTES: usize = 1024;

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
    /// The same of a file, or a value in it that cannot be meant.
    #[error("{}the manifest {}: {reason}", of_line(*.line), path.display())]
    MalformedFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where there is one to look at.
        line: Option<usize>,
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

fn of_line(line: Option<usize>) -> String {
    line.map(|line| format!("line {line} of "))
        .unwrap_or_default()
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
            ManifestError::Malformed {
                line: line_at(text, start),
                reason: tidy(&error.message().replace('\n', " "), REASON_BYTES),
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

    /// Reads a manifest's file. Relative paths of granted folders begin where it lies. It waits for
    /// the disk: not for asynchronous code.
    ///
    /// # Errors
    /// If it cannot be read or used, also where a value cannot be meant.
    pub fn from_file(path: &Path) -> Result<Self, ManifestError> {
        let bytes = read(path).map_err(|error| ManifestError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let malformed = |line, reason| ManifestError::MalformedFile {
            path: path.to_owned(),
            line,
            reason,
        };
        let text = str::from_utf8(&bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line_ends = before.iter().filter(|&&byte| byte == b'\n').count();
            malformed(Some(line_ends + 1), "it is not text in UTF-8".to_owned())
        })?;
        let mut options = Self::from_toml(text).map_err(|error| match error {
            ManifestError::Malformed { line, reason } => malformed(Some(line), reason),
            error => error,
        })?;
        match options.check() {
            Ok(()) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                options.grants.relative_to(folder);
                Ok(options)
            }
            Err(error) => {
                let reason = tidy(&error.to_string(), REASON_BYTES);
                Err(malformed(line_of(text, error.option), reason))
            }
        }
    }

    /// The file of the manifest beside a component: for `kernels/echo.wasm` it is
    /// `kernels/echo.toml`. `None` if there is none. It waits for the disk, as
    /// [`from_file`](Self::from_file) does.
    pub fn file_beside(component: &Path) -> Option<PathBuf> {
        let path = component.with_extension("toml");
        // A link to nothing is there: what it is to say is missed when it is read.
        let there = match path.symlink_metadata() {
            Ok(_) => true,
            Err(error) => !matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
            ),
        };
        (there && path != component).then_some(path)
    }

    /// The [manifest beside a component](Self::file_beside). `None` if there is none. What it grants
    /// is a wish of whoever wrote it, until somebody has read it.
    ///
    /// # Errors
    /// As those of [`from_file`](Self::from_file).
    pub async fn beside(component: &Path) -> Result<Option<Self>, ManifestError> {
        let path = component.to_owned();
        let read = tokio::task::spawn_blocking(move || {
            Self::file_beside(&path)
                .map(|path| Self::from_file(&path))
                .transpose()
        });
        read.await.unwrap_or_else(|error| {
            Err(ManifestError::Unreadable {
                path: component.with_extension("toml"),
                reason: error.to_string(),
            })
        })
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// The line of an option: of its key in the table that it names, as in `code_bytes of the compiler`
/// or `grants.network`, else wherever it is.
fn line_of(text: &str, option: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?.into_inner();
    let (key, table) = option
        .split_once(" of the ")
        .or_else(|| option.split_once('.').map(|(table, key)| (key, table)))
        .unwrap_or((option, "limits"));
    let place = |table: &DeTable<'_>| table.get_key_value(key).map(|(name, _)| name.span().start);
    let named = root.get(table).and_then(|value| value.get_ref().as_table());
    let start = named.and_then(place).or_else(|| place(&root)).or_else(|| {
        let mut tables = root.values().filter_map(|value| value.get_ref().as_table());
        tables.find_map(place)
    })?;
    Some(line_at(text, start))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !kind.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(
            "it is too long for a manifest, which has at most 64 KiB",
        ));
    }
    Ok(bytes)
}
