//! Comparisons, and choices by them.

use wasmparser::Operator;

use super::Builder;
use super::slot::{Slot, Vector};
use crate::error::Result;
use crate::ir::{Opcode, Type, Value};

impl Builder<'_> {
    pub(super) fn compare_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let opcode = match operator {
            O::I32Eqz => {
                let number = self.pop()?;
                let condition = self.condition_not(number)?;
                self.push_condition(condition)?;
                return Ok(true);
            }
            O::I64Eqz => {
                let zero = self.i64(0)?;
                self.push(zero);
                Opcode::Eq64
            }
            O::Select | O::TypedSelect { .. } => {
                self.select()?;
                return Ok(true);
            }
            O::I32Eq => Opcode::Eq32,
            O::I32Ne => Opcode::Ne32,
            O::I32LtS => Opcode::LtS32,
            O::I32LtU => Opcode::LtU32,
            O::I32GtS => Opcode::GtS32,
            O::I32GtU => Opcode::GtU32,
            O::I32LeS => Opcode::LeS32,
            O::I32LeU => Opcode::LeU32,
            O::I32GeS => Opcode::GeS32,
            O::I32GeU => Opcode::GeU32,
            O::I64Eq => Opcode::Eq64,
            O::I64Ne => Opcode::Ne64,
            O::I64LtS => Opcode::LtS64,
            O::I64LtU => Opcode::LtU64,
            O::I64GtS => Opcode::GtS64,
            O::I64GtU => Opcode::GtU64,
            O::I64LeS => Opcode::LeS64,
            O::I64LeU => Opcode::LeU64,
            O::I64GeS => Opcode::GeS64,
            O::I64GeU => Opcode::GeU64,
            O::F32Eq => Opcode::EqF32,
            O::F32Ne => Opcode::NeF32,
            O::F32Lt => Opcode::LtF32,
            O::F32Gt => Opcode::GtF32,
            O::F32Le => Opcode::LeF32,
            O::F32Ge => Opcode::GeF32,
            O::F64Eq => Opcode::EqF64,
            O::F64Ne => Opcode::NeF64,
            O::F64Lt => Opcode::LtF64,
            O::F64Gt => Opcode::GtF64,
            O::F64Le => Opcode::LeF64,
            O::F64Ge => Opcode::GeF64,
            _ => return Ok(false),
        };
        let b = self.pop()?;
        let a = self.pop()?;
        let condition = self.pure(opcode, &[a, b])?;
        self.push_condition(condition)?;
        Ok(true)
    }

    pub(super) fn push_condition(&mut self, condition: Value) -> Result<()> {
        let number = self.pure(Opcode::Number, &[condition])?;
        self.push(number);
        Ok(())
    }

    fn select(&mut self) -> Result<()> {
        let number = self.pop()?;
        let condition = self.condition(number)?;
        let otherwise = self.pop_slot()?;
        let then = self.pop_slot()?;
        let slot = match (then, otherwise) {
            (Slot::Scalar(then), Slot::Scalar(otherwise)) => {
                Slot::Scalar(self.choose(then, otherwise, condition)?)
            }
            (Slot::Vector(then), Slot::Vector(otherwise)) => {
                let mut words = self.words(then)?;
                let others = self.words(otherwise)?;
                for (word, other) in words.iter_mut().zip(others) {
                    *word = self.choose(*word, other, condition)?;
                }
                Slot::Vector(Vector::I32(words))
            }
            _ => return Err(self.lost()),
        };
        self.stack.push(slot);
        Ok(())
    }

    /// The first where the condition holds, else the second.
    pub(super) fn choose(
        &mut self,
        then: Value,
        otherwise: Value,
        condition: Value,
    ) -> Result<Value> {
        let opcode = match self.function.type_of(then) {
            Type::I32 => Opcode::Select32,
            Type::I64 => Opcode::Select64,
            Type::F32 => Opcode::SelectF32,
            Type::F64 => Opcode::SelectF64,
            Type::Bool => return Err(self.lost()),
        };
        self.pure(opcode, &[then, otherwise, condition])
    }
}
