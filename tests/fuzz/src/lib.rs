//! What no input may do to the host: each target takes any bytes, does what they say to a runtime, or
//! to what translates for a GPU, and panics if that broke a promise.
//!
//! `cargo xtask fuzz` looks for such inputs; `cargo xtask test` runs those that were kept.

#![deny(missing_docs)]

mod calls;
mod compute;
mod drive;
mod host;
mod launch_bytes;
mod manifest;
mod oracle;
mod smith;

pub use calls::calls;
pub use compute::compute;
pub use launch_bytes::launch_bytes;
pub use manifest::manifest;
pub use smith::smith;

/// Does what an input says, and panics if a promise was broken.
pub type Target = fn(&[u8]);

/// Every target with its name.
pub const TARGETS: [(&str, Target); 5] = [
    ("launch_bytes", launch_bytes),
    ("smith", smith),
    ("calls", calls),
    ("manifest", manifest),
    ("compute", compute),
];
