//! Loads and stores.
//!
//! An operator promises the alignment of its address. Where that is less than the access is long,
//! the access is made in pieces, each of which is aligned if the promise is kept.

use wasmparser::{MemArg, Operator};

use super::Builder;
use crate::error::Result;
use crate::ir::{Access, Argument, Definition, Instruction, Memory, Opcode, Type, Value};

const U8: Memory = Memory {
    name: "u8",
    bytes: 1,
};
const S8: Memory = Memory {
    name: "s8",
    bytes: 1,
};
const U16: Memory = Memory {
    name: "u16",
    bytes: 2,
};
const S16: Memory = Memory {
    name: "s16",
    bytes: 2,
};
pub const U32: Memory = Memory {
    name: "u32",
    bytes: 4,
};
const S32: Memory = Memory {
    name: "s32",
    bytes: 4,
};
pub const U64: Memory = Memory {
    name: "u64",
    bytes: 8,
};
const F32: Memory = Memory {
    name: "f32",
    bytes: 4,
};
const F64: Memory = Memory {
    name: "f64",
    bytes: 8,
};

/// What is read, and as which type.
fn load(operator: &Operator<'_>) -> Option<(MemArg, Memory, Type)> {
    use Operator as O;
    Some(match *operator {
        O::I32Load { memarg } => (memarg, U32, Type::I32),
        O::I64Load { memarg } => (memarg, U64, Type::I64),
        O::F32Load { memarg } => (memarg, F32, Type::F32),
        O::F64Load { memarg } => (memarg, F64, Type::F64),
        O::I32Load8S { memarg } => (memarg, S8, Type::I32),
        O::I32Load8U { memarg } => (memarg, U8, Type::I32),
        O::I32Load16S { memarg } => (memarg, S16, Type::I32),
        O::I32Load16U { memarg } => (memarg, U16, Type::I32),
        O::I64Load8S { memarg } => (memarg, S8, Type::I64),
        O::I64Load8U { memarg } => (memarg, U8, Type::I64),
        O::I64Load16S { memarg } => (memarg, S16, Type::I64),
        O::I64Load16U { memarg } => (memarg, U16, Type::I64),
        O::I64Load32S { memarg } => (memarg, S32, Type::I64),
        O::I64Load32U { memarg } => (memarg, U32, Type::I64),
        _ => return None,
    })
}

/// What is written.
fn store(operator: &Operator<'_>) -> Option<(MemArg, Memory)> {
    use Operator as O;
    Some(match *operator {
        O::I32Store { memarg } => (memarg, U32),
        O::I64Store { memarg } => (memarg, U64),
        O::F32Store { memarg } => (memarg, F32),
        O::F64Store { memarg } => (memarg, F64),
        O::I32Store8 { memarg } | O::I64Store8 { memarg } => (memarg, U8),
        O::I32Store16 { memarg } | O::I64Store16 { memarg } => (memarg, U16),
        O::I64Store32 { memarg } => (memarg, U32),
        _ => return None,
    })
}

/// An unsigned integer of that length.
pub fn unsigned(bytes: u32) -> Memory {
    match bytes {
        1 => U8,
        2 => U16,
        4 => U32,
        _ => U64,
    }
}

