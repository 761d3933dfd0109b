//! Operators on integers, save comparisons and conversions.

use wasmparser::Operator;

use super::Builder;
use crate::error::Result;
use crate::ir::{Opcode, Type};
use crate::record::TrapKind;

impl Builder<'_> {
    pub(super) fn integer_operator(&mut self, operator: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        match operator {
            O::I32Const { value } => {
                let value = self.i32(*value)?;
                self.push(value);
            }
            O::I64Const { value } => {
                let value = self.i64(*value)?;
                self.push(value);
            }
            O::I32Add => self.binary(Opcode::Add32)?,
            O::I32Sub => self.binary(Opcode::Sub32)?,
            O::I32Mul => self.binary(Opcode::Mul32)?,
            O::I32And => self.binary(Opcode::And32)?,
            O::I32Or => self.binary(Opcode::Or32)?,
            O::I32Xor => self.binary(Opcode::Xor32)?,
            O::I64Add => self.binary(Opcode::Add64)?,
            O::I64Sub => self.binary(Opcode::Sub64)?,
            O::I64Mul => self.binary(Opcode::Mul64)?,
            O::I64And => self.binary(Opcode::And64)?,
            O::I64Or => self.binary(Opcode::Or64)?,
            O::I64Xor => self.binary(Opcode::Xor64)?,
            O::I32Shl => self.shift32(Opcode::Shl32)?,
            O::I32ShrS => self.shift32(Opcode::ShrS32)?,
            O::I32ShrU => self.shift32(Opcode::ShrU32)?,
            O::I64Shl => self.shift64(Opcode::Shl64)?,
            O::I64ShrS => self.shift64(Opcode::ShrS64)?,
            O::I64ShrU => self.shift64(Opcode::ShrU64)?,
            O::I32Rotl => self.rotate32(Opcode::Rotl32)?,
            O::I32Rotr => self.rotate32(Opcode::Rotr32)?,
            O::I64Rotl => self.rotate64(Opcode::Shl64, Opcode::ShrU64)?,
            O::I64Rotr => self.rotate64(Opcode::ShrU64, Opcode::Shl64)?,
            O::I32Clz => self.unary(&[Opcode::Clz32])?,
            O::I32Ctz => self.unary(&[Opcode::Brev32, Opcode::Clz32])?,
            O::I32Popcnt => self.unary(&[Opcode::Popc32])?,
            O::I64Clz => self.unary(&[Opcode::Clz64, Opcode::ExtendU64])?,
            O::I64Ctz => self.unary(&[Opcode::Brev64, Opcode::Clz64, Opcode::ExtendU64])?,
            O::I64Popcnt => self.unary(&[Opcode::Popc64, Opcode::ExtendU64])?,
            O::I32DivS => self.divide_signed(Type::I32, Opcode::DivS32)?,
            O::I64DivS => self.divide_signed(Type::I64, Opcode::DivS64)?,
            O::I32RemS => self.remainder_signed(Type::I32, Opcode::RemS32)?,
            O::I64RemS => self.remainder_signed(Type::I64, Opcode::RemS64)?,
            O::I32DivU => self.divide_unsigned(Type::I32, Opcode::DivU32)?,
            O::I32RemU => self.divide_unsigned(Type::I32, Opcode::RemU32)?,
            O::I64DivU => self.divide_unsigned(Type::I64, Opcode::DivU64)?,
            O::I64RemU => self.divide_unsigned(Type::I64, Opcode::RemU64)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn binary(&mut self, opcode: Opcode) -> Result<()> {
        let b = self.pop()?;
        let a = self.pop()?;
        let value = self.pure(opcode, &[a, b])?;
        self.push(value);
        Ok(())
    }

    /// One operation after the other, on one operand.
    pub(super) fn unary(&mut self, opcodes: &[Opcode]) -> Result<()> {
        let mut value = self.pop()?;
        for opcode in opcodes {
            value = self.pure(*opcode, &[value])?;
        }
        self.push(value);
        Ok(())
    }

    /// WebAssembly takes the amount modulo the width; PTX clamps it.
    fn shift32(&mut self, opcode: Opcode) -> Result<()> {
        let amount = self.pop()?;
        let value = self.pop()?;
        let mask = self.i32(31)?;
        let amount = self.pure(Opcode::And32, &[amount, mask])?;
        let value = self.pure(opcode, &[value, amount])?;
        self.push(value);
        Ok(())
    }

    fn shift64(&mut self, opcode: Opcode) -> Result<()> {
        let amount = self.pop()?;
        let value = self.pop()?;
        let amount = self.pure(Opcode::Wrap64, &[amount])?;
        let mask = self.i32(63)?;
        let amount = self.pure(Opcode::And32, &[amount, mask])?;
        let value = self.pure(opcode, &[value, amount])?;
        self.push(value);
        Ok(())
    }

    fn rotate32(&mut self, opcode: Opcode) -> Result<()> {
        let amount = self.pop()?;
        let value = self.pop()?;
        let value = self.pure(opcode, &[value, value, amount])?;
        self.push(value);
        Ok(())
    }

    /// `there` by the amount, `back` by what is missing to the width.
    fn rotate64(&mut self, there: Opcode, back: Opcode) -> Result<()> {
        let amount = self.pop()?;
        let value = self.pop()?;
        let amount = self.pure(Opcode::Wrap64, &[amount])?;
        let mask = self.i32(63)?;
        let rest = self.pure(Opcode::Neg32, &[amount])?;
        let amount = self.pure(Opcode::And32, &[amount, mask])?;
        let rest = self.pure(Opcode::And32, &[rest, mask])?;
        let there = self.pure(there, &[value, amount])?;
        let back = self.pure(back, &[value, rest])?;
        let value = self.pure(Opcode::Or64, &[there, back])?;
        self.push(value);
        Ok(())
    }

    fn integer(&mut self, ty: Type, value: i64) -> Result<crate::ir::Value> {
        match ty {
            Type::I32 => self.i32(value as i32),
            _ => self.i64(value),
        }
    }

    fn divide_unsigned(&mut self, ty: Type, opcode: Opcode) -> Result<()> {
        let (divisor, dividend) = (self.pop()?, self.pop()?);
        self.check_divisor(ty, divisor)?;
        let value = self.pure(opcode, &[dividend, divisor])?;
        self.push(value);
        Ok(())
    }

    fn divide_signed(&mut self, ty: Type, opcode: Opcode) -> Result<()> {
        let (divisor, dividend) = (self.pop()?, self.pop()?);
        self.check_divisor(ty, divisor)?;
        let (equal, least) = match ty {
            Type::I32 => (Opcode::Eq32, i64::from(i32::MIN)),
            _ => (Opcode::Eq64, i64::MIN),
        };
        let least = self.integer(ty, least)?;
        let minus_one = self.integer(ty, -1)?;
        let least = self.pure(equal, &[dividend, least])?;
        let minus_one = self.pure(equal, &[divisor, minus_one])?;
        let overflow = self.pure(Opcode::AndBool, &[least, minus_one])?;
        self.trap_if(overflow, TrapKind::IntegerOverflow)?;
        let value = self.pure(opcode, &[dividend, divisor])?;
        self.push(value);
        Ok(())
    }

    /// The remainder by -1 is 0 in WebAssembly, and in PTX undefined where the quotient overflows. So
    /// is the one by 1.
    fn remainder_signed(&mut self, ty: Type, opcode: Opcode) -> Result<()> {
        let (divisor, dividend) = (self.pop()?, self.pop()?);
        self.check_divisor(ty, divisor)?;
        let (equal, select) = match ty {
            Type::I32 => (Opcode::Eq32, Opcode::Select32),
            _ => (Opcode::Eq64, Opcode::Select64),
        };
        let minus_one = self.integer(ty, -1)?;
        let one = self.integer(ty, 1)?;
        let minus_one = self.pure(equal, &[divisor, minus_one])?;
        let divisor = self.pure(select, &[one, divisor, minus_one])?;
        let value = self.pure(opcode, &[dividend, divisor])?;
        self.push(value);
        Ok(())
    }

    fn check_divisor(&mut self, ty: Type, divisor: crate::ir::Value) -> Result<()> {
        if self
            .function
            .constant(divisor)
            .is_some_and(|bits| bits != 0)
        {
            return Ok(());
        }
        let equal = if ty == Type::I32 {
            Opcode::Eq32
        } else {
            Opcode::Eq64
        };
        let zero = self.integer(ty, 0)?;
        let zero = self.pure(equal, &[divisor, zero])?;
        self.trap_if(zero, TrapKind::DivisionByZero)
    }
}
