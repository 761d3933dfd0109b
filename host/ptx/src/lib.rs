//! From a core WebAssembly function to PTX that cannot leave its arena.
//!
//! [`translate`] takes a module and the name of an exported function, the *compute function*. The
//! function's first parameter is the index of an item (`i32` or `i64`), the others are the same for
//! every item, and it returns nothing. The PTX that comes out runs it once for each item of a
//! launch, in a grid-stride loop.
//!
//! [`translate_resident`] makes a kernel of it that stays on the device and runs it for each message that
//! comes through a [`Ring`].
//!
//! What holds for the PTX, whatever the module says:
//!
//! - it reads and writes the arena that the launch names and the record of its batch, and no other
//!   memory, but for the ring of a resident kernel, which the function's own code does not reach ([`Policy`] says what becomes of an address outside of the arena);
//! - no access is misaligned, which a GPU does not survive;
//! - every turn of a loop takes a unit of the item's fuel and so does every call, so every thread
//!   ends, and each that runs long looks at the record now and then;
//! - a trap goes to the [`Record`] of the batch, which keeps the first.
//!
//! What is outside the subset is refused with the operator and its place in the module
//! ([`Error::Unsupported`]), and so is what would make the PTX too large ([`Error::TooLarge`]).
//!
//! This crate reads bytes and returns text: no files, no CUDA, no WebAssembly runtime.

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

mod build;
mod emit;
mod error;
mod ir;
mod module;
mod options;
mod passes;
mod record;
mod ring;
mod translation;

pub use error::{Error, Limit};
pub use options::{Limits, Options, Policy, Target};
pub use record::{Ending, Record, TrapKind, TrapSite, Trapped};
pub use ring::Ring;
pub use translation::{
    DataSegment, ItemType, ParameterType, StackWindow, Translation, translate, translate_resident,
};