impl Builder<'_> {
    pub(super) fn memory_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        if let Some((memarg, memory, ty)) = load(operator) {
            let address = self.pop()?;
            let value = self.load(address, memarg.offset, memarg.align, memory, ty)?;
            self.push(value);
            return Ok(true);
        }
        if let Some((memarg, memory)) = store(operator) {
            let value = self.pop()?;
            let address = self.pop()?;
            self.store(address, memarg.offset, memarg.align, memory, value)?;
            return Ok(true);
        }
        match operator {
            Operator::MemorySize { .. } => {
                let pages = self.memory_pages()?;
                self.push(pages);
            }
            // An arena does not grow, so this is the size for growth by nothing, and else a failure.
            Operator::MemoryGrow { .. } => {
                let more = self.pop()?;
                let pages = self.memory_pages()?;
                let failed = self.i32(-1)?;
                let zero = self.i32(0)?;
                let nothing = self.pure(Opcode::Eq32, &[more, zero])?;
                let value = self.choose(pages, failed, nothing)?;
                self.push(value);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn memory_pages(&mut self) -> Result<Value> {
        self.define(Type::I32, Definition::Argument(Argument::MemoryPages))
    }

    /// Reads what is at `address + offset`, an address that is a multiple of `1 << align`.
    pub(super) fn load(
        &mut self,
        address: Value,
        offset: u64,
        align: u8,
        memory: Memory,
        ty: Type,
    ) -> Result<Value> {
        let piece = 1 << align;
        if piece >= memory.bytes {
            let access = Access {
                address,
                offset,
                kind: memory,
                site: self.site,
            };
            return self.compute_value(ty, Definition::Load(access, false));
        }
        let wide = memory.bytes == 8;
        let mut whole = None;
        for at in (0..memory.bytes).step_by(piece as usize) {
            let kind = unsigned(piece);
            let access = Access {
                address,
                offset: offset + u64::from(at),
                kind,
                site: self.site,
            };
            let integer = if wide { Type::I64 } else { Type::I32 };
            let part = self.compute_value(integer, Definition::Load(access, false))?;
            let (shift, or) = if wide {
                (Opcode::Shl64, Opcode::Or64)
            } else {
                (Opcode::Shl32, Opcode::Or32)
            };
            whole = Some(match whole {
                None => part,
                Some(whole) => {
                    let amount = self.i32(8 * at as i32)?;
                    let part = self.pure(shift, &[part, amount])?;
                    self.pure(or, &[whole, part])?
                }
            });
        }
        let whole = whole.ok_or(self.lost())?;
        match (memory.name, ty) {
            (_, Type::F32) => self.pure(Opcode::F32OfBits, &[whole]),
            (_, Type::F64) => self.pure(Opcode::F64OfBits, &[whole]),
            ("s16", Type::I32) => self.pure(Opcode::Sign16To32, &[whole]),
            ("s16", Type::I64) => {
                let whole = self.pure(Opcode::Sign16To32, &[whole])?;
                self.pure(Opcode::ExtendS64, &[whole])
            }
            ("s32", Type::I64) => self.pure(Opcode::ExtendS64, &[whole]),
            (_, Type::I64) if !wide => self.pure(Opcode::ExtendU64, &[whole]),
            _ => Ok(whole),
        }
    }

    /// Writes a value to `address + offset`, an address that is a multiple of `1 << align`.
    pub(super) fn store(
        &mut self,
        address: Value,
        offset: u64,
        align: u8,
        memory: Memory,
        value: Value,
    ) -> Result<()> {
        let piece = 1 << align;
        if piece >= memory.bytes {
            let value = self.exact(value)?;
            let access = Access {
                address,
                offset,
                kind: memory,
                site: self.site,
            };
            return self.instruction(Instruction::Store(access, value, false));
        }
        let value = match self.function.type_of(value) {
            Type::F32 | Type::F64 => self.bits(value)?,
            _ => value,
        };
        let wide = self.function.type_of(value) == Type::I64;
        // The last piece comes first: if it is in bounds, all are, so nothing is written if not.
        for at in (0..memory.bytes).step_by(piece as usize).rev() {
            let amount = self.i32(8 * at as i32)?;
            let shift = if wide { Opcode::ShrU64 } else { Opcode::ShrU32 };
            let part = if at == 0 {
                value
            } else {
                self.pure(shift, &[value, amount])?
            };
            let kind = unsigned(piece);
            let access = Access {
                address,
                offset: offset + u64::from(at),
                kind,
                site: self.site,
            };
            self.instruction(Instruction::Store(access, part, false))?;
        }
        Ok(())
    }
}
