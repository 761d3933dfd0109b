//! Arithmetic on lanes.

use wasmparser::Operator;

use super::convert::wider;
use super::{Shape, Sign};
use crate::build::Builder;
use crate::error::Result;
use crate::ir::{Opcode, Type, Value};

/// What is done with two lanes.
#[derive(Debug, Clone, Copy)]
enum Pair {
    /// One instruction.
    Plain(Opcode),
    /// One instruction, and what comes out is clamped to the lane.
    Clamped(Opcode),
    /// Half the sum, rounded up.
    Average,
    /// The product of two fractions of 15 bits, rounded and clamped.
    Fraction,
    /// The lesser or greater of two floats of 64 bits.
    Extreme(Opcode),
    /// The second where the comparison of the two, in this order, holds; else the first.
    Second(Opcode, bool),
}

fn pair(operator: &Operator<'_>) -> Option<(Shape, Sign, Pair)> {
    use Opcode as C;
    use Operator as O;
    use Pair::{Average, Clamped, Extreme, Fraction, Plain, Second};
    use Shape::{F32, F64, I8, I16, I32, I64};
    use Sign::{Signed, Unsigned};
    Some(match operator {
        O::I8x16Add => (I8, Unsigned, Plain(C::Add32)),
        O::I8x16Sub => (I8, Unsigned, Plain(C::Sub32)),
        O::I8x16AddSatS => (I8, Signed, Clamped(C::Add32)),
        O::I8x16AddSatU => (I8, Unsigned, Clamped(C::Add32)),
        O::I8x16SubSatS => (I8, Signed, Clamped(C::Sub32)),
        O::I8x16SubSatU => (I8, Unsigned, Clamped(C::Sub32)),
        O::I8x16MinS => (I8, Signed, Plain(C::MinS32)),
        O::I8x16MinU => (I8, Unsigned, Plain(C::MinU32)),
        O::I8x16MaxS => (I8, Signed, Plain(C::MaxS32)),
        O::I8x16MaxU => (I8, Unsigned, Plain(C::MaxU32)),
        O::I8x16AvgrU => (I8, Unsigned, Average),
        O::I16x8Add => (I16, Unsigned, Plain(C::Add32)),
        O::I16x8Sub => (I16, Unsigned, Plain(C::Sub32)),
        O::I16x8Mul => (I16, Unsigned, Plain(C::Mul32)),
        O::I16x8AddSatS => (I16, Signed, Clamped(C::Add32)),
        O::I16x8AddSatU => (I16, Unsigned, Clamped(C::Add32)),
        O::I16x8SubSatS => (I16, Signed, Clamped(C::Sub32)),
        O::I16x8SubSatU => (I16, Unsigned, Clamped(C::Sub32)),
        O::I16x8MinS => (I16, Signed, Plain(C::MinS32)),
        O::I16x8MinU => (I16, Unsigned, Plain(C::MinU32)),
        O::I16x8MaxS => (I16, Signed, Plain(C::MaxS32)),
        O::I16x8MaxU => (I16, Unsigned, Plain(C::MaxU32)),
        O::I16x8AvgrU => (I16, Unsigned, Average),
        O::I16x8Q15MulrSatS => (I16, Signed, Fraction),
        O::I32x4Add => (I32, Unsigned, Plain(C::Add32)),
        O::I32x4Sub => (I32, Unsigned, Plain(C::Sub32)),
        O::I32x4Mul => (I32, Unsigned, Plain(C::Mul32)),
        O::I32x4MinS => (I32, Signed, Plain(C::MinS32)),
        O::I32x4MinU => (I32, Unsigned, Plain(C::MinU32)),
        O::I32x4MaxS => (I32, Signed, Plain(C::MaxS32)),
        O::I32x4MaxU => (I32, Unsigned, Plain(C::MaxU32)),
        O::I64x2Add => (I64, Unsigned, Plain(C::Add64)),
        O::I64x2Sub => (I64, Unsigned, Plain(C::Sub64)),
        O::I64x2Mul => (I64, Unsigned, Plain(C::Mul64)),
        O::F32x4Add => (F32, Unsigned, Plain(C::AddF32)),
        O::F32x4Sub => (F32, Unsigned, Plain(C::SubF32)),
        O::F32x4Mul => (F32, Unsigned, Plain(C::MulF32)),
        O::F32x4Div => (F32, Unsigned, Plain(C::DivF32)),
        O::F32x4Min => (F32, Unsigned, Plain(C::MinF32)),
        O::F32x4Max => (F32, Unsigned, Plain(C::MaxF32)),
        O::F32x4PMin => (F32, Unsigned, Second(C::LtF32, true)),
        O::F32x4PMax => (F32, Unsigned, Second(C::LtF32, false)),
        O::F64x2Add => (F64, Unsigned, Plain(C::AddF64)),
        O::F64x2Sub => (F64, Unsigned, Plain(C::SubF64)),
        O::F64x2Mul => (F64, Unsigned, Plain(C::MulF64)),
        O::F64x2Div => (F64, Unsigned, Plain(C::DivF64)),
        O::F64x2Min => (F64, Unsigned, Extreme(C::MinNumberF64)),
        O::F64x2Max => (F64, Unsigned, Extreme(C::MaxNumberF64)),
        O::F64x2PMin => (F64, Unsigned, Second(C::LtF64, true)),
        O::F64x2PMax => (F64, Unsigned, Second(C::LtF64, false)),
        _ => return None,
    })
}

