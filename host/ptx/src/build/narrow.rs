//! Atomic operators on part of a word. A GPU has none, so they exchange the whole word until nothing
//! came between. That takes no fuel: whenever it fails, another item's has not.

use wasmparser::{MemArg, Operator};

use super::Builder;
use super::memory::{U32, unsigned};
use crate::error::Result;
use crate::ir::{Access, Atomic, Definition, End, Opcode, Type, Value};

/// What becomes of the part that was found.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// This, of it and the operand.
    To(Opcode),
    /// The operand.
    Exchange,
    /// The second operand, where the first was found.
    CompareExchange,
}

/// The operator's bytes and type.
fn narrow(operator: &Operator<'_>) -> Option<(MemArg, Change, u32, Type)> {
    use Change::{CompareExchange, Exchange, To};
    use Opcode::{Add32, And32, Or32, Sub32, Xor32};
    use Operator as O;
    use Type::{I32, I64};
    Some(match *operator {
        O::I32AtomicRmw8AddU { memarg } => (memarg, To(Add32), 1, I32),
        O::I32AtomicRmw8SubU { memarg } => (memarg, To(Sub32), 1, I32),
        O::I32AtomicRmw8AndU { memarg } => (memarg, To(And32), 1, I32),
        O::I32AtomicRmw8OrU { memarg } => (memarg, To(Or32), 1, I32),
        O::I32AtomicRmw8XorU { memarg } => (memarg, To(Xor32), 1, I32),
        O::I32AtomicRmw8XchgU { memarg } => (memarg, Exchange, 1, I32),
        O::I32AtomicRmw8CmpxchgU { memarg } => (memarg, CompareExchange, 1, I32),
        O::I32AtomicRmw16AddU { memarg } => (memarg, To(Add32), 2, I32),
        O::I32AtomicRmw16SubU { memarg } => (memarg, To(Sub32), 2, I32),
        O::I32AtomicRmw16AndU { memarg } => (memarg, To(And32), 2, I32),
        O::I32AtomicRmw16OrU { memarg } => (memarg, To(Or32), 2, I32),
        O::I32AtomicRmw16XorU { memarg } => (memarg, To(Xor32), 2, I32),
        O::I32AtomicRmw16XchgU { memarg } => (memarg, Exchange, 2, I32),
        O::I32AtomicRmw16CmpxchgU { memarg } => (memarg, CompareExchange, 2, I32),
        O::I64AtomicRmw8AddU { memarg } => (memarg, To(Add32), 1, I64),
        O::I64AtomicRmw8SubU { memarg } => (memarg, To(Sub32), 1, I64),
        O::I64AtomicRmw8AndU { memarg } => (memarg, To(And32), 1, I64),
        O::I64AtomicRmw8OrU { memarg } => (memarg, To(Or32), 1, I64),
        O::I64AtomicRmw8XorU { memarg } => (memarg, To(Xor32), 1, I64),
        O::I64AtomicRmw8XchgU { memarg } => (memarg, Exchange, 1, I64),
        O::I64AtomicRmw8CmpxchgU { memarg } => (memarg, CompareExchange, 1, I64),
        O::I64AtomicRmw16AddU { memarg } => (memarg, To(Add32), 2, I64),
        O::I64AtomicRmw16SubU { memarg } => (memarg, To(Sub32), 2, I64),
        O::I64AtomicRmw16AndU { memarg } => (memarg, To(And32), 2, I64),
        O::I64AtomicRmw16OrU { memarg } => (memarg, To(Or32), 2, I64),
        O::I64AtomicRmw16XorU { memarg } => (memarg, To(Xor32), 2, I64),
        O::I64AtomicRmw16XchgU { memarg } => (memarg, Exchange, 2, I64),
        O::I64AtomicRmw16CmpxchgU { memarg } => (memarg, CompareExchange, 2, I64),
        O::I64AtomicRmw32AddU { memarg } => (memarg, To(Add32), 4, I64),
        O::I64AtomicRmw32SubU { memarg } => (memarg, To(Sub32), 4, I64),
        O::I64AtomicRmw32AndU { memarg } => (memarg, To(And32), 4, I64),
        O::I64AtomicRmw32OrU { memarg } => (memarg, To(Or32), 4, I64),
        O::I64AtomicRmw32XorU { memarg } => (memarg, To(Xor32), 4, I64),
        O::I64AtomicRmw32XchgU { memarg } => (memarg, Exchange, 4, I64),
        O::I64AtomicRmw32CmpxchgU { memarg } => (memarg, CompareExchange, 4, I64),
        _ => return None,
    })
}

