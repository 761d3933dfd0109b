//! Operators on the bits of vectors, and those that make one number of all lanes.

use wasmparser::Operator;

use super::{Shape, Sign};
use crate::build::Builder;
use crate::build::slot::Vector;
use crate::error::Result;
use crate::ir::{Opcode, Value};

impl Builder<'_> {
    pub(super) fn vector_bits_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        match operator {
            O::V128Not => {
                let mut words = self.pop_words()?;
                for word in &mut words {
                    *word = self.pure(Opcode::Not32, &[*word])?;
                }
                self.push_vector(Vector::I32(words));
            }
            O::V128And => self.bitwise(|builder, a, b| builder.pure(Opcode::And32, &[a, b]))?,
            O::V128Or => self.bitwise(|builder, a, b| builder.pure(Opcode::Or32, &[a, b]))?,
            O::V128Xor => self.bitwise(|builder, a, b| builder.pure(Opcode::Xor32, &[a, b]))?,
            O::V128AndNot => self.bitwise(|builder, a, b| {
                let b = builder.pure(Opcode::Not32, &[b])?;
                builder.pure(Opcode::And32, &[a, b])
            })?,
            O::V128Bitselect => {
                let masks = self.pop_words()?;
                let others = self.pop_words()?;
                let mut words = self.pop_words()?;
                for ((word, other), mask) in words.iter_mut().zip(others).zip(masks) {
                    // What differs, where the mask says so.
                    let differs = self.pure(Opcode::Xor32, &[*word, other])?;
                    let differs = self.pure(Opcode::And32, &[differs, mask])?;
                    *word = self.pure(Opcode::Xor32, &[differs, other])?;
                }
                self.push_vector(Vector::I32(words));
            }
            O::V128AnyTrue => {
                let [a, b, c, d] = self.pop_words()?;
                let low = self.pure(Opcode::Or32, &[a, b])?;
                let high = self.pure(Opcode::Or32, &[c, d])?;
                let any = self.pure(Opcode::Or32, &[low, high])?;
                let zero = self.i32(0)?;
                let any = self.pure(Opcode::Ne32, &[any, zero])?;
                self.push_condition(any)?;
            }
            O::I8x16AllTrue => self.all_true(Shape::I8)?,
            O::I16x8AllTrue => self.all_true(Shape::I16)?,
            O::I32x4AllTrue => self.all_true(Shape::I32)?,
            O::I64x2AllTrue => self.all_true(Shape::I64)?,
            O::I8x16Bitmask => self.bitmask(Shape::I8)?,
            O::I16x8Bitmask => self.bitmask(Shape::I16)?,
            O::I32x4Bitmask => self.bitmask(Shape::I32)?,
            O::I64x2Bitmask => self.bitmask(Shape::I64)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn pop_words(&mut self) -> Result<[Value; 4]> {
        let vector = self.pop_vector()?;
        self.words(vector)
    }

    fn bitwise(
        &mut self,
        operation: impl Fn(&mut Self, Value, Value) -> Result<Value>,
    ) -> Result<()> {
        let others = self.pop_words()?;
        let mut words = self.pop_words()?;
        for (word, other) in words.iter_mut().zip(others) {
            *word = operation(self, *word, other)?;
        }
        self.push_vector(Vector::I32(words));
        Ok(())
    }

    fn all_true(&mut self, shape: Shape) -> Result<()> {
        let mut all = None;
        for lane in self.pop_lanes(shape, Sign::Unsigned)? {
            let (opcode, zero) = match shape {
                Shape::I64 => (Opcode::Ne64, self.i64(0)?),
                _ => (Opcode::Ne32, self.i32(0)?),
            };
            let holds = self.pure(opcode, &[lane, zero])?;
            all = Some(match all {
                None => holds,
                Some(all) => self.pure(Opcode::AndBool, &[all, holds])?,
            });
        }
        let all = all.ok_or(self.lost())?;
        self.push_condition(all)
    }

    /// The signs of all lanes, that of the first in the lowest bit.
    fn bitmask(&mut self, shape: Shape) -> Result<()> {
        let mut mask = self.i32(0)?;
        for (number, lane) in self.pop_lanes(shape, Sign::Signed)?.into_iter().enumerate() {
            let word = match shape {
                Shape::I64 => self.halves(lane)?[1],
                _ => lane,
            };
            let (last, at, one) = (self.i32(31)?, self.i32(number as i32)?, self.i32(1)?);
            let sign = self.pure(Opcode::ShrU32, &[word, last])?;
            mask = self.pure(Opcode::Insert32, &[sign, mask, at, one])?;
        }
        self.push(mask);
        Ok(())
    }
}
