//! What a block does, in PTX.

use std::fmt::Write;

use super::{Printer, line};
use crate::ir::{Atomic, Definition, Instruction, Lanes, Opcode, Site, Type, Value};
use crate::options::Policy;
use crate::record::TrapKind;

impl Printer<'_> {
    pub(super) fn instruction(&mut self, instruction: &Instruction) {
        match instruction {
            Instruction::Compute(value) => self.compute(*value),
            Instruction::Store(access, value, atomic) => {
                let place = self.fence(access);
                let value = self.registers.operand(&mut self.body, *value, false);
                let order = if *atomic {
                    "release.gpu.global"
                } else {
                    "global"
                };
                line!(self, "st.{order}.{} \t{place}, {value}", access.kind.name);
            }
            Instruction::LoadWide(access, lanes) => {
                let place = self.fence(access);
                let (count, lanes) = self.lanes(lanes);
                let name = access.kind.name;
                line!(self, "ld.global.v{count}.{name} \t{{{lanes}}}, {place}");
            }
            Instruction::StoreWide(access, lanes) => {
                let place = self.fence(access);
                let (count, lanes) = self.lanes(lanes);
                let name = access.kind.name;
                line!(self, "st.global.v{count}.{name} \t{place}, {{{lanes}}}");
            }
            Instruction::TrapIf(condition, kind, site) => {
                let condition = self.registers.register(*condition);
                let label = self.traps.label(*kind, *site);
                line!(self, "@{condition} bra \t{label}");
            }
            Instruction::Fuel(site) => self.burn(*site),
            Instruction::TakeFuel(amount) => self.take_fuel(*amount),
            Instruction::Refuel => self.refuel(),
            Instruction::LookIf(condition) => self.look_if(*condition),
            Instruction::Range(address, length, site) => self.range(*address, *length, *site),
            Instruction::Fence => line!(self, "fence.sc.gpu"),
        }
    }

    fn compute(&mut self, value: Value) {
        let function = self.function;
        let (ty, definition) = &function.values[value];
        match definition {
            Definition::Pure(opcode, operands) => self.pure(value, *opcode, operands),
            Definition::Load(access, atomic) => {
                let place = self.fence(access);
                let value = self.registers.register(value);
                let order = if *atomic {
                    "acquire.gpu.global"
                } else {
                    "global"
                };
                line!(self, "ld.{order}.{} \t{value}, {place}", access.kind.name);
            }
            Definition::Atomic(atomic, access) => {
                let place = self.fence(access);
                let (name, operands) = match atomic {
                    Atomic::Modify(name, operand) => (*name, vec![*operand]),
                    Atomic::CompareExchange(expected, new) => {
                        let wide = *ty == Type::I64;
                        (
                            if wide { "cas.b64" } else { "cas.b32" },
                            vec![*expected, *new],
                        )
                    }
                };
                let operands = self.list(&operands, |_| false);
                let value = self.registers.register(value);
                line!(
                    self,
                    "atom.acq_rel.gpu.global.{name} \t{value}, {place}, {operands}"
                );
            }
            Definition::Pointer(address) => {
                let address = self.registers.operand(&mut self.body, *address, false);
                let pointer = self.registers.register(value);
                line!(self, "mad.wide.u32 \t{pointer}, {address}, 1, %arena");
            }
            Definition::FuelInHand => {
                let value = self.registers.register(value);
                line!(self, "mov.b32 \t{value}, %fuel");
            }
            // The value that it is another name of is computed where that is defined; the others
            // need no computing.
            Definition::Alias(_)
            | Definition::Parameter
            | Definition::Lane
            | Definition::Argument(_)
            | Definition::Constant(_) => {}
        }
    }

    fn pure(&mut self, value: Value, opcode: Opcode, operands: &[Value]) {
        let text = match opcode {
            Opcode::Join64 => format!("{{{}}}", self.list(operands, |_| false)),
            Opcode::Number => format!("1, 0, {}", self.list(operands, |_| false)),
            Opcode::CanonicalF32 | Opcode::CanonicalF64 => {
                return self.canonical(value, opcode, operands);
            }
            // Where a constant may stand in PTX.
            Opcode::Select32 | Opcode::Select64 | Opcode::SelectF32 | Opcode::SelectF64 => {
                self.list(operands, |_| true)
            }
            Opcode::Rotl32 | Opcode::Rotr32 | Opcode::ExtractS32 | Opcode::ExtractU32 => {
                self.list(operands, |at| at == 2)
            }
            Opcode::Insert32 => self.list(operands, |at| at >= 2),
            _ => self.list(operands, |at| at == 1),
        };
        let value = self.registers.register(value);
        line!(self, "{} \t{value}, {text}", opcode.text());
    }

    fn list(&mut self, operands: &[Value], immediate: impl Fn(usize) -> bool) -> String {
        let operands: Vec<String> = operands
            .iter()
            .enumerate()
            .map(|(at, operand)| {
                self.registers
                    .operand(&mut self.body, *operand, immediate(at))
            })
            .collect();
        operands.join(", ")
    }

    /// What is read or written together, and how many that is.
    fn lanes(&mut self, lanes: &Lanes) -> (usize, String) {
        let lanes: Vec<Value> = lanes.iter().copied().flatten().collect();
        (lanes.len(), self.list(&lanes, |_| false))
    }

    fn canonical(&mut self, value: Value, opcode: Opcode, operands: &[Value]) {
        let operand = self.list(operands, |_| false);
        let nan = self.registers.fresh(Type::Bool);
        let value = self.registers.register(value);
        let (ty, canonical) = match opcode {
            Opcode::CanonicalF32 => ("f32", "0f7FC00000"),
            _ => ("f64", "0d7FF8000000000000"),
        };
        line!(self, "setp.nan.{ty} \t{nan}, {operand}, {operand}");
        line!(self, "selp.{ty} \t{value}, {canonical}, {operand}, {nan}");
    }

    /// What is read and written in the range is fenced all the same: this is only to tell.
    fn range(&mut self, address: Value, length: Value, site: Site) {
        if self.policy == Policy::Mask {
            return;
        }
        let address = self.registers.operand(&mut self.body, address, false);
        let length = self.registers.operand(&mut self.body, length, false);
        let end = self.registers.fresh(Type::I64);
        let wide = self.registers.fresh(Type::I64);
        let bad = self.registers.fresh(Type::Bool);
        line!(self, "cvt.u64.u32 \t{end}, {address}");
        line!(self, "cvt.u64.u32 \t{wide}, {length}");
        line!(self, "add.s64 \t{end}, {end}, {wide}");
        line!(self, "setp.gt.u64 \t{bad}, {end}, %size");
        if self.policy == Policy::Trap {
            let label = self.traps.label(TrapKind::OutOfBounds, site);
            line!(self, "@{bad} bra \t{label}");
        } else {
            line!(self, "or.pred \t%bad, %bad, {bad}");
        }
    }
}
