//! What a place on the operand stack, or a local, holds: a value, or the lanes of a vector.

use wasmparser::ValType;

use crate::ir::{Type, Value};

/// A vector, in the lanes of whichever operator made it. Narrower lanes lie in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vector {
    /// Four words.
    I32([Value; 4]),
    /// Two double words.
    I64([Value; 2]),
    /// Four floats.
    F32([Value; 4]),
    /// Two floats of 64 bits.
    F64([Value; 2]),
}

/// What a place holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// One value.
    Scalar(Value),
    /// A `v128`.
    Vector(Vector),
}

/// The types of the values that carry a WebAssembly value from block to block; none where it has no
/// place in the subset.
pub fn carried(ty: ValType) -> Option<&'static [Type]> {
    Some(match ty {
        ValType::I32 => &[Type::I32],
        ValType::I64 => &[Type::I64],
        ValType::F32 => &[Type::F32],
        ValType::F64 => &[Type::F64],
        ValType::V128 => &[Type::I32; 4],
        ValType::Ref(_) => return None,
    })
}

/// Takes the slot of a WebAssembly value from the values that carried it.
pub fn gather(ty: ValType, values: &mut impl Iterator<Item = Value>) -> Option<Slot> {
    Some(match ty {
        ValType::V128 => {
            let mut next = || values.next();
            Slot::Vector(Vector::I32([next()?, next()?, next()?, next()?]))
        }
        _ => Slot::Scalar(values.next()?),
    })
}
