//! Loads and stores of vectors and of their lanes.

use wasmparser::{MemArg, Operator};

use super::{Shape, Sign};
use crate::build::Builder;
use crate::build::memory::unsigned;
use crate::build::slot::Vector;
use crate::error::Result;
use crate::ir::{Block, End, Opcode, Type, Value};

/// What a load makes a vector of.
#[derive(Debug, Clone, Copy)]
enum Load {
    /// Eight bytes, whose lanes become twice as long.
    Extend(Shape, Sign),
    /// One lane, which becomes all.
    Splat(Shape),
    /// One lane, with zeros above.
    Zero(Shape),
    /// One lane, in a vector that is there.
    Lane(Shape, u8),
}

fn load(operator: &Operator<'_>) -> Option<(MemArg, Load)> {
    use Load as L;
    use Operator as O;
    use Shape::{I8, I16, I32, I64};
    use Sign::{Signed, Unsigned};
    Some(match *operator {
        O::V128Load8x8S { memarg } => (memarg, L::Extend(I8, Signed)),
        O::V128Load8x8U { memarg } => (memarg, L::Extend(I8, Unsigned)),
        O::V128Load16x4S { memarg } => (memarg, L::Extend(I16, Signed)),
        O::V128Load16x4U { memarg } => (memarg, L::Extend(I16, Unsigned)),
        O::V128Load32x2S { memarg } => (memarg, L::Extend(I32, Signed)),
        O::V128Load32x2U { memarg } => (memarg, L::Extend(I32, Unsigned)),
        O::V128Load8Splat { memarg } => (memarg, L::Splat(I8)),
        O::V128Load16Splat { memarg } => (memarg, L::Splat(I16)),
        O::V128Load32Splat { memarg } => (memarg, L::Splat(I32)),
        O::V128Load64Splat { memarg } => (memarg, L::Splat(I64)),
        O::V128Load32Zero { memarg } => (memarg, L::Zero(I32)),
        O::V128Load64Zero { memarg } => (memarg, L::Zero(I64)),
        O::V128Load8Lane { memarg, lane } => (memarg, L::Lane(I8, lane)),
        O::V128Load16Lane { memarg, lane } => (memarg, L::Lane(I16, lane)),
        O::V128Load32Lane { memarg, lane } => (memarg, L::Lane(I32, lane)),
        O::V128Load64Lane { memarg, lane } => (memarg, L::Lane(I64, lane)),
        _ => return None,
    })
}

fn store_lane(operator: &Operator<'_>) -> Option<(MemArg, Shape, u8)> {
    use Operator as O;
    Some(match *operator {
        O::V128Store8Lane { memarg, lane } => (memarg, Shape::I8, lane),
        O::V128Store16Lane { memarg, lane } => (memarg, Shape::I16, lane),
        O::V128Store32Lane { memarg, lane } => (memarg, Shape::I32, lane),
        O::V128Store64Lane { memarg, lane } => (memarg, Shape::I64, lane),
        _ => return None,
    })
}

