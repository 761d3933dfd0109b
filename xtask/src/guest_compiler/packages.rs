//! Which of Debian's packages a compiler for kernels is made of.

use anyhow::Result;

use crate::debian::{self, Packages};

/// The compiler that Debian keeps recent for its web browsers, and the source of its library.
const ROOTS: [&str; 2] = ["rustc-web", "rust-web-src"];

/// What the packages that must be unpacked begin with, installed or not: a compiler looks for its
/// libraries beside itself.
const COMPILER_PREFIXES: [&str; 4] = ["rustc-", "rust-", "libstd-rust-", "libllvm"];

/// The compiler's packages and those of its dependencies that the system lacks.
///
/// # Errors
/// Where apt knows no such packages.
pub fn list() -> Result<Packages> {
    let compiler = debian::all(&ROOTS)?.into_iter().filter(|(name, _)| {
        COMPILER_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
    });
    Ok(debian::missing(&ROOTS)?
        .into_iter()
        .chain(compiler)
        .collect())
}
