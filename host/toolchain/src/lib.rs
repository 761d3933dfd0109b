//! What builds need and a machine may lack: found, or fetched once from the package registries
//! (PyPI, npm) into the cache folder, at pinned versions. Nothing is installed.

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod missing;

pub use missing::Missing;

pub mod cache;
pub mod npm;
pub mod process;
pub mod pypi;
