//! The broker of the GPUs, which keeps what it compiles where the host keeps it.

use super::cache::DiskCache;
use ringhost_compute::{BrokerProcess, CodeStore};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Set in a broker's environment to the folder of the code cache.
const CACHE: &str = "RINGHOST_BROKER_CACHE";

/// The same broker, with this folder as its cache.
pub(crate) fn with_cache(mut process: BrokerProcess, folder: Option<&Path>) -> BrokerProcess {
    if let Some(folder) = folder {
        process.environment.push((CACHE.into(), folder.into()));
    }
    process
}

/// Does a broker's work until the host is gone. Nothing else may use standard input and output.
///
/// ```no_run
/// # use std::process::ExitCode;
/// fn main() -> ExitCode {
///     // Before anything else: this is the same program in another role.
///     if ringhost::is_broker() {
///         return ringhost::broker();
///     }
///     // ...
/// #   ExitCode::SUCCESS
/// }
/// ```
pub fn broker() -> ExitCode {
    let folder = std::env::var_os(CACHE).map(PathBuf::from);
    ringhost_compute::broker(folder.map(|folder| {
        let store: Arc<dyn CodeStore> = Arc::new(DiskCache::new(folder));
        store
    }))
}