/// What is done with one lane.
#[derive(Debug, Clone, Copy)]
enum Single {
    Plain(Opcode),
    /// Without its sign.
    Absolute,
    /// Bits of a float: with the other sign, or without one.
    Sign(bool),
    /// Moved by so many bits, modulo the lane's length.
    Shift(Opcode),
}

fn single(operator: &Operator<'_>) -> Option<(Shape, Sign, Single)> {
    use Opcode as C;
    use Operator as O;
    use Shape::{F32, F64, I8, I16, I32, I64};
    use Sign::{Signed, Unsigned};
    use Single::{Absolute, Plain, Shift};
    Some(match operator {
        O::I8x16Abs => (I8, Signed, Absolute),
        O::I16x8Abs => (I16, Signed, Absolute),
        O::I32x4Abs => (I32, Signed, Absolute),
        O::I64x2Abs => (I64, Signed, Absolute),
        O::I8x16Neg => (I8, Unsigned, Plain(C::Neg32)),
        O::I16x8Neg => (I16, Unsigned, Plain(C::Neg32)),
        O::I32x4Neg => (I32, Unsigned, Plain(C::Neg32)),
        O::I64x2Neg => (I64, Unsigned, Plain(C::Neg64)),
        O::I8x16Popcnt => (I8, Unsigned, Plain(C::Popc32)),
        O::I8x16Shl => (I8, Unsigned, Shift(C::Shl32)),
        O::I8x16ShrS => (I8, Signed, Shift(C::ShrS32)),
        O::I8x16ShrU => (I8, Unsigned, Shift(C::ShrU32)),
        O::I16x8Shl => (I16, Unsigned, Shift(C::Shl32)),
        O::I16x8ShrS => (I16, Signed, Shift(C::ShrS32)),
        O::I16x8ShrU => (I16, Unsigned, Shift(C::ShrU32)),
        O::I32x4Shl => (I32, Unsigned, Shift(C::Shl32)),
        O::I32x4ShrS => (I32, Signed, Shift(C::ShrS32)),
        O::I32x4ShrU => (I32, Unsigned, Shift(C::ShrU32)),
        O::I64x2Shl => (I64, Unsigned, Shift(C::Shl64)),
        O::I64x2ShrS => (I64, Signed, Shift(C::ShrS64)),
        O::I64x2ShrU => (I64, Unsigned, Shift(C::ShrU64)),
        O::F32x4Abs => (F32, Unsigned, Single::Sign(false)),
        O::F32x4Neg => (F32, Unsigned, Single::Sign(true)),
        O::F64x2Abs => (F64, Unsigned, Single::Sign(false)),
        O::F64x2Neg => (F64, Unsigned, Single::Sign(true)),
        O::F32x4Sqrt => (F32, Unsigned, Plain(C::SqrtF32)),
        O::F32x4Ceil => (F32, Unsigned, Plain(C::CeilF32)),
        O::F32x4Floor => (F32, Unsigned, Plain(C::FloorF32)),
        O::F32x4Trunc => (F32, Unsigned, Plain(C::TruncF32)),
        O::F32x4Nearest => (F32, Unsigned, Plain(C::NearestF32)),
        O::F64x2Sqrt => (F64, Unsigned, Plain(C::SqrtF64)),
        O::F64x2Ceil => (F64, Unsigned, Plain(C::CeilF64)),
        O::F64x2Floor => (F64, Unsigned, Plain(C::FloorF64)),
        O::F64x2Trunc => (F64, Unsigned, Plain(C::TruncF64)),
        O::F64x2Nearest => (F64, Unsigned, Plain(C::NearestF64)),
        _ => return None,
    })
}

