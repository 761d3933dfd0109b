//! What the elements of an operation are.

use crate::{ComputeError, Element};
use serde::{Deserialize, Serialize};

/// What the elements of an operation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Kind {
    /// # Errors
    /// If no operation takes such elements.
    pub(super) fn of(element: Element) -> Result<Self, ComputeError> {
        Ok(match element {
            Element::I32 => Self::I32,
            Element::U32 => Self::U32,
            Element::I64 => Self::I64,
            Element::U64 => Self::U64,
            Element::F32 => Self::F32,
            Element::F64 => Self::F64,
            short => {
                let reason =
                    format!("an operation takes elements of 32 or 64 bits, which {short:?} is not");
                return Err(ComputeError::InvalidArgument(reason));
            }
        })
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    pub(super) fn is_unsigned(self) -> bool {
        matches!(self, Self::U32 | Self::U64)
    }

    /// By how many bits an index is shifted to be an offset in bytes.
    pub(super) fn shift(self) -> u32 {
        match self {
            Self::I32 | Self::U32 | Self::F32 => 2,
            Self::I64 | Self::U64 | Self::F64 => 3,
        }
    }

    /// Bytes of an element.
    pub(crate) fn bytes(self) -> u32 {
        1 << self.shift()
    }

    /// Its type in WebAssembly.
    pub(super) fn wasm(self) -> &'static str {
        match self {
            Self::I32 | Self::U32 => "i32",
            Self::I64 | Self::U64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}
