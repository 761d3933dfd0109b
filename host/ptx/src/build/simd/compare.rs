//! Comparisons: a lane is all ones where it holds, else all zeros.

use wasmparser::Operator;

use super::{Shape, Sign};
use crate::build::Builder;
use crate::error::Result;
use crate::ir::Opcode;

fn comparison(operator: &Operator<'_>) -> Option<(Shape, Sign, Opcode)> {
    use Opcode as C;
    use Operator as O;
    use Shape::{F32, F64, I8, I16, I32, I64};
    use Sign::{Signed, Unsigned};
    Some(match operator {
        O::I8x16Eq => (I8, Unsigned, C::Eq32),
        O::I8x16Ne => (I8, Unsigned, C::Ne32),
        O::I8x16LtS => (I8, Signed, C::LtS32),
        O::I8x16LtU => (I8, Unsigned, C::LtU32),
        O::I8x16GtS => (I8, Signed, C::GtS32),
        O::I8x16GtU => (I8, Unsigned, C::GtU32),
        O::I8x16LeS => (I8, Signed, C::LeS32),
        O::I8x16LeU => (I8, Unsigned, C::LeU32),
        O::I8x16GeS => (I8, Signed, C::GeS32),
        O::I8x16GeU => (I8, Unsigned, C::GeU32),
        O::I16x8Eq => (I16, Unsigned, C::Eq32),
        O::I16x8Ne => (I16, Unsigned, C::Ne32),
        O::I16x8LtS => (I16, Signed, C::LtS32),
        O::I16x8LtU => (I16, Unsigned, C::LtU32),
        O::I16x8GtS => (I16, Signed, C::GtS32),
        O::I16x8GtU => (I16, Unsigned, C::GtU32),
        O::I16x8LeS => (I16, Signed, C::LeS32),
        O::I16x8LeU => (I16, Unsigned, C::LeU32),
        O::I16x8GeS => (I16, Signed, C::GeS32),
        O::I16x8GeU => (I16, Unsigned, C::GeU32),
        O::I32x4Eq => (I32, Unsigned, C::Eq32),
        O::I32x4Ne => (I32, Unsigned, C::Ne32),
        O::I32x4LtS => (I32, Signed, C::LtS32),
        O::I32x4LtU => (I32, Unsigned, C::LtU32),
        O::I32x4GtS => (I32, Signed, C::GtS32),
        O::I32x4GtU => (I32, Unsigned, C::GtU32),
        O::I32x4LeS => (I32, Signed, C::LeS32),
        O::I32x4LeU => (I32, Unsigned, C::LeU32),
        O::I32x4GeS => (I32, Signed, C::GeS32),
        O::I32x4GeU => (I32, Unsigned, C::GeU32),
        O::I64x2Eq => (I64, Unsigned, C::Eq64),
        O::I64x2Ne => (I64, Unsigned, C::Ne64),
        O::I64x2LtS => (I64, Signed, C::LtS64),
        O::I64x2GtS => (I64, Signed, C::GtS64),
        O::I64x2LeS => (I64, Signed, C::LeS64),
        O::I64x2GeS => (I64, Signed, C::GeS64),
        O::F32x4Eq => (F32, Unsigned, C::EqF32),
        O::F32x4Ne => (F32, Unsigned, C::NeF32),
        O::F32x4Lt => (F32, Unsigned, C::LtF32),
        O::F32x4Gt => (F32, Unsigned, C::GtF32),
        O::F32x4Le => (F32, Unsigned, C::LeF32),
        O::F32x4Ge => (F32, Unsigned, C::GeF32),
        O::F64x2Eq => (F64, Unsigned, C::EqF64),
        O::F64x2Ne => (F64, Unsigned, C::NeF64),
        O::F64x2Lt => (F64, Unsigned, C::LtF64),
        O::F64x2Gt => (F64, Unsigned, C::GtF64),
        O::F64x2Le => (F64, Unsigned, C::LeF64),
        O::F64x2Ge => (F64, Unsigned, C::GeF64),
        _ => return None,
    })
}

impl Builder<'_> {
    pub(super) fn vector_compare_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        let Some((shape, sign, opcode)) = comparison(operator) else {
            return Ok(false);
        };
        let others = self.pop_lanes(shape, sign)?;
        let mut lanes = self.pop_lanes(shape, sign)?;
        let result = match shape {
            Shape::F32 => Shape::I32,
            Shape::F64 => Shape::I64,
            shape => shape,
        };
        let (ones, zeros) = match result {
            Shape::I64 => (self.i64(-1)?, self.i64(0)?),
            _ => (self.i32(-1)?, self.i32(0)?),
        };
        for (lane, other) in lanes.iter_mut().zip(others) {
            let holds = self.pure(opcode, &[*lane, other])?;
            *lane = self.choose(ones, zeros, holds)?;
        }
        self.push_lanes(result, &lanes)?;
        Ok(true)
    }
}
