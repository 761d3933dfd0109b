//! By how much values grow from round to round.

use std::collections::HashMap;

use super::{Loop, low_bits};
use crate::ir::{Function, Opcode, Value};

/// By how much a value grows each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// A constant.
    Constant(i32),
    /// A value that does not change in the loop, shifted to the left.
    Stride(Value, u32),
}

/// The most that a constant growth may be, and a stride be shifted.
const MOST: i32 = 1 << 24;
const MOST_SHIFT: u32 = 16;

/// What is known of the growths of a loop's values.
pub struct Growths<'l> {
    function: &'l Function,
    found: &'l Loop,
    known: HashMap<Value, Option<Growth>>,
}

impl<'l> Growths<'l> {
    pub fn new(function: &'l Function, found: &'l Loop) -> Self {
        let known = HashMap::new();
        Self {
            function,
            found,
            known,
        }
    }

    /// By how much a value grows; none where that differs from round to round.
    pub fn of(&mut self, value: Value) -> Option<Growth> {
        if let Some(growth) = self.known.get(&value) {
            return *growth;
        }
        if !self.found.inside.contains_key(&value) {
            return Some(Growth::Constant(0));
        }
        // No value is made of itself within a round, but chains may be long.
        if self.known.len() > 256 {
            return None;
        }
        self.known.insert(value, None);
        let parameters = &self.function.blocks[self.found.region.header].parameters;
        let growth = match parameters.iter().position(|parameter| *parameter == value) {
            Some(position) => self.of_parameter(value, position),
            None => self.of_operation(value),
        };
        let growth = growth.filter(|growth| match growth {
            Growth::Constant(by) => by.unsigned_abs() <= MOST.unsigned_abs(),
            Growth::Stride(_, shift) => *shift <= MOST_SHIFT,
        });
        self.known.insert(value, growth);
        growth
    }

    /// What the next round is given is the value and something that does not change.
    fn of_parameter(&mut self, value: Value, position: usize) -> Option<Growth> {
        let next = *self.found.again.arguments.get(position)?;
        if next == value {
            return Some(Growth::Constant(0));
        }
        let (Opcode::Add32, &[a, b]) = self.function.operation(next)? else {
            return None;
        };
        let amount = match (a == value, b == value) {
            (true, false) => b,
            (false, true) => a,
            _ => return None,
        };
        match self.function.constant(amount) {
            Some(amount) => Some(Growth::Constant(amount as i32)),
            None => self.steady(amount).then_some(Growth::Stride(amount, 0)),
        }
    }

    fn of_operation(&mut self, value: Value) -> Option<Growth> {
        let (opcode, &[a, b]) = self.function.operation(value)? else {
            return None;
        };
        let apart = |of: Value, bits: Value| match self.function.constant(bits) {
            // Bits that are zero in the one are all that are set in the other.
            Some(bits) if bits < 1 << 31 => {
                let zeros = low_bits::zeros(self.function, self.found, of);
                (bits as u32).leading_zeros() + zeros >= 32
            }
            _ => false,
        };
        let opcode = match opcode {
            Opcode::Or32 if apart(a, b) || apart(b, a) => Opcode::Add32,
            other => other,
        };
        match opcode {
            Opcode::Add32 => match (self.of(a)?, self.of(b)?) {
                (growth, Growth::Constant(0)) | (Growth::Constant(0), growth) => Some(growth),
                (Growth::Constant(a), Growth::Constant(b)) => {
                    a.checked_add(b).map(Growth::Constant)
                }
                _ => None,
            },
            Opcode::Sub32 => match (self.of(a)?, self.of(b)?) {
                (growth, Growth::Constant(0)) => Some(growth),
                (Growth::Constant(a), Growth::Constant(b)) => {
                    a.checked_sub(b).map(Growth::Constant)
                }
                _ => None,
            },
            Opcode::Shl32 => {
                let by = self
                    .function
                    .constant(b)
                    .filter(|by| *by < u64::from(MOST_SHIFT))? as u32;
                match self.of(a)? {
                    Growth::Constant(a) => a.checked_mul(1 << by).map(Growth::Constant),
                    Growth::Stride(value, shift) => Some(Growth::Stride(value, shift + by)),
                }
            }
            Opcode::Mul32 => self.of_product(a, b).or_else(|| self.of_product(b, a)),
            _ => None,
        }
    }

    /// A product grows by what one factor grows, times the other, which must not change.
    fn of_product(&mut self, a: Value, b: Value) -> Option<Growth> {
        if !self.steady(b) {
            return None;
        }
        let Growth::Constant(a) = self.of(a)? else {
            return None;
        };
        match self.function.constant(b) {
            Some(b) => a.checked_mul(b as i32).map(Growth::Constant),
            None if a == 0 => Some(Growth::Constant(0)),
            None if a > 0 && a.unsigned_abs().is_power_of_two() => {
                Some(Growth::Stride(b, a.trailing_zeros()))
            }
            None => None,
        }
    }

    fn steady(&mut self, value: Value) -> bool {
        self.of(value) == Some(Growth::Constant(0))
    }
}
