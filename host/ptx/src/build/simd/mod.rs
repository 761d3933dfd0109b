//! Operators on vectors, lane by lane. What each lane does is what the scalar operator does.

mod arithmetic;
mod bits;
mod compare;
mod convert;
mod lanes;
mod memory;

use wasmparser::Operator;

use super::Builder;
use super::slot::{Slot, Vector};
use crate::error::Result;
use crate::ir::{Opcode, Value};

/// How a vector is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Sixteen bytes, each in an `I32`.
    I8,
    /// Eight half words, each in an `I32`.
    I16,
    /// Four words.
    I32,
    /// Two double words.
    I64,
    /// Four floats.
    F32,
    /// Two floats of 64 bits.
    F64,
}

impl Shape {
    /// How long a lane is.
    pub fn bits(self) -> u32 {
        match self {
            Self::I8 => 8,
            Self::I16 => 16,
            Self::I32 | Self::F32 => 32,
            Self::I64 | Self::F64 => 64,
        }
    }
}

/// Whether lanes that are shorter than a word have a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// They have one.
    Signed,
    /// They have none, or it does not matter.
    Unsigned,
}

impl Builder<'_> {
    pub(super) fn simd_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        Ok(self.vector_memory_operator(operator)?
            || self.lane_operator(operator)?
            || self.vector_bits_operator(operator)?
            || self.vector_compare_operator(operator)?
            || self.vector_convert_operator(operator)?
            || self.vector_arithmetic_operator(operator)?)
    }

    fn push_vector(&mut self, vector: Vector) {
        self.stack.push(Slot::Vector(vector));
    }

    fn pop_vector(&mut self) -> Result<Vector> {
        match self.pop_slot()? {
            Slot::Vector(vector) => Ok(vector),
            Slot::Scalar(_) => Err(self.lost()),
        }
    }

    fn pop_lanes(&mut self, shape: Shape, sign: Sign) -> Result<Vec<Value>> {
        let vector = self.pop_vector()?;
        self.lanes(vector, shape, sign)
    }

    fn push_lanes(&mut self, shape: Shape, lanes: &[Value]) -> Result<()> {
        let vector = self.vector(shape, lanes)?;
        self.push_vector(vector);
        Ok(())
    }

    /// The vector as four words, which is how it passes from block to block.
    pub(super) fn words(&mut self, vector: Vector) -> Result<[Value; 4]> {
        Ok(match vector {
            Vector::I32(words) => words,
            Vector::F32(floats) => {
                let mut words = floats;
                for word in &mut words {
                    *word = self.bits(*word)?;
                }
                words
            }
            Vector::I64([low, high]) => {
                let [a, b] = self.halves(low)?;
                let [c, d] = self.halves(high)?;
                [a, b, c, d]
            }
            Vector::F64([low, high]) => {
                let low = self.bits(low)?;
                let high = self.bits(high)?;
                return self.words(Vector::I64([low, high]));
            }
        })
    }

    /// The low and the high word of a double word.
    fn halves(&mut self, value: Value) -> Result<[Value; 2]> {
        if let Some((Opcode::Join64, &[low, high])) = self.function.operation(value) {
            return Ok([low, high]);
        }
        let low = self.pure(Opcode::Wrap64, &[value])?;
        let amount = self.i32(32)?;
        let high = self.pure(Opcode::ShrU64, &[value, amount])?;
        let high = self.pure(Opcode::Wrap64, &[high])?;
        Ok([low, high])
    }

    /// The lanes of a vector, each in a value of its own.
    fn lanes(&mut self, vector: Vector, shape: Shape, sign: Sign) -> Result<Vec<Value>> {
        let mut lanes = Vec::new();
        match (shape, vector) {
            (Shape::F32, Vector::F32(floats)) => lanes.extend(floats),
            (Shape::F64, Vector::F64(floats)) => lanes.extend(floats),
            (Shape::I64, Vector::I64(words)) => lanes.extend(words),
            (Shape::I64, Vector::F64(floats)) => {
                for float in floats {
                    lanes.push(self.bits(float)?);
                }
            }
            (Shape::I64, vector) => {
                let [a, b, c, d] = self.words(vector)?;
                lanes.push(self.pure(Opcode::Join64, &[a, b])?);
                lanes.push(self.pure(Opcode::Join64, &[c, d])?);
            }
            (Shape::F64, vector) => {
                for bits in self.lanes(vector, Shape::I64, sign)? {
                    lanes.push(self.pure(Opcode::F64OfBits, &[bits])?);
                }
            }
            (Shape::F32, vector) => {
                for bits in self.words(vector)? {
                    lanes.push(self.pure(Opcode::F32OfBits, &[bits])?);
                }
            }
            (Shape::I32, vector) => lanes.extend(self.words(vector)?),
            (Shape::I8 | Shape::I16, vector) => {
                for word in self.words(vector)? {
                    self.extract(&mut lanes, word, shape.bits(), sign)?;
                }
            }
        }
        Ok(lanes)
    }

    fn extract(
        &mut self,
        lanes: &mut Vec<Value>,
        word: Value,
        bits: u32,
        sign: Sign,
    ) -> Result<()> {
        let opcode = match sign {
            Sign::Signed => Opcode::ExtractS32,
            Sign::Unsigned => Opcode::ExtractU32,
        };
        let length = self.i32(bits as i32)?;
        for at in (0..32).step_by(bits as usize) {
            let at = self.i32(at)?;
            lanes.push(self.pure(opcode, &[word, at, length])?);
        }
        Ok(())
    }

    /// The vector of these lanes. What is longer than its lane is cut.
    fn vector(&mut self, shape: Shape, lanes: &[Value]) -> Result<Vector> {
        let lost = self.lost();
        let vector = match shape {
            Shape::I32 => lanes.try_into().ok().map(Vector::I32),
            Shape::F32 => lanes.try_into().ok().map(Vector::F32),
            Shape::I64 => lanes.try_into().ok().map(Vector::I64),
            Shape::F64 => lanes.try_into().ok().map(Vector::F64),
            Shape::I8 | Shape::I16 => {
                let bits = shape.bits();
                let length = self.i32(bits as i32)?;
                let mut words = Vec::new();
                for lanes in lanes.chunks(32 / bits as usize) {
                    let mut word = self.i32(0)?;
                    for (number, lane) in lanes.iter().enumerate() {
                        let at = self.i32(number as i32 * bits as i32)?;
                        word = self.pure(Opcode::Insert32, &[*lane, word, at, length])?;
                    }
                    words.push(word);
                }
                words.as_slice().try_into().ok().map(Vector::I32)
            }
        };
        vector.ok_or(lost)
    }
}
