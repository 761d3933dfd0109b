//! Why a grant cannot be kept.

use crate::error::InvalidOptionError;
use std::path::PathBuf;

/// Why what is granted cannot be opened for a kernel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// A grant has a value that cannot be meant.
    #[error(transparent)]
    Invalid(#[from] InvalidOptionError),
    /// The folder cannot be opened.
    #[error(
        "the granted folder {} cannot be opened: {reason}; grants.folders names folders that exist", host.display()
    )]
    Folder {
        /// Its path on the host.
        host: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The name of a host could not be looked up.
    #[error(
        "the granted host {name:?} was not found: {reason}; grants.network can name addresses, too"
    )]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The tokio runtime that kernels run in cannot connect to anything.
    #[error(
        "grants.network needs a tokio runtime with its I/O enabled (enable_all of its builder) to run kernels in"
    )]
    NoNetwork,
    /// A fault in ringhost.
    #[error("the host failed to open what is granted: {reason}")]
    HostFault {
        /// What happened.
        reason: String,
    },
}
