//! From a kernel's source, in any language, to its component.
//!
//! A kernel is a folder that holds its source under the name `kernel` with the ending of its
//! language, and, where its messages are typed, their declaration in `messages.json`. [`build`]
//! finds the language's compiler, or fetches it once from a package registry at a pinned version,
//! and puts what it makes into the contract's form. A project of cargo is built by cargo.

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

mod bindings;
mod component;
mod contract;
mod fit;
mod languages;
mod messages;
mod prebuilt;
mod project;

/// The languages' compilers, at the versions with which [`build`] builds.
pub mod compilers {
    pub use crate::languages::{ASSEMBLYSCRIPT, GO, JAVASCRIPT, PYTHON, ZIG};
}

pub use languages::build;
pub use project::{Language, Project};
