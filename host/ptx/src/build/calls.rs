//! Calls: the called function's blocks are put in place of the call.

use std::rc::Rc;

use wasmparser::Operator;

use super::Builder;
use super::assigned::assigned;
use super::slot::Slot;
use crate::error::{Error, Limit, Result};
use crate::ir::Instruction;
use crate::module::locals;

impl Builder<'_> {
    pub(super) fn call(&mut self, callee: u32, operator: &Operator<'_>) -> Result<()> {
        let offset = self.site.offset as usize;
        if self.calls.contains(&callee) {
            return Err(Error::Recursion {
                function: callee,
                offset,
            });
        }
        let most = self.options.limits.calls;
        if self.calls.len() > most {
            return Err(Error::TooLarge {
                limit: Limit::Calls,
                most,
            });
        }
        self.instruction(Instruction::Fuel(self.site))?;
        let ty = self
            .module
            .function_type(callee)
            .ok_or(self.unsupported(operator))?;
        let first = self
            .stack
            .len()
            .checked_sub(ty.params().len())
            .ok_or(self.lost())?;
        let arguments = self.stack.split_off(first);
        self.inline(callee, arguments)
    }

    /// Builds a function where control is, and leaves its results on the stack.
    pub(super) fn inline(&mut self, function: u32, arguments: Vec<Slot>) -> Result<()> {
        let caller = self.site;
        let module = self.module;
        let body = module.body(function).ok_or(Error::Unsupported {
            operator: "call of an import".into(),
            function: caller.function,
            offset: caller.offset as usize,
        })?;
        let ty = module.function_type(function).ok_or(self.lost())?;
        if !self.assigned.contains_key(&function) {
            let blocks = assigned(body, &self.options.limits)?;
            self.assigned.insert(function, Rc::new(blocks));
        }
        self.site.function = function;
        self.calls.push(function);
        let mut types = ty.params().to_vec();
        let mut slots = arguments;
        for (count, ty) in locals(body)? {
            self.spend(count as usize)?;
            let zero = self.slot_of_bits(ty, 0)?.ok_or(Error::Unsupported {
                operator: format!("local of type {ty}"),
                function,
                offset: body.range().start as usize,
            })?;
            slots.resize(slots.len() + count as usize, zero);
            types.resize(types.len() + count as usize, ty);
        }
        let outer = (
            std::mem::replace(&mut self.locals, slots),
            std::mem::replace(&mut self.local_types, types.into()),
            std::mem::take(&mut self.stack),
            std::mem::take(&mut self.control),
        );
        self.open_function(ty.results().into(), &Operator::Nop)?;
        for item in body.get_operators_reader()?.into_iter_with_offsets() {
            let (operator, offset) = item?;
            self.operator(&operator, offset as usize)?;
        }
        let results = std::mem::take(&mut self.stack);
        (self.locals, self.local_types, self.stack, self.control) = outer;
        self.stack.extend(results);
        self.calls.pop();
        self.site = caller;
        Ok(())
    }
}
