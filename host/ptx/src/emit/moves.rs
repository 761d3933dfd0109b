//! What a jump gives to the parameters of the block: all at once.

use std::collections::HashSet;
use std::fmt::Write;

use super::registers::mov;
use super::{Printer, line};
use crate::ir::Value;

impl Printer<'_> {
    /// Gives each parameter its argument, as if none changed before all were read.
    pub(super) fn moves(&mut self, parameters: &[Value], arguments: &[Value]) {
        let pairs: Vec<(Value, Value)> = parameters
            .iter()
            .copied()
            .zip(arguments.iter().copied())
            .filter(|(parameter, argument)| parameter != argument)
            .collect();
        let mut written = HashSet::new();
        let mut overlap = false;
        for (parameter, argument) in &pairs {
            overlap |= written.contains(argument);
            written.insert(*parameter);
        }
        let mut later = Vec::new();
        for (parameter, argument) in pairs {
            let ty = self.function.type_of(parameter);
            let source = self.registers.operand(&mut self.body, argument, true);
            let target = self.registers.register(parameter);
            if overlap {
                let kept = self.registers.fresh(ty);
                line!(self, "{} \t{kept}, {source}", mov(ty));
                later.push((ty, target, kept));
            } else {
                line!(self, "{} \t{target}, {source}", mov(ty));
            }
        }
        for (ty, target, kept) in later {
            line!(self, "{} \t{target}, {kept}", mov(ty));
        }
    }
}
