//! What each numeric operator is for one item, and for several side by side.

use super::graph::Kind::{self, F32, F64, I32, I64};
use Lanes::{Compare, Plain, Shift};
use wasm_encoder::Instruction::{self as I};
use wasmparser::Operator as O;

/// A numeric operator that does not trap.
pub(super) struct Numeric {
    pub(super) one: I<'static>,
    pub(super) operands: usize,
    /// Of the operands. A shift's second one is a number of 32 bits where lanes are shifted.
    pub(super) from: Kind,
    pub(super) to: Kind,
    pub(super) lanes: Option<Lanes>,
}

/// The same for a vector.
pub(super) enum Lanes {
    /// Lane by lane.
    Plain(I<'static>),
    /// Leaves all bits of a lane set where it holds, and none where it does not.
    Compare(I<'static>),
    /// All lanes by the same number.
    Shift(I<'static>),
    /// Nothing is done: the bits are those that were there.
    Bits,
}

/// The operator, if it is one of those.
pub(super) fn numeric(operator: &O<'_>) -> Option<Numeric> {
    let of = |one, operands, from, to, lanes| {
        Some(Numeric {
            one,
            operands,
            from,
            to,
            lanes,
        })
    };
    macro_rules! table {
        ($($kind:ident { $($name:ident $operands:literal $to:ident $lanes:expr,)* })*) => {
            match operator {
                $($(O::$name => of(I::$name, $operands, $kind, $to, $lanes),)*)*
                _ => None,
            }
        };
    }
    table! {
        I32 {
            I32Eqz 1 I32 None,
            I32Eq 2 I32 Some(Compare(I::I32x4Eq)),
            I32Ne 2 I32 Some(Compare(I::I32x4Ne)),
            I32LtS 2 I32 Some(Compare(I::I32x4LtS)),
            I32LtU 2 I32 Some(Compare(I::I32x4LtU)),
            I32GtS 2 I32 Some(Compare(I::I32x4GtS)),
            I32GtU 2 I32 Some(Compare(I::I32x4GtU)),
            I32LeS 2 I32 Some(Compare(I::I32x4LeS)),
            I32LeU 2 I32 Some(Compare(I::I32x4LeU)),
            I32GeS 2 I32 Some(Compare(I::I32x4GeS)),
            I32GeU 2 I32 Some(Compare(I::I32x4GeU)),
            I32Add 2 I32 Some(Plain(I::I32x4Add)),
            I32Sub 2 I32 Some(Plain(I::I32x4Sub)),
            I32Mul 2 I32 Some(Plain(I::I32x4Mul)),
            I32And 2 I32 Some(Plain(I::V128And)),
            I32Or 2 I32 Some(Plain(I::V128Or)),
            I32Xor 2 I32 Some(Plain(I::V128Xor)),
            I32Shl 2 I32 Some(Shift(I::I32x4Shl)),
            I32ShrS 2 I32 Some(Shift(I::I32x4ShrS)),
            I32ShrU 2 I32 Some(Shift(I::I32x4ShrU)),
            I32Rotl 2 I32 None,
            I32Rotr 2 I32 None,
            I32Clz 1 I32 None,
            I32Ctz 1 I32 None,
            I32Popcnt 1 I32 None,
            I32Extend8S 1 I32 None,
            I32Extend16S 1 I32 None,
            I64ExtendI32S 1 I64 None,
            I64ExtendI32U 1 I64 None,
            F32ConvertI32S 1 F32 Some(Plain(I::F32x4ConvertI32x4S)),
            F32ConvertI32U 1 F32 Some(Plain(I::F32x4ConvertI32x4U)),
            F64ConvertI32S 1 F64 None,
            F64ConvertI32U 1 F64 None,
            F32ReinterpretI32 1 F32 Some(Lanes::Bits),
        }
        I64 {
            I64Eqz 1 I32 None,
            I64Eq 2 I32 Some(Compare(I::I64x2Eq)),
            I64Ne 2 I32 Some(Compare(I::I64x2Ne)),
            I64LtS 2 I32 Some(Compare(I::I64x2LtS)),
            I64GtS 2 I32 Some(Compare(I::I64x2GtS)),
            I64LeS 2 I32 Some(Compare(I::I64x2LeS)),
            I64GeS 2 I32 Some(Compare(I::I64x2GeS)),
            I64LtU 2 I32 None,
            I64GtU 2 I32 None,
            I64LeU 2 I32 None,
            I64GeU 2 I32 None,
            I64Add 2 I64 Some(Plain(I::I64x2Add)),
            I64Sub 2 I64 Some(Plain(I::I64x2Sub)),
            I64Mul 2 I64 Some(Plain(I::I64x2Mul)),
            I64And 2 I64 Some(Plain(I::V128And)),
            I64Or 2 I64 Some(Plain(I::V128Or)),
            I64Xor 2 I64 Some(Plain(I::V128Xor)),
            I64Shl 2 I64 Some(Shift(I::I64x2Shl)),
            I64ShrS 2 I64 Some(Shift(I::I64x2ShrS)),
            I64ShrU 2 I64 Some(Shift(I::I64x2ShrU)),
            I64Rotl 2 I64 None,
            I64Rotr 2 I64 None,
            I32WrapI64 1 I32 None,
            F32ConvertI64S 1 F32 None,
            F32ConvertI64U 1 F32 None,
            F64ConvertI64S 1 F64 None,
            F64ConvertI64U 1 F64 None,
            F64ReinterpretI64 1 F64 Some(Lanes::Bits),
        }
        F32 {
            F32Eq 2 I32 Some(Compare(I::F32x4Eq)),
            F32Ne 2 I32 Some(Compare(I::F32x4Ne)),
            F32Lt 2 I32 Some(Compare(I::F32x4Lt)),
            F32Gt 2 I32 Some(Compare(I::F32x4Gt)),
            F32Le 2 I32 Some(Compare(I::F32x4Le)),
            F32Ge 2 I32 Some(Compare(I::F32x4Ge)),
            F32Abs 1 F32 Some(Plain(I::F32x4Abs)),
            F32Neg 1 F32 Some(Plain(I::F32x4Neg)),
            F32Ceil 1 F32 Some(Plain(I::F32x4Ceil)),
            F32Floor 1 F32 Some(Plain(I::F32x4Floor)),
            F32Trunc 1 F32 Some(Plain(I::F32x4Trunc)),
            F32Nearest 1 F32 Some(Plain(I::F32x4Nearest)),
            F32Sqrt 1 F32 Some(Plain(I::F32x4Sqrt)),
            F32Add 2 F32 Some(Plain(I::F32x4Add)),
            F32Sub 2 F32 Some(Plain(I::F32x4Sub)),
            F32Mul 2 F32 Some(Plain(I::F32x4Mul)),
            F32Div 2 F32 Some(Plain(I::F32x4Div)),
            F32Min 2 F32 Some(Plain(I::F32x4Min)),
            F32Max 2 F32 Some(Plain(I::F32x4Max)),
            F32Copysign 2 F32 None,
            I32TruncSatF32S 1 I32 Some(Plain(I::I32x4TruncSatF32x4S)),
            I32TruncSatF32U 1 I32 Some(Plain(I::I32x4TruncSatF32x4U)),
            I32ReinterpretF32 1 I32 Some(Lanes::Bits),
            F64PromoteF32 1 F64 None,
        }
        F64 {
            F64Eq 2 I32 Some(Compare(I::F64x2Eq)),
            F64Ne 2 I32 Some(Compare(I::F64x2Ne)),
            F64Lt 2 I32 Some(Compare(I::F64x2Lt)),
            F64Gt 2 I32 Some(Compare(I::F64x2Gt)),
            F64Le 2 I32 Some(Compare(I::F64x2Le)),
            F64Ge 2 I32 Some(Compare(I::F64x2Ge)),
            F64Abs 1 F64 Some(Plain(I::F64x2Abs)),
            F64Neg 1 F64 Some(Plain(I::F64x2Neg)),
            F64Ceil 1 F64 Some(Plain(I::F64x2Ceil)),
            F64Floor 1 F64 Some(Plain(I::F64x2Floor)),
            F64Trunc 1 F64 Some(Plain(I::F64x2Trunc)),
            F64Nearest 1 F64 Some(Plain(I::F64x2Nearest)),
            F64Sqrt 1 F64 Some(Plain(I::F64x2Sqrt)),
            F64Add 2 F64 Some(Plain(I::F64x2Add)),
            F64Sub 2 F64 Some(Plain(I::F64x2Sub)),
            F64Mul 2 F64 Some(Plain(I::F64x2Mul)),
            F64Div 2 F64 Some(Plain(I::F64x2Div)),
            F64Min 2 F64 Some(Plain(I::F64x2Min)),
            F64Max 2 F64 Some(Plain(I::F64x2Max)),
            F64Copysign 2 F64 None,
            I64ReinterpretF64 1 I64 Some(Lanes::Bits),
            F32DemoteF64 1 F32 None,
        }
    }
}
