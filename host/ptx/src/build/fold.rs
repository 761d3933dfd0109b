//! Operations whose outcome is known, or the same as a simpler one's.
//!
//! ptxas folds constants by itself. What is done here is what the translator must see through: the
//! stack pointer, which goes down and up by constants, and conditions, which WebAssembly takes for
//! numbers.

use super::Builder;
use crate::error::Result;
use crate::ir::{Opcode, Type, Value};

impl Builder<'_> {
    /// A value that is known to be the operation's outcome; none where it must be computed.
    pub(super) fn fold(&mut self, opcode: Opcode, operands: &[Value]) -> Result<Option<Value>> {
        let constants: Vec<Option<u64>> = operands
            .iter()
            .map(|value| self.function.constant(*value))
            .collect();
        Ok(match (opcode, operands, constants.as_slice()) {
            (Opcode::Add32, [a, _], [None, Some(b)]) => self.add_constant(*a, *b as u32)?,
            (Opcode::Add32, [_, b], [Some(a), None]) => self.add_constant(*b, *a as u32)?,
            (Opcode::Sub32, [a, _], [None, Some(b)]) => {
                let negative = (*b as u32).wrapping_neg();
                match self.add_constant(*a, negative)? {
                    Some(value) => Some(value),
                    None => {
                        let negative = self.i32(negative as i32)?;
                        Some(self.pure(Opcode::Add32, &[*a, negative])?)
                    }
                }
            }
            (_, _, [Some(a), Some(b)]) => match binary(opcode, *a as u32, *b as u32) {
                Some(bits) => Some(self.i32(bits as i32)?),
                None => None,
            },
            _ => None,
        })
    }

    /// `value + constant`, where that is a value already or a constant further from another.
    fn add_constant(&mut self, value: Value, constant: u32) -> Result<Option<Value>> {
        if constant == 0 {
            return Ok(Some(value));
        }
        let Some((Opcode::Add32, &[base, inner])) = self.function.operation(value) else {
            return Ok(None);
        };
        let Some(inner) = self.function.constant(inner) else {
            return Ok(None);
        };
        let sum = (inner as u32).wrapping_add(constant);
        if sum == 0 {
            return Ok(Some(base));
        }
        let sum = self.i32(sum as i32)?;
        Ok(Some(self.pure(Opcode::Add32, &[base, sum])?))
    }

    /// The condition that a number stands for: whether it is not zero.
    pub(super) fn condition(&mut self, number: Value) -> Result<Value> {
        if let Some((Opcode::Number, &[condition])) = self.function.operation(number) {
            return Ok(condition);
        }
        let zero = self.i32(0)?;
        self.pure(Opcode::Ne32, &[number, zero])
    }

    /// The condition that a number is zero.
    pub(super) fn condition_not(&mut self, number: Value) -> Result<Value> {
        if let Some((Opcode::Number, &[condition])) = self.function.operation(number) {
            if let Some((Opcode::NotBool, &[other])) = self.function.operation(condition) {
                return Ok(other);
            }
            return self.pure(Opcode::NotBool, &[condition]);
        }
        let zero = self.constant(Type::I32, 0)?;
        self.pure(Opcode::Eq32, &[number, zero])
    }
}

fn binary(opcode: Opcode, a: u32, b: u32) -> Option<u32> {
    Some(match opcode {
        Opcode::Add32 => a.wrapping_add(b),
        Opcode::Sub32 => a.wrapping_sub(b),
        Opcode::Mul32 => a.wrapping_mul(b),
        Opcode::And32 => a & b,
        Opcode::Or32 => a | b,
        Opcode::Xor32 => a ^ b,
        Opcode::Shl32 if b < 32 => a << b,
        _ => return None,
    })
}