impl Builder<'_> {
    pub(super) fn vector_memory_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        if let Some((memarg, load)) = load(operator) {
            self.load_lanes(memarg, load)?;
            return Ok(true);
        }
        if let Some((memarg, shape, lane)) = store_lane(operator) {
            let lanes = self.pop_lanes(shape, Sign::Unsigned)?;
            let address = self.pop()?;
            let value = *lanes.get(usize::from(lane)).ok_or(self.lost())?;
            let memory = unsigned(shape.bits() / 8);
            self.store(address, memarg.offset, memarg.align, memory, value)?;
            return Ok(true);
        }
        match operator {
            Operator::V128Load { memarg } => {
                let address = self.pop()?;
                let words = self.load_words(address, *memarg)?;
                self.push_lanes(Shape::I32, &words)?;
            }
            Operator::V128Store { memarg } => {
                let words = self.pop_lanes(Shape::I32, Sign::Unsigned)?;
                let address = self.pop()?;
                self.store_words(address, *memarg, &words)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads a vector in words, so that one that is off its alignment by words is no slower. Compilers
    /// promise nothing where they do not know, so then it is seen whether it is aligned by words all the
    /// same.
    fn load_words(&mut self, address: Value, memarg: MemArg) -> Result<Vec<Value>> {
        if memarg.align >= 2 {
            return self.words_at(address, memarg);
        }
        let paths = self.fork_aligned(address, memarg)?;
        let done = self.new_block(&[Type::I32; 4])?;
        for (block, align) in paths {
            self.block = Some(block);
            let words = self.words_at(address, MemArg { align, ..memarg })?;
            let jump = self.jump(done, words)?;
            self.end(End::Jump(jump));
        }
        self.block = Some(done);
        Ok(self.function.blocks[done].parameters.clone())
    }

    fn words_at(&mut self, address: Value, memarg: MemArg) -> Result<Vec<Value>> {
        let places = (0..16).step_by(4);
        places.map(|at| self.word_at(address, memarg, at)).collect()
    }

    /// Writes a vector in words, as [`Self::load_words`] reads one.
    fn store_words(&mut self, address: Value, memarg: MemArg, words: &[Value]) -> Result<()> {
        if memarg.align >= 2 {
            return self.put_words(address, memarg, words);
        }
        let paths = self.fork_aligned(address, memarg)?;
        let done = self.new_block(&[])?;
        for (block, align) in paths {
            self.block = Some(block);
            self.put_words(address, MemArg { align, ..memarg }, words)?;
            let jump = self.jump(done, Vec::new())?;
            self.end(End::Jump(jump));
        }
        self.block = Some(done);
        Ok(())
    }

    /// From the end, so that nothing is written where not all is in bounds.
    fn put_words(&mut self, address: Value, memarg: MemArg, words: &[Value]) -> Result<()> {
        for (at, word) in words.iter().enumerate().rev() {
            let offset = memarg.offset + 4 * at as u64;
            self.store(address, offset, memarg.align.min(2), unsigned(4), *word)?;
        }
        Ok(())
    }

    /// Two blocks: for an address that is aligned by words, and for any other, each with what it may be
    /// taken to promise.
    fn fork_aligned(&mut self, address: Value, memarg: MemArg) -> Result<[(Block, u8); 2]> {
        let offset = self.i32(memarg.offset as u32 as i32)?;
        let place = self.pure(Opcode::Add32, &[address, offset])?;
        let (mask, zero) = (self.i32(3)?, self.i32(0)?);
        let rest = self.pure(Opcode::And32, &[place, mask])?;
        let even = self.pure(Opcode::Eq32, &[rest, zero])?;
        let (whole, pieces) = (self.new_block(&[])?, self.new_block(&[])?);
        let (to_whole, to_pieces) = (
            self.jump(whole, Vec::new())?,
            self.jump(pieces, Vec::new())?,
        );
        self.fork(even, to_whole, to_pieces);
        Ok([(whole, 2), (pieces, memarg.align)])
    }

    fn word_at(&mut self, address: Value, memarg: MemArg, at: u64) -> Result<Value> {
        let align = memarg.align.min(2);
        self.load(address, memarg.offset + at, align, unsigned(4), Type::I32)
    }

    fn load_lanes(&mut self, memarg: MemArg, load: Load) -> Result<()> {
        let vector = match load {
            Load::Lane(..) => Some(self.pop_vector()?),
            _ => None,
        };
        let address = self.pop()?;
        let shape = match load {
            Load::Extend(shape, sign) => {
                let (low, high) = (
                    self.word_at(address, memarg, 0)?,
                    self.word_at(address, memarg, 4)?,
                );
                let both = Vector::I32([low, high, low, high]);
                return self.extend_half(both, shape, sign, false);
            }
            Load::Splat(shape) | Load::Zero(shape) | Load::Lane(shape, _) => shape,
        };
        let ty = if shape == Shape::I64 {
            Type::I64
        } else {
            Type::I32
        };
        let memory = unsigned(shape.bits() / 8);
        let value = self.load(address, memarg.offset, memarg.align, memory, ty)?;
        let count = 128 / shape.bits() as usize;
        let lanes = match (load, vector) {
            (Load::Lane(_, lane), Some(vector)) => {
                let mut lanes = self.lanes(vector, shape, Sign::Unsigned)?;
                let lost = self.lost();
                *lanes.get_mut(usize::from(lane)).ok_or(lost)? = value;
                lanes
            }
            (Load::Zero(_), _) => {
                let zero = self.constant(ty, 0)?;
                let mut lanes = vec![zero; count];
                if let Some(lane) = lanes.first_mut() {
                    *lane = value;
                }
                lanes
            }
            _ => vec![value; count],
        };
        self.push_lanes(shape, &lanes)
    }
}
