//! Operators on floats, save comparisons and conversions.
//!
//! WebAssembly as ringhost runs it has one NaN as the outcome of arithmetic: the canonical one. A GPU
//! has others. As long as a NaN only goes into more arithmetic nobody can tell, so it is made
//! canonical where its bits can be seen: [`Builder::exact`].

use wasmparser::Operator;

use super::Builder;
use crate::error::Result;
use crate::ir::{Opcode, Type, Value};

impl Builder<'_> {
    pub(super) fn float_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        match operator {
            O::F32Const { value } => {
                let value = self.constant(Type::F32, u64::from(value.bits()))?;
                self.push(value);
            }
            O::F64Const { value } => {
                let value = self.constant(Type::F64, value.bits())?;
                self.push(value);
            }
            O::F32Add => self.binary(Opcode::AddF32)?,
            O::F32Sub => self.binary(Opcode::SubF32)?,
            O::F32Mul => self.binary(Opcode::MulF32)?,
            O::F32Div => self.binary(Opcode::DivF32)?,
            O::F32Min => self.binary(Opcode::MinF32)?,
            O::F32Max => self.binary(Opcode::MaxF32)?,
            O::F64Add => self.binary(Opcode::AddF64)?,
            O::F64Sub => self.binary(Opcode::SubF64)?,
            O::F64Mul => self.binary(Opcode::MulF64)?,
            O::F64Div => self.binary(Opcode::DivF64)?,
            O::F64Min => self.extreme(Opcode::MinNumberF64)?,
            O::F64Max => self.extreme(Opcode::MaxNumberF64)?,
            O::F32Sqrt => self.unary(&[Opcode::SqrtF32])?,
            O::F32Ceil => self.unary(&[Opcode::CeilF32])?,
            O::F32Floor => self.unary(&[Opcode::FloorF32])?,
            O::F32Trunc => self.unary(&[Opcode::TruncF32])?,
            O::F32Nearest => self.unary(&[Opcode::NearestF32])?,
            O::F64Sqrt => self.unary(&[Opcode::SqrtF64])?,
            O::F64Ceil => self.unary(&[Opcode::CeilF64])?,
            O::F64Floor => self.unary(&[Opcode::FloorF64])?,
            O::F64Trunc => self.unary(&[Opcode::TruncF64])?,
            O::F64Nearest => self.unary(&[Opcode::NearestF64])?,
            O::F32Abs | O::F64Abs | O::F32Neg | O::F64Neg => {
                let value = self.pop()?;
                let negate = matches!(operator, O::F32Neg | O::F64Neg);
                let value = self.change_sign(value, negate)?;
                self.push(value);
            }
            O::F32Copysign | O::F64Copysign => {
                let sign = self.pop()?;
                let value = self.pop()?;
                let value = self.copy_sign(value, sign)?;
                self.push(value);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The value, with the bits that it has in WebAssembly.
    pub(super) fn exact(&mut self, value: Value) -> Result<Value> {
        match self.function.type_of(value) {
            Type::F32 => self.pure(Opcode::CanonicalF32, &[value]),
            Type::F64 => self.pure(Opcode::CanonicalF64, &[value]),
            _ => Ok(value),
        }
    }

    /// The bits of a float.
    pub(super) fn bits(&mut self, value: Value) -> Result<Value> {
        let value = self.exact(value)?;
        match self.function.type_of(value) {
            Type::F32 => self.pure(Opcode::BitsOfF32, &[value]),
            _ => self.pure(Opcode::BitsOfF64, &[value]),
        }
    }

    fn extreme(&mut self, opcode: Opcode) -> Result<()> {
        let b = self.pop()?;
        let a = self.pop()?;
        let value = self.extreme_f64(opcode, a, b)?;
        self.push(value);
        Ok(())
    }

    /// The lesser or the greater of two, NaN where one is NaN.
    pub(super) fn extreme_f64(&mut self, opcode: Opcode, a: Value, b: Value) -> Result<Value> {
        let number = self.pure(opcode, &[a, b])?;
        // A sum with a NaN is one, too, and arithmetic, so its NaN becomes canonical when seen.
        let nan = self.pure(Opcode::AddF64, &[a, b])?;
        let either = self.pure(Opcode::NanF64, &[a, b])?;
        self.pure(Opcode::SelectF64, &[nan, number, either])
    }

    /// The value with its sign changed, or without one: bits, for a NaN has a sign too.
    pub(super) fn change_sign(&mut self, value: Value, negate: bool) -> Result<Value> {
        let wide = self.function.type_of(value) == Type::F64;
        let bits = self.bits(value)?;
        if wide {
            let (opcode, mask) = if negate {
                (Opcode::Xor64, i64::MIN)
            } else {
                (Opcode::And64, i64::MAX)
            };
            let mask = self.i64(mask)?;
            let bits = self.pure(opcode, &[bits, mask])?;
            self.pure(Opcode::F64OfBits, &[bits])
        } else {
            let (opcode, mask) = if negate {
                (Opcode::Xor32, i32::MIN)
            } else {
                (Opcode::And32, i32::MAX)
            };
            let mask = self.i32(mask)?;
            let bits = self.pure(opcode, &[bits, mask])?;
            self.pure(Opcode::F32OfBits, &[bits])
        }
    }

    fn copy_sign(&mut self, value: Value, sign: Value) -> Result<Value> {
        let wide = self.function.type_of(value) == Type::F64;
        let value = self.bits(value)?;
        let sign = self.bits(sign)?;
        if wide {
            let (most, least) = (self.i64(i64::MAX)?, self.i64(i64::MIN)?);
            let value = self.pure(Opcode::And64, &[value, most])?;
            let sign = self.pure(Opcode::And64, &[sign, least])?;
            let bits = self.pure(Opcode::Or64, &[value, sign])?;
            self.pure(Opcode::F64OfBits, &[bits])
        } else {
            let (most, least) = (self.i32(i32::MAX)?, self.i32(i32::MIN)?);
            let value = self.pure(Opcode::And32, &[value, most])?;
            let sign = self.pure(Opcode::And32, &[sign, least])?;
            let bits = self.pure(Opcode::Or32, &[value, sign])?;
            self.pure(Opcode::F32OfBits, &[bits])
        }
    }
}
