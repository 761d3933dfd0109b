//! Locals and globals.
//!
//! A global that can change has its first value again for each item, so that what an item does not
//! depend on which thread ran others before. The C stack pointer starts where the thread's window of
//! the stack ends.

use wasmparser::{Operator, ValType};

use super::Builder;
use super::slot::{Slot, Vector};
use crate::error::Result;
use crate::ir::{Argument, Definition, Type};

impl Builder<'_> {
    pub(super) fn variable_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        match operator {
            Operator::Nop => {}
            Operator::Drop => {
                self.pop_slot()?;
            }
            Operator::LocalGet { local_index } => {
                let slot = self.locals.get(*local_index as usize);
                self.stack.push(*slot.ok_or(self.lost())?);
            }
            Operator::LocalSet { local_index } => {
                let slot = self.pop_slot()?;
                self.set_local(*local_index, slot)?;
            }
            Operator::LocalTee { local_index } => {
                let slot = *self.stack.last().ok_or(self.lost())?;
                self.set_local(*local_index, slot)?;
            }
            Operator::GlobalGet { global_index } => {
                let slot = self.globals.get(*global_index as usize).copied().flatten();
                self.stack.push(slot.ok_or(self.unsupported(operator))?);
            }
            Operator::GlobalSet { global_index } => {
                let slot = self.pop_slot()?;
                if self.module.stack_pointer == Some(*global_index)
                    && let Slot::Scalar(value) = slot
                {
                    self.stack_pointers.push((value, self.site));
                }
                match self.globals.get_mut(*global_index as usize) {
                    Some(global @ Some(_)) => *global = Some(slot),
                    _ => return Err(self.unsupported(operator)),
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn set_local(&mut self, index: u32, slot: Slot) -> Result<()> {
        let lost = self.lost();
        *self.locals.get_mut(index as usize).ok_or(lost)? = slot;
        Ok(())
    }

    /// The value of a type whose bits these are; none for references.
    pub(super) fn slot_of_bits(&mut self, ty: ValType, bits: u128) -> Result<Option<Slot>> {
        let low = bits as u64;
        let ty = match ty {
            ValType::I32 => Type::I32,
            ValType::I64 => Type::I64,
            ValType::F32 => Type::F32,
            ValType::F64 => Type::F64,
            ValType::V128 => return Ok(Some(Slot::Vector(self.vector_of_bits(bits)?))),
            ValType::Ref(_) => return Ok(None),
        };
        Ok(Some(Slot::Scalar(self.constant(ty, low)?)))
    }

    pub(super) fn vector_of_bits(&mut self, bits: u128) -> Result<Vector> {
        let mut word = |lane: u32| self.i32((bits >> (32 * lane)) as i32);
        Ok(Vector::I32([word(0)?, word(1)?, word(2)?, word(3)?]))
    }

    pub(super) fn start_globals(&mut self) -> Result<()> {
        self.spend(self.module.globals.len())?;
        let mut mutable = Vec::new();
        for (index, global) in self.module.globals.iter().enumerate() {
            let index = index as u32;
            let slot = if self.module.stack_pointer == Some(index) {
                mutable.push((index, ValType::I32));
                let argument = Definition::Argument(Argument::StackPointer);
                Some(Slot::Scalar(self.define(Type::I32, argument)?))
            } else if let Some(global) = global
                && let Some(bits) = global.bits
            {
                let slot = self.slot_of_bits(global.ty, bits)?;
                if global.mutable && slot.is_some() {
                    mutable.push((index, global.ty));
                }
                slot
            } else {
                None
            };
            self.globals.push(slot);
        }
        self.mutable = mutable.into();
        Ok(())
    }
}
