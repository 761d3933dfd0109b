//! Constants, and lanes put in, taken out and moved about.

use wasmparser::Operator;

use super::{Shape, Sign};
use crate::build::Builder;
use crate::error::Result;
use crate::ir::{Opcode, Value};

impl Builder<'_> {
    pub(super) fn lane_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        use Sign::{Signed, Unsigned};
        match *operator {
            O::V128Const { value } => {
                let vector = self.vector_of_bits(value.i128() as u128)?;
                self.push_vector(vector);
            }
            O::I8x16Splat => self.splat(Shape::I8)?,
            O::I16x8Splat => self.splat(Shape::I16)?,
            O::I32x4Splat => self.splat(Shape::I32)?,
            O::I64x2Splat => self.splat(Shape::I64)?,
            O::F32x4Splat => self.splat(Shape::F32)?,
            O::F64x2Splat => self.splat(Shape::F64)?,
            O::I8x16ExtractLaneS { lane } => self.extract_lane(Shape::I8, Signed, lane)?,
            O::I8x16ExtractLaneU { lane } => self.extract_lane(Shape::I8, Unsigned, lane)?,
            O::I16x8ExtractLaneS { lane } => self.extract_lane(Shape::I16, Signed, lane)?,
            O::I16x8ExtractLaneU { lane } => self.extract_lane(Shape::I16, Unsigned, lane)?,
            O::I32x4ExtractLane { lane } => self.extract_lane(Shape::I32, Unsigned, lane)?,
            O::I64x2ExtractLane { lane } => self.extract_lane(Shape::I64, Unsigned, lane)?,
            O::F32x4ExtractLane { lane } => self.extract_lane(Shape::F32, Unsigned, lane)?,
            O::F64x2ExtractLane { lane } => self.extract_lane(Shape::F64, Unsigned, lane)?,
            O::I8x16ReplaceLane { lane } => self.replace_lane(Shape::I8, lane)?,
            O::I16x8ReplaceLane { lane } => self.replace_lane(Shape::I16, lane)?,
            O::I32x4ReplaceLane { lane } => self.replace_lane(Shape::I32, lane)?,
            O::I64x2ReplaceLane { lane } => self.replace_lane(Shape::I64, lane)?,
            O::F32x4ReplaceLane { lane } => self.replace_lane(Shape::F32, lane)?,
            O::F64x2ReplaceLane { lane } => self.replace_lane(Shape::F64, lane)?,
            O::I8x16Shuffle { lanes } => self.shuffle(&lanes)?,
            O::I8x16Swizzle => self.swizzle()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn splat(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop()?;
        self.push_lanes(shape, &vec![value; 128 / shape.bits() as usize])
    }

    fn extract_lane(&mut self, shape: Shape, sign: Sign, lane: u8) -> Result<()> {
        let lanes = self.pop_lanes(shape, sign)?;
        self.push(*lanes.get(usize::from(lane)).ok_or(self.lost())?);
        Ok(())
    }

    fn replace_lane(&mut self, shape: Shape, lane: u8) -> Result<()> {
        let value = self.pop()?;
        let mut lanes = self.pop_lanes(shape, Sign::Unsigned)?;
        let lost = self.lost();
        *lanes.get_mut(usize::from(lane)).ok_or(lost)? = value;
        self.push_lanes(shape, &lanes)
    }

    fn shuffle(&mut self, places: &[u8; 16]) -> Result<()> {
        let second = self.pop_lanes(Shape::I8, Sign::Unsigned)?;
        let mut bytes = self.pop_lanes(Shape::I8, Sign::Unsigned)?;
        bytes.extend(second);
        let chosen = places
            .iter()
            .filter_map(|place| bytes.get(usize::from(*place)).copied());
        let chosen: Vec<Value> = chosen.collect();
        self.push_lanes(Shape::I8, &chosen)
    }

    /// Each byte is the one of the first vector that the second says, or 0 where there is none.
    fn swizzle(&mut self) -> Result<()> {
        let places = self.pop_lanes(Shape::I8, Sign::Unsigned)?;
        let vector = self.pop_vector()?;
        let words = self.words(vector)?;
        let mut bytes = Vec::new();
        for place in places {
            bytes.push(self.byte_at(words, place)?);
        }
        self.push_lanes(Shape::I8, &bytes)
    }

    fn byte_at(&mut self, [a, b, c, d]: [Value; 4], place: Value) -> Result<Value> {
        let (four, eight, twelve) = (self.i32(4)?, self.i32(8)?, self.i32(12)?);
        let first = self.pure(Opcode::LtU32, &[place, four])?;
        let second = self.pure(Opcode::LtU32, &[place, eight])?;
        let third = self.pure(Opcode::LtU32, &[place, twelve])?;
        let word = self.choose(c, d, third)?;
        let word = self.choose(b, word, second)?;
        let word = self.choose(a, word, first)?;
        let (three, sixteen, zero) = (self.i32(3)?, self.i32(16)?, self.i32(0)?);
        let at = self.pure(Opcode::And32, &[place, three])?;
        let at = self.pure(Opcode::Shl32, &[at, three])?;
        let byte = self.pure(Opcode::ShrU32, &[word, at])?;
        let inside = self.pure(Opcode::LtU32, &[place, sixteen])?;
        self.choose(byte, zero, inside)
    }
}