/// The products of the lanes of two halves, which are twice as long.
fn product(operator: &Operator<'_>) -> Option<(Shape, Sign, bool)> {
    use Operator as O;
    use Shape::{I8, I16, I32};
    use Sign::{Signed, Unsigned};
    Some(match operator {
        O::I16x8ExtMulLowI8x16S => (I8, Signed, false),
        O::I16x8ExtMulHighI8x16S => (I8, Signed, true),
        O::I16x8ExtMulLowI8x16U => (I8, Unsigned, false),
        O::I16x8ExtMulHighI8x16U => (I8, Unsigned, true),
        O::I32x4ExtMulLowI16x8S => (I16, Signed, false),
        O::I32x4ExtMulHighI16x8S => (I16, Signed, true),
        O::I32x4ExtMulLowI16x8U => (I16, Unsigned, false),
        O::I32x4ExtMulHighI16x8U => (I16, Unsigned, true),
        O::I64x2ExtMulLowI32x4S => (I32, Signed, false),
        O::I64x2ExtMulHighI32x4S => (I32, Signed, true),
        O::I64x2ExtMulLowI32x4U => (I32, Unsigned, false),
        O::I64x2ExtMulHighI32x4U => (I32, Unsigned, true),
        _ => return None,
    })
}

impl Builder<'_> {
    pub(super) fn vector_arithmetic_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        if let Some((shape, sign, pair)) = pair(operator) {
            let others = self.pop_lanes(shape, sign)?;
            let mut lanes = self.pop_lanes(shape, sign)?;
            for (lane, other) in lanes.iter_mut().zip(others) {
                *lane = self.of_pair(pair, (shape, sign), *lane, other)?;
            }
            self.push_lanes(shape, &lanes)?;
            return Ok(true);
        }
        if let Some((shape, sign, single)) = single(operator) {
            let amount = match single {
                Single::Shift(_) => {
                    let amount = self.pop()?;
                    let mask = self.i32(shape.bits() as i32 - 1)?;
                    Some(self.pure(Opcode::And32, &[amount, mask])?)
                }
                _ => None,
            };
            let mut lanes = self.pop_lanes(shape, sign)?;
            for lane in &mut lanes {
                *lane = self.of_single(single, amount, *lane)?;
            }
            self.push_lanes(shape, &lanes)?;
            return Ok(true);
        }
        if let Some((shape, sign, high)) = product(operator) {
            let other = self.pop_vector()?;
            let vector = self.pop_vector()?;
            let others = self.half(other, shape, sign, high)?;
            let mut lanes = self.half(vector, shape, sign, high)?;
            let opcode = if shape == Shape::I32 {
                Opcode::Mul64
            } else {
                Opcode::Mul32
            };
            for (lane, other) in lanes.iter_mut().zip(others) {
                *lane = self.pure(opcode, &[*lane, other])?;
            }
            self.push_lanes(wider(shape), &lanes)?;
            return Ok(true);
        }
        match operator {
            O::I16x8ExtAddPairwiseI8x16S => self.add_neighbours(Shape::I8, Sign::Signed)?,
            O::I16x8ExtAddPairwiseI8x16U => self.add_neighbours(Shape::I8, Sign::Unsigned)?,
            O::I32x4ExtAddPairwiseI16x8S => self.add_neighbours(Shape::I16, Sign::Signed)?,
            O::I32x4ExtAddPairwiseI16x8U => self.add_neighbours(Shape::I16, Sign::Unsigned)?,
            O::I32x4DotI16x8S => {
                let others = self.pop_lanes(Shape::I16, Sign::Signed)?;
                let mut lanes = self.pop_lanes(Shape::I16, Sign::Signed)?;
                for (lane, other) in lanes.iter_mut().zip(others) {
                    *lane = self.pure(Opcode::Mul32, &[*lane, other])?;
                }
                self.push_sums(Shape::I16, &lanes)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn add_neighbours(&mut self, shape: Shape, sign: Sign) -> Result<()> {
        let lanes = self.pop_lanes(shape, sign)?;
        self.push_sums(shape, &lanes)
    }

    fn push_sums(&mut self, shape: Shape, lanes: &[Value]) -> Result<()> {
        let mut sums = Vec::new();
        for pair in lanes.chunks_exact(2) {
            sums.push(self.pure(Opcode::Add32, pair)?);
        }
        self.push_lanes(wider(shape), &sums)
    }

    fn of_pair(
        &mut self,
        pair: Pair,
        (shape, sign): (Shape, Sign),
        a: Value,
        b: Value,
    ) -> Result<Value> {
        match pair {
            Pair::Plain(opcode) => self.pure(opcode, &[a, b]),
            Pair::Clamped(opcode) => {
                let value = self.pure(opcode, &[a, b])?;
                let most = 1 << (shape.bits() - 1);
                let range = match sign {
                    Sign::Signed => (-most, most - 1),
                    Sign::Unsigned => (0, 2 * most - 1),
                };
                self.clamp(value, range)
            }
            Pair::Average => {
                let one = self.i32(1)?;
                let sum = self.pure(Opcode::Add32, &[a, b])?;
                let sum = self.pure(Opcode::Add32, &[sum, one])?;
                self.pure(Opcode::ShrU32, &[sum, one])
            }
            Pair::Fraction => {
                let (half, bits) = (self.i32(0x4000)?, self.i32(15)?);
                let product = self.pure(Opcode::Mul32, &[a, b])?;
                let product = self.pure(Opcode::Add32, &[product, half])?;
                let product = self.pure(Opcode::ShrS32, &[product, bits])?;
                self.clamp(product, (-32768, 32767))
            }
            Pair::Extreme(opcode) => self.extreme_f64(opcode, a, b),
            Pair::Second(opcode, turned) => {
                let operands = if turned { [b, a] } else { [a, b] };
                let holds = self.pure(opcode, &operands)?;
                self.choose(b, a, holds)
            }
        }
    }

    fn of_single(&mut self, single: Single, amount: Option<Value>, lane: Value) -> Result<Value> {
        match (single, amount) {
            (Single::Plain(opcode), _) => self.pure(opcode, &[lane]),
            (Single::Sign(negate), _) => self.change_sign(lane, negate),
            (Single::Shift(opcode), Some(amount)) => self.pure(opcode, &[lane, amount]),
            (Single::Shift(_), None) => Err(self.lost()),
            (Single::Absolute, _) if self.function.type_of(lane) == Type::I64 => {
                let negative = self.pure(Opcode::Neg64, &[lane])?;
                let zero = self.i64(0)?;
                let below = self.pure(Opcode::LtS64, &[lane, zero])?;
                self.choose(negative, lane, below)
            }
            (Single::Absolute, _) => {
                let negative = self.pure(Opcode::Neg32, &[lane])?;
                self.pure(Opcode::MaxS32, &[lane, negative])
            }
        }
    }
}
