//! `memory.copy` and `memory.fill`: a loop over words where all is a multiple of four, else over
//! bytes. It takes no fuel, for its length bounds it, but looks at the record each so many bytes.

use wasmparser::Operator;

use super::Builder;
use crate::error::Result;
use crate::ir::{End, Instruction, Memory, Opcode, Type, Value};

/// Each so many bytes the record is looked at, the first time after half of that.
const LOOK: i32 = 1 << 21;

/// It is also looked at before more bytes than this, and what is shorter does without.
const SHORT: i32 = 1 << 10;

/// What is written at each step.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// The same, as a byte and as a word.
    Fill(Value, Value),
    /// What is at that address; from the end on where the condition does not hold.
    Copy(Value, Value),
}

impl Builder<'_> {
    pub(super) fn bulk_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        let (length, second, to) = match operator {
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => {
                (self.pop()?, self.pop()?, self.pop()?)
            }
            _ => return Ok(false),
        };
        self.instruction(Instruction::Range(to, length, self.site))?;
        let mut together = self.pure(Opcode::Or32, &[to, length])?;
        let source = if let Operator::MemoryFill { .. } = operator {
            let mask = self.i32(0xff)?;
            let everywhere = self.i32(0x0101_0101)?;
            let byte = self.pure(Opcode::And32, &[second, mask])?;
            Source::Fill(byte, self.pure(Opcode::Mul32, &[byte, everywhere])?)
        } else {
            self.instruction(Instruction::Range(second, length, self.site))?;
            together = self.pure(Opcode::Or32, &[together, second])?;
            Source::Copy(second, self.pure(Opcode::LeU32, &[to, second])?)
        };
        let mask = self.i32(3)?;
        let zero = self.i32(0)?;
        let rest = self.pure(Opcode::And32, &[together, mask])?;
        let even = self.pure(Opcode::Eq32, &[rest, zero])?;

        let words = self.new_block(&[])?;
        let bytes = self.new_block(&[])?;
        let done = self.new_block(&[])?;
        let to_words = self.jump(words, Vec::new())?;
        let to_bytes = self.jump(bytes, Vec::new())?;
        self.fork(even, to_words, to_bytes);
        let word = Memory {
            name: "u32",
            bytes: 4,
        };
        let byte = Memory {
            name: "u8",
            bytes: 1,
        };
        for (block, memory) in [(words, word), (bytes, byte)] {
            self.block = Some(block);
            self.steps(to, length, source, memory)?;
            let jump = self.jump(done, Vec::new())?;
            self.end(End::Jump(jump));
        }
        self.block = Some(done);
        Ok(true)
    }

    /// Goes on behind a loop that takes `length` in steps of the memory's length.
    fn steps(&mut self, to: Value, length: Value, source: Source, memory: Memory) -> Result<()> {
        let head = self.new_block(&[Type::I32])?;
        let body = self.new_block(&[])?;
        let behind = self.new_block(&[])?;
        // A loop around it may come here many times before its fuel makes it look.
        let short = self.i32(SHORT)?;
        let long = self.pure(Opcode::LtU32, &[short, length])?;
        self.instruction(Instruction::LookIf(long))?;
        let start = self.i32(0)?;
        let jump = self.jump(head, vec![start])?;
        self.end(End::Jump(jump));

        self.block = Some(head);
        let lost = self.lost();
        let done = *self.function.blocks[head].parameters.first().ok_or(lost)?;
        let more = self.pure(Opcode::LtU32, &[done, length])?;
        let (to_body, to_behind) = (self.jump(body, Vec::new())?, self.jump(behind, Vec::new())?);
        self.fork(more, to_body, to_behind);

        self.block = Some(body);
        let (mask, at) = (self.i32(LOOK - 1)?, self.i32(LOOK / 2)?);
        let phase = self.pure(Opcode::And32, &[done, mask])?;
        let look = self.pure(Opcode::Eq32, &[phase, at])?;
        self.instruction(Instruction::LookIf(look))?;
        let step = self.i32(memory.bytes as i32)?;
        let align = memory.bytes.trailing_zeros() as u8;
        let (value, at) = match source {
            Source::Fill(_, word) if memory.bytes == 4 => (word, done),
            Source::Fill(byte, _) => (byte, done),
            Source::Copy(from, forward) => {
                let left = self.pure(Opcode::Sub32, &[length, step])?;
                let left = self.pure(Opcode::Sub32, &[left, done])?;
                let at = self.choose(done, left, forward)?;
                let from = self.pure(Opcode::Add32, &[from, at])?;
                (self.load(from, 0, align, memory, Type::I32)?, at)
            }
        };
        let place = self.pure(Opcode::Add32, &[to, at])?;
        self.store(place, 0, align, memory, value)?;
        let next = self.pure(Opcode::Add32, &[done, step])?;
        let jump = self.jump(head, vec![next])?;
        self.end(End::Jump(jump));
        self.block = Some(behind);
        Ok(())
    }
}
