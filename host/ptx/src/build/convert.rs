//! Conversions between types of numbers.

use wasmparser::Operator;

use super::Builder;
use crate::error::Result;
use crate::ir::{Opcode, Type, Value};
use crate::record::TrapKind;

/// From a float to an integer.
#[derive(Debug, Clone, Copy)]
struct Truncation {
    opcode: Opcode,
    /// The least integer, and one more than the greatest.
    range: (f64, f64),
}

const S32: (f64, f64) = (-2147483648.0, 2147483648.0);
const U32: (f64, f64) = (0.0, 4294967296.0);
const S64: (f64, f64) = (-9223372036854775808.0, 9223372036854775808.0);
const U64: (f64, f64) = (0.0, 18446744073709551616.0);

impl Builder<'_> {
    pub(super) fn convert_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        if let Some((truncation, saturates)) = truncation(operator) {
            let value = self.pop()?;
            if !saturates {
                self.check_range(value, truncation.range)?;
            }
            let value = self.truncate(value, truncation.opcode)?;
            self.push(value);
            return Ok(true);
        }
        match operator {
            O::I32WrapI64 => self.unary(&[Opcode::Wrap64])?,
            O::I64ExtendI32S => self.unary(&[Opcode::ExtendS64])?,
            O::I64ExtendI32U => self.unary(&[Opcode::ExtendU64])?,
            O::I32Extend8S => self.unary(&[Opcode::Sign8To32])?,
            O::I32Extend16S => self.unary(&[Opcode::Sign16To32])?,
            O::I64Extend8S => self.unary(&[Opcode::Sign8To64])?,
            O::I64Extend16S => self.unary(&[Opcode::Sign16To64])?,
            O::I64Extend32S => self.unary(&[Opcode::Wrap64, Opcode::ExtendS64])?,
            O::F32ConvertI32S => self.unary(&[Opcode::F32FromS32])?,
            O::F32ConvertI32U => self.unary(&[Opcode::F32FromU32])?,
            O::F32ConvertI64S => self.unary(&[Opcode::F32FromS64])?,
            O::F32ConvertI64U => self.unary(&[Opcode::F32FromU64])?,
            O::F64ConvertI32S => self.unary(&[Opcode::F64FromS32])?,
            O::F64ConvertI32U => self.unary(&[Opcode::F64FromU32])?,
            O::F64ConvertI64S => self.unary(&[Opcode::F64FromS64])?,
            O::F64ConvertI64U => self.unary(&[Opcode::F64FromU64])?,
            O::F32DemoteF64 => self.unary(&[Opcode::Demote])?,
            O::F64PromoteF32 => self.unary(&[Opcode::Promote])?,
            O::I32ReinterpretF32 | O::I64ReinterpretF64 => {
                let value = self.pop()?;
                let bits = self.bits(value)?;
                self.push(bits);
            }
            O::F32ReinterpretI32 => self.unary(&[Opcode::F32OfBits])?,
            O::F64ReinterpretI64 => self.unary(&[Opcode::F64OfBits])?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The integer nearest to the value towards zero, clamped to its type; 0 for NaN.
    pub(super) fn truncate(&mut self, value: Value, opcode: Opcode) -> Result<Value> {
        let clamped = self.pure(opcode, &[value])?;
        let nan = self.is_nan(value)?;
        let zero = self.constant(opcode.result(), 0)?;
        self.choose(zero, clamped, nan)
    }

    fn is_nan(&mut self, value: Value) -> Result<Value> {
        let opcode = match self.function.type_of(value) {
            Type::F32 => Opcode::NanF32,
            _ => Opcode::NanF64,
        };
        self.pure(opcode, &[value, value])
    }

    /// Traps where the value has no integer in the range.
    fn check_range(&mut self, value: Value, (least, beyond): (f64, f64)) -> Result<()> {
        let nan = self.is_nan(value)?;
        self.trap_if(nan, TrapKind::BadConversion)?;
        // The value is cut towards zero, so what is above `least - 1` will do. Where no float is
        // between the two, `least` itself is the first that does.
        let below = least - 1.0;
        let narrow = self.function.type_of(value) == Type::F32;
        let between = below != least && (!narrow || f64::from(below as f32) == below);
        let (bound, low) = match (narrow, between) {
            (true, true) => (below, Opcode::LeF32),
            (true, false) => (least, Opcode::LtF32),
            (false, true) => (below, Opcode::LeF64),
            (false, false) => (least, Opcode::LtF64),
        };
        let bound = self.float(narrow, bound)?;
        let beyond = self.float(narrow, beyond)?;
        let low = self.pure(low, &[value, bound])?;
        let high = if narrow { Opcode::GeF32 } else { Opcode::GeF64 };
        let high = self.pure(high, &[value, beyond])?;
        let outside = self.pure(Opcode::OrBool, &[low, high])?;
        self.trap_if(outside, TrapKind::IntegerOverflow)
    }

    fn float(&mut self, narrow: bool, value: f64) -> Result<Value> {
        if narrow {
            self.constant(Type::F32, u64::from((value as f32).to_bits()))
        } else {
            self.constant(Type::F64, value.to_bits())
        }
    }
}

/// How the operator cuts a float to an integer, and whether it saturates.
fn truncation(operator: &Operator<'_>) -> Option<(Truncation, bool)> {
    use Operator as O;
    let (opcode, range, saturates) = match operator {
        O::I32TruncF32S => (Opcode::S32FromF32, S32, false),
        O::I32TruncF32U => (Opcode::U32FromF32, U32, false),
        O::I32TruncF64S => (Opcode::S32FromF64, S32, false),
        O::I32TruncF64U => (Opcode::U32FromF64, U32, false),
        O::I64TruncF32S => (Opcode::S64FromF32, S64, false),
        O::I64TruncF32U => (Opcode::U64FromF32, U64, false),
        O::I64TruncF64S => (Opcode::S64FromF64, S64, false),
        O::I64TruncF64U => (Opcode::U64FromF64, U64, false),
        O::I32TruncSatF32S => (Opcode::S32FromF32, S32, true),
        O::I32TruncSatF32U => (Opcode::U32FromF32, U32, true),
        O::I32TruncSatF64S => (Opcode::S32FromF64, S32, true),
        O::I32TruncSatF64U => (Opcode::U32FromF64, U32, true),
        O::I64TruncSatF32S => (Opcode::S64FromF32, S64, true),
        O::I64TruncSatF32U => (Opcode::U64FromF32, U64, true),
        O::I64TruncSatF64S => (Opcode::S64FromF64, S64, true),
        O::I64TruncSatF64U => (Opcode::U64FromF64, U64, true),
        _ => return None,
    };
    Some((Truncation { opcode, range }, saturates))
}
