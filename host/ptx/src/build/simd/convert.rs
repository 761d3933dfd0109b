//! Lanes that become longer, shorter, or of another type.

use wasmparser::Operator;

use super::{Shape, Sign};
use crate::build::Builder;
use crate::build::slot::Vector;
use crate::error::Result;
use crate::ir::{Opcode, Value};

/// From lanes of one shape to those of another. Where there are fewer, the rest is zero; where there
/// are more, the last are left out.
fn conversion(operator: &Operator<'_>) -> Option<(Shape, Opcode, Shape)> {
    use Opcode as C;
    use Operator as O;
    use Shape::{F32, F64, I32};
    Some(match operator {
        O::I32x4TruncSatF32x4S => (F32, C::S32FromF32, I32),
        O::I32x4TruncSatF32x4U => (F32, C::U32FromF32, I32),
        O::F32x4ConvertI32x4S => (I32, C::F32FromS32, F32),
        O::F32x4ConvertI32x4U => (I32, C::F32FromU32, F32),
        O::I32x4TruncSatF64x2SZero => (F64, C::S32FromF64, I32),
        O::I32x4TruncSatF64x2UZero => (F64, C::U32FromF64, I32),
        O::F64x2ConvertLowI32x4S => (I32, C::F64FromS32, F64),
        O::F64x2ConvertLowI32x4U => (I32, C::F64FromU32, F64),
        O::F32x4DemoteF64x2Zero => (F64, C::Demote, F32),
        O::F64x2PromoteLowF32x4 => (F32, C::Promote, F64),
        _ => return None,
    })
}

/// What half of a vector has its lanes made twice as long.
pub fn extension(operator: &Operator<'_>) -> Option<(Shape, Sign, bool)> {
    use Operator as O;
    use Shape::{I8, I16, I32};
    use Sign::{Signed, Unsigned};
    Some(match operator {
        O::I16x8ExtendLowI8x16S => (I8, Signed, false),
        O::I16x8ExtendHighI8x16S => (I8, Signed, true),
        O::I16x8ExtendLowI8x16U => (I8, Unsigned, false),
        O::I16x8ExtendHighI8x16U => (I8, Unsigned, true),
        O::I32x4ExtendLowI16x8S => (I16, Signed, false),
        O::I32x4ExtendHighI16x8S => (I16, Signed, true),
        O::I32x4ExtendLowI16x8U => (I16, Unsigned, false),
        O::I32x4ExtendHighI16x8U => (I16, Unsigned, true),
        O::I64x2ExtendLowI32x4S => (I32, Signed, false),
        O::I64x2ExtendHighI32x4S => (I32, Signed, true),
        O::I64x2ExtendLowI32x4U => (I32, Unsigned, false),
        O::I64x2ExtendHighI32x4U => (I32, Unsigned, true),
        _ => return None,
    })
}

/// The shape whose lanes are twice as long.
pub fn wider(shape: Shape) -> Shape {
    match shape {
        Shape::I8 => Shape::I16,
        Shape::I16 => Shape::I32,
        _ => Shape::I64,
    }
}

impl Builder<'_> {
    pub(super) fn vector_convert_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        if let Some((shape, sign, high)) = extension(operator) {
            let vector = self.pop_vector()?;
            self.extend_half(vector, shape, sign, high)?;
            return Ok(true);
        }
        if let Some((from, opcode, to)) = conversion(operator) {
            self.convert_lanes(from, opcode, to)?;
            return Ok(true);
        }
        match operator {
            O::I8x16NarrowI16x8S => self.narrow(Shape::I16, Shape::I8, (-128, 127))?,
            O::I8x16NarrowI16x8U => self.narrow(Shape::I16, Shape::I8, (0, 255))?,
            O::I16x8NarrowI32x4S => self.narrow(Shape::I32, Shape::I16, (-32768, 32767))?,
            O::I16x8NarrowI32x4U => self.narrow(Shape::I32, Shape::I16, (0, 65535))?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The lanes of half a vector, twice as long.
    pub(super) fn half(
        &mut self,
        vector: Vector,
        shape: Shape,
        sign: Sign,
        high: bool,
    ) -> Result<Vec<Value>> {
        let lanes = self.lanes(vector, shape, sign)?;
        let half = lanes.len() / 2;
        let mut lanes: Vec<Value> = lanes
            .into_iter()
            .skip(if high { half } else { 0 })
            .take(half)
            .collect();
        if shape == Shape::I32 {
            let opcode = match sign {
                Sign::Signed => Opcode::ExtendS64,
                Sign::Unsigned => Opcode::ExtendU64,
            };
            for lane in &mut lanes {
                *lane = self.pure(opcode, &[*lane])?;
            }
        }
        Ok(lanes)
    }

    pub(super) fn extend_half(
        &mut self,
        vector: Vector,
        shape: Shape,
        sign: Sign,
        high: bool,
    ) -> Result<()> {
        let lanes = self.half(vector, shape, sign, high)?;
        self.push_lanes(wider(shape), &lanes)
    }

    fn convert_lanes(&mut self, from: Shape, opcode: Opcode, to: Shape) -> Result<()> {
        let count = 128 / to.bits() as usize;
        let mut lanes = self.pop_lanes(from, Sign::Unsigned)?;
        lanes.truncate(count);
        let truncates = to == Shape::I32;
        for lane in &mut lanes {
            *lane = if truncates {
                self.truncate(*lane, opcode)?
            } else {
                self.pure(opcode, &[*lane])?
            };
        }
        let zero = self.constant(opcode.result(), 0)?;
        lanes.resize(count, zero);
        self.push_lanes(to, &lanes)
    }

    /// The lanes of two vectors, each clamped to the range.
    fn narrow(&mut self, from: Shape, to: Shape, range: (i32, i32)) -> Result<()> {
        let second = self.pop_lanes(from, Sign::Signed)?;
        let mut lanes = self.pop_lanes(from, Sign::Signed)?;
        lanes.extend(second);
        for lane in &mut lanes {
            *lane = self.clamp(*lane, range)?;
        }
        self.push_lanes(to, &lanes)
    }

    pub(super) fn clamp(&mut self, value: Value, (least, most): (i32, i32)) -> Result<Value> {
        let (least, most) = (self.i32(least)?, self.i32(most)?);
        let value = self.pure(Opcode::MaxS32, &[value, least])?;
        self.pure(Opcode::MinS32, &[value, most])
    }
}
