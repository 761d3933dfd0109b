//! Declared message types: what a kernel says its messages are, and JSON by that declaration.
//!
//! A kernel's component carries a declaration of the types that it receives and sends
//! ([`Messages`]). With it the host can show what a kernel talks, check that one kernel's output
//! fits the next one's input ([`Type::agrees`]), and turn JSON into a payload and back
//! ([`Type::encode`], [`Type::decode`]) without knowing any of the Rust types.
//!
//! The JSON of a value is what serde makes of it, with these choices where JSON has no answer:
//!
//! | type | JSON |
//! |---|---|
//! | record | object; a field that is an option may be left out |
//! | variant | `"Case"` where the case holds nothing, else `{"Case": value}` |
//! | tuple, list, bytes | array; bytes are numbers from 0 to 255 |
//! | map | object; keys that are numbers or bools are written as strings |
//! | option | null or the value, so an option whose value is itself null cannot be told from none |
//! | `u128`, `i128` | number, beyond 64 bits a string of decimal digits |
//! | `f32`, `f64` | number; `"NaN"`, `"inf"` and `"-inf"` for what JSON has no number for |

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

mod agree;
mod declaration;
mod decode;
mod encode;
mod path;
mod show;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use agree::Difference;
pub use declaration::{Messages, SchemaError};
pub use decode::{DecodeError, DecodeProblem};
pub use encode::{EncodeError, EncodeProblem};
pub use path::{Path, Step};

/// The type of a message or of a part of one, with the alphabet of serde's data model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// True or false.
    Bool,
    /// An integer from 0, of 8 bits.
    U8,
    /// An integer from 0, of 16 bits.
    U16,
    /// An integer from 0, of 32 bits.
    U32,
    /// An integer from 0, of 64 bits.
    U64,
    /// An integer from 0, of 128 bits.
    U128,
    /// An integer with a sign, of 8 bits.
    I8,
    /// An integer with a sign, of 16 bits.
    I16,
    /// An integer with a sign, of 32 bits.
    I32,
    /// An integer with a sign, of 64 bits.
    I64,
    /// An integer with a sign, of 128 bits.
    I128,
    /// A floating-point number of single precision.
    F32,
    /// A floating-point number of double precision.
    F64,
    /// One Unicode scalar value.
    Char,
    /// Text.
    String,
    /// Bytes of any meaning.
    Bytes,
    /// Nothing; takes no bytes.
    Unit,
    /// A value or none.
    Option(Box<Type>),
    /// Any number of values of one type.
    List(Box<Type>),
    /// A fixed number of values of these types.
    Tuple(Vec<Type>),
    /// Any number of keys, each with a value.
    Map {
        /// The type of all keys.
        key: Box<Type>,
        /// The type of all values.
        value: Box<Type>,
    },
    /// A value for each field: a struct.
    Record {
        /// What its author calls it.
        name: String,
        /// In the order in which they are sent.
        fields: Vec<Member>,
    },
    /// One of several cases: an enum.
    Variant {
        /// What its author calls it.
        name: String,
        /// In the order in which they are numbered, from 0.
        cases: Vec<Member>,
    },
}

/// A record's field or a variant's case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What its author calls it.
    pub name: String,
    /// What it holds; [`Type::Unit`] for a case that holds nothing.
    #[serde(rename = "type")]
    pub shape: Type,
}

impl Type {
    /// Whether this is an integer, and of which bits and sign.
    fn integer(&self) -> Option<Integer> {
        let (signed, bits) = match self {
            Self::U8 => (false, 8),
            Self::U16 => (false, 16),
            Self::U32 => (false, 32),
            Self::U64 => (false, 64),
            Self::U128 => (false, 128),
            Self::I8 => (true, 8),
            Self::I16 => (true, 16),
            Self::I32 => (true, 32),
            Self::I64 => (true, 64),
            Self::I128 => (true, 128),
            _ => return None,
        };
        Some(Integer { signed, bits })
    }
}

/// What tells the integer types apart.
#[derive(Debug, Clone, Copy)]
struct Integer {
    signed: bool,
    /// 8, 16, 32, 64 or 128.
    bits: u32,
}
