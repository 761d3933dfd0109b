//! Runs threads, one after the other.

use crate::arithmetic::{Type, compare, compute, convert};
use crate::memory::{Fault, Memory};
use crate::parse::{Instruction, Kernel, Operand};

/// The threads of a launch.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    /// How many blocks there are, in one dimension.
    pub blocks: u32,
    /// How many threads a block has.
    pub threads: u32,
    /// Whether the last thread runs first.
    pub backwards: bool,
}

/// Runs a launch, whose parameters have these bits.
///
/// # Errors
/// What a device would not survive, or what [`Memory::tick`] says.
pub fn run<M: Memory>(
    kernel: &Kernel,
    memory: &mut M,
    grid: Grid,
    parameters: &[u64],
) -> Result<(), Fault> {
    let all = u64::from(grid.blocks) * u64::from(grid.threads);
    for number in 0..all {
        let number = if grid.backwards {
            all - 1 - number
        } else {
            number
        };
        let mut machine = Thread {
            kernel,
            memory,
            parameters,
            registers: vec![0xdead_beef_dead_beef; kernel.registers.len()],
        };
        for (name, value) in [
            ("%tid.x", number % u64::from(grid.threads)),
            ("%ntid.x", u64::from(grid.threads)),
            ("%ctaid.x", number / u64::from(grid.threads)),
            ("%nctaid.x", u64::from(grid.blocks)),
        ] {
            machine.registers[kernel.number(name)] = value;
        }
        machine.run()?;
    }
    Ok(())
}

struct Thread<'a, M> {
    kernel: &'a Kernel,
    memory: &'a mut M,
    parameters: &'a [u64],
    registers: Vec<u64>,
}

impl<M: Memory> Thread<'_, M> {
    fn run(&mut self) -> Result<(), Fault> {
        let mut at = 0;
        let kernel = self.kernel;
        while let Some(instruction) = kernel.instructions.get(at) {
            self.memory.tick()?;
            at += 1;
            if let Some((predicate, holds)) = instruction.guard
                && (self.registers[predicate] != 0) != holds
            {
                continue;
            }
            match instruction.name[0].as_str() {
                "bra" => at = instruction.targets[0],
                "brx" => {
                    let index = self.value(&instruction.operands[0]) as u32 as usize;
                    let target = instruction.targets.get(index);
                    at = *target
                        .ok_or_else(|| Fault::Undefined("a branch beyond its table".into()))?;
                }
                "ret" => return Ok(()),
                _ => self.step(instruction)?,
            }
        }
        Err(Fault::Undefined("the kernel has no end".into()))
    }

    fn step(&mut self, instruction: &Instruction) -> Result<(), Fault> {
        let name = &instruction.name;
        let operands = &instruction.operands;
        let types = &instruction.types;
        let ty = *types.last().unwrap_or(&Type {
            kind: 'b',
            bits: 64,
        });
        match name[0].as_str() {
            "fence" => Ok(()),
            "ld" if name[1] == "param" => {
                let Operand::Name(parameter) = &operands[1] else {
                    panic!("{operands:?}")
                };
                let value = self.parameter(parameter, &name[2]);
                self.set(&operands[0], ty.widen(value));
                Ok(())
            }
            "ld" => {
                let address = self.address(&operands[1]);
                let value = self.memory.read(address, u64::from(ty.bits / 8))?;
                self.set(&operands[0], ty.widen(value));
                Ok(())
            }
            "st" => {
                let (address, value) = (self.address(&operands[0]), self.value(&operands[1]));
                self.memory
                    .write(address, u64::from(ty.bits / 8), ty.cut(value))
            }
            "atom" => self.atomic(name, ty, operands),
            "setp" => {
                let [a, b] = [self.value(&operands[1]), self.value(&operands[2])];
                let mut holds = compare(&name[1], ty, a, b);
                if name[2] == "or" {
                    holds |= self.value(&operands[3]) != 0;
                }
                self.set(&operands[0], u64::from(holds));
                Ok(())
            }
            "cvt" => {
                let value = convert(name, types[0], types[1], self.value(&operands[1]));
                self.set(&operands[0], value);
                Ok(())
            }
            _ => {
                let mut values = [0; 4];
                for (value, operand) in values.iter_mut().zip(&operands[1..]) {
                    *value = self.value(operand);
                }
                let value = compute(name, ty, &values[..operands.len() - 1]);
                self.set(&operands[0], value);
                Ok(())
            }
        }
    }

    fn atomic(&mut self, name: &[String], ty: Type, operands: &[Operand]) -> Result<(), Fault> {
        let address = self.address(&operands[1]);
        let value = ty.cut(self.value(&operands[2]));
        let other = operands.get(3).map_or(0, |other| self.value(other));
        let mut new = |found: u64| match name[name.len() - 2].as_str() {
            "add" => ty.cut(found.wrapping_add(value)),
            "and" => found & value,
            "or" => found | value,
            "xor" => found ^ value,
            "min" => found.min(value),
            "exch" => value,
            "cas" if found == value => ty.cut(other),
            "cas" => found,
            other => panic!("no atomic {other}"),
        };
        let bytes = u64::from(ty.bits / 8);
        let found = self.memory.update(address, bytes, &mut new)?;
        self.set(&operands[0], found);
        Ok(())
    }

    fn parameter(&self, name: &str, ty: &str) -> u64 {
        let mut known = self.kernel.parameters.iter();
        let position = known.position(|(known, _)| known == name);
        let position = position.unwrap_or_else(|| panic!("no parameter {name}"));
        assert_eq!(self.kernel.parameters[position].1, ty, "the type of {name}");
        self.parameters[position]
    }

    fn value(&self, operand: &Operand) -> u64 {
        match operand {
            Operand::Register(number) => self.registers[*number],
            Operand::Immediate(bits) => *bits,
            Operand::Pair(low, high) => {
                (self.registers[*low] & 0xffff_ffff) | (self.registers[*high] << 32)
            }
            other => panic!("no value: {other:?}"),
        }
    }

    fn address(&self, operand: &Operand) -> u64 {
        match operand {
            Operand::Address(register, offset) => {
                self.registers[*register].wrapping_add_signed(*offset)
            }
            other => panic!("no address: {other:?}"),
        }
    }

    fn set(&mut self, operand: &Operand, value: u64) {
        match operand {
            Operand::Register(number) => self.registers[*number] = value,
            other => panic!("nothing to write to: {other:?}"),
        }
    }
}