impl Builder<'_> {
    pub(super) fn narrow_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        let Some((memarg, change, bytes, ty)) = narrow(operator) else {
            return Ok(false);
        };
        let operand = self.pop()?;
        let operand = self.wrapped(operand, ty)?;
        let expected = match change {
            Change::CompareExchange => Some(self.pop()?),
            _ => None,
        };
        let address = self.pop()?;
        // Read for its checks: the address with its offset is then one of the arena, and aligned.
        let kind = unsigned(bytes);
        let access = Access {
            address,
            offset: memarg.offset,
            kind,
            site: self.site,
        };
        self.compute_value(Type::I32, Definition::Load(access, true))?;
        let offset = self.i32(memarg.offset as u32 as i32)?;
        let place = self.pure(Opcode::Add32, &[address, offset])?;
        let (word, bit) = self.word_and_bit(place, bytes)?;
        let access = Access {
            address: word,
            offset: 0,
            kind: U32,
            site: self.site,
        };
        let first = self.compute_value(Type::I32, Definition::Load(access, true))?;

        let head = self.new_block(&[Type::I32])?;
        let done = self.new_block(&[])?;
        let jump = self.jump(head, vec![first])?;
        self.end(End::Jump(jump));
        self.block = Some(head);
        let lost = self.lost();
        let whole = *self.function.blocks[head].parameters.first().ok_or(lost)?;
        let bits = self.i32(8 * bytes as i32)?;
        let part = match bytes {
            4 => whole,
            _ => self.pure(Opcode::ExtractU32, &[whole, bit, bits])?,
        };
        let mut result = part;
        if ty == Type::I64 {
            result = self.pure(Opcode::ExtendU64, &[part])?;
        }
        let new = match (change, expected) {
            (Change::To(opcode), _) => self.pure(opcode, &[part, operand])?,
            (Change::Exchange, _) => operand,
            (Change::CompareExchange, Some(expected)) => {
                let equal = if ty == Type::I64 {
                    Opcode::Eq64
                } else {
                    Opcode::Eq32
                };
                let found = self.pure(equal, &[result, expected])?;
                self.choose(operand, part, found)?
            }
            (Change::CompareExchange, None) => return Err(self.lost()),
        };
        let new = match bytes {
            4 => new,
            _ => self.pure(Opcode::Insert32, &[new, whole, bit, bits])?,
        };
        let exchange = Definition::Atomic(Atomic::CompareExchange(whole, new), access);
        let found = self.compute_value(Type::I32, exchange)?;
        let same = self.pure(Opcode::Eq32, &[found, whole])?;
        let out = self.jump(done, Vec::new())?;
        let again = self.jump(head, vec![found])?;
        self.fork(same, out, again);
        self.block = Some(done);
        self.push(result);
        Ok(true)
    }

    fn wrapped(&mut self, value: Value, ty: Type) -> Result<Value> {
        match ty {
            Type::I64 => self.pure(Opcode::Wrap64, &[value]),
            _ => Ok(value),
        }
    }

    /// The address of the word that a place is in, and which of its bits is the place's first.
    fn word_and_bit(&mut self, place: Value, bytes: u32) -> Result<(Value, Value)> {
        let (whole, part) = (self.i32(-4)?, self.i32(4 - bytes as i32)?);
        let word = self.pure(Opcode::And32, &[place, whole])?;
        let byte = self.pure(Opcode::And32, &[place, part])?;
        let three = self.i32(3)?;
        Ok((word, self.pure(Opcode::Shl32, &[byte, three])?))
    }
}
