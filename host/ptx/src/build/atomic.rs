//! Atomic accesses of the threads proposal.
//!
//! A load acquires, a store releases, and what reads and writes does both, for all threads of the
//! device; `atomic.fence` is sequentially consistent. WebAssembly's accesses are sequentially
//! consistent by themselves: a function that relies on the order of its own atomic store and a later
//! atomic load from another place needs a fence between them.

use wasmparser::{MemArg, Operator};

use super::Builder;
use super::memory::{U32, U64};
use crate::error::Result;
use crate::ir::{Access, Atomic, Definition, Instruction, Memory, Opcode, Type};

const U8: Memory = Memory {
    name: "u8",
    bytes: 1,
};
const U16: Memory = Memory {
    name: "u16",
    bytes: 2,
};

/// What an operator does: on what is in memory, as a type of WebAssembly.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Load(Memory),
    Store(Memory),
    Modify(&'static str),
    Subtract,
    CompareExchange,
}

fn atomic(operator: &Operator<'_>) -> Option<(MemArg, Kind, Type)> {
    use Kind as K;
    use Operator as O;
    use Type::{I32, I64};
    Some(match *operator {
        O::I32AtomicLoad { memarg } => (memarg, K::Load(U32), I32),
        O::I64AtomicLoad { memarg } => (memarg, K::Load(U64), I64),
        O::I32AtomicLoad8U { memarg } => (memarg, K::Load(U8), I32),
        O::I32AtomicLoad16U { memarg } => (memarg, K::Load(U16), I32),
        O::I64AtomicLoad8U { memarg } => (memarg, K::Load(U8), I64),
        O::I64AtomicLoad16U { memarg } => (memarg, K::Load(U16), I64),
        O::I64AtomicLoad32U { memarg } => (memarg, K::Load(U32), I64),
        O::I32AtomicStore { memarg } => (memarg, K::Store(U32), I32),
        O::I64AtomicStore { memarg } => (memarg, K::Store(U64), I64),
        O::I32AtomicStore8 { memarg } => (memarg, K::Store(U8), I32),
        O::I32AtomicStore16 { memarg } => (memarg, K::Store(U16), I32),
        O::I64AtomicStore8 { memarg } => (memarg, K::Store(U8), I64),
        O::I64AtomicStore16 { memarg } => (memarg, K::Store(U16), I64),
        O::I64AtomicStore32 { memarg } => (memarg, K::Store(U32), I64),
        O::I32AtomicRmwAdd { memarg } => (memarg, K::Modify("add.u32"), I32),
        O::I32AtomicRmwSub { memarg } | O::I64AtomicRmwSub { memarg } => {
            let wide = matches!(operator, O::I64AtomicRmwSub { .. });
            (memarg, K::Subtract, if wide { I64 } else { I32 })
        }
        O::I32AtomicRmwAnd { memarg } => (memarg, K::Modify("and.b32"), I32),
        O::I32AtomicRmwOr { memarg } => (memarg, K::Modify("or.b32"), I32),
        O::I32AtomicRmwXor { memarg } => (memarg, K::Modify("xor.b32"), I32),
        O::I32AtomicRmwXchg { memarg } => (memarg, K::Modify("exch.b32"), I32),
        O::I64AtomicRmwAdd { memarg } => (memarg, K::Modify("add.u64"), I64),
        O::I64AtomicRmwAnd { memarg } => (memarg, K::Modify("and.b64"), I64),
        O::I64AtomicRmwOr { memarg } => (memarg, K::Modify("or.b64"), I64),
        O::I64AtomicRmwXor { memarg } => (memarg, K::Modify("xor.b64"), I64),
        O::I64AtomicRmwXchg { memarg } => (memarg, K::Modify("exch.b64"), I64),
        O::I32AtomicRmwCmpxchg { memarg } => (memarg, K::CompareExchange, I32),
        O::I64AtomicRmwCmpxchg { memarg } => (memarg, K::CompareExchange, I64),
        _ => return None,
    })
}

impl Builder<'_> {
    pub(super) fn atomic_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        if let Operator::AtomicFence = operator {
            self.instruction(Instruction::Fence)?;
            return Ok(true);
        }
        let Some((memarg, kind, ty)) = atomic(operator) else {
            return Ok(false);
        };
        let site = self.site;
        let whole = if ty == Type::I32 { U32 } else { U64 };
        let access = |address, kind| Access {
            address,
            offset: memarg.offset,
            kind,
            site,
        };
        let found = match kind {
            Kind::Load(memory) => {
                let address = self.pop()?;
                self.compute_value(ty, Definition::Load(access(address, memory), true))?
            }
            Kind::Store(memory) => {
                let value = self.pop()?;
                let address = self.pop()?;
                let access = access(address, memory);
                self.instruction(Instruction::Store(access, value, true))?;
                return Ok(true);
            }
            Kind::Modify(name) => {
                let value = self.pop()?;
                let address = self.pop()?;
                let atomic = Atomic::Modify(name, value);
                self.compute_value(ty, Definition::Atomic(atomic, access(address, whole)))?
            }
            Kind::Subtract => {
                let value = self.pop()?;
                let address = self.pop()?;
                let (negate, add) = match ty {
                    Type::I32 => (Opcode::Neg32, "add.u32"),
                    _ => (Opcode::Neg64, "add.u64"),
                };
                let value = self.pure(negate, &[value])?;
                let atomic = Atomic::Modify(add, value);
                self.compute_value(ty, Definition::Atomic(atomic, access(address, whole)))?
            }
            Kind::CompareExchange => {
                let new = self.pop()?;
                let expected = self.pop()?;
                let address = self.pop()?;
                let atomic = Atomic::CompareExchange(expected, new);
                self.compute_value(ty, Definition::Atomic(atomic, access(address, whole)))?
            }
        };
        self.push(found);
        Ok(true)
    }
}
