//! Runs threads, one after the other.

use super::arithmetic::{Type, compare, compute, convert};
use super::memory::{ARENA, Memory, RECORD};
use super::parse::{Instruction, Kernel, Operand};
use ringhost_ptx::Record;

/// What a launch is given, besides the memory.
#[derive(Debug, Clone)]
pub struct Launch {
    pub blocks: u32,
    pub threads: u32,
    pub first: u64,
    pub count: u64,
    pub fuel: u64,
    pub stack: u32,
    pub ordinal: u32,
    /// The bits of the function's own parameters.
    pub parameters: Vec<u64>,
    /// Instructions that all threads may take together.
    pub most: u64,
    /// Whether the last thread runs first.
    pub backwards: bool,
    /// After how many instructions of all threads the host cancels.
    pub cancelled_after: Option<u64>,
}

impl Default for Launch {
    fn default() -> Self {
        Self {
            blocks: 1,
            threads: 1,
            first: 0,
            count: 1,
            fuel: 1_000_000,
            stack: 0,
            ordinal: 0,
            parameters: Vec::new(),
            most: 20_000_000,
            backwards: false,
            cancelled_after: None,
        }
    }
}

/// Runs a launch. An error is what a device would not survive, or a thread that does not end.
pub fn run(kernel: &Kernel, memory: &mut Memory, launch: &Launch) -> Result<(), String> {
    let mut left = launch.most;
    let mut threads: Vec<(u32, u32)> = (0..launch.blocks)
        .flat_map(|block| (0..launch.threads).map(move |thread| (block, thread)))
        .collect();
    if launch.backwards {
        threads.reverse();
    }
    for (block, thread) in threads {
        let mut machine = Thread {
            kernel,
            memory,
            launch,
            registers: Vec::new(),
        };
        machine.registers = vec![0xdead_beef_dead_beef; kernel.registers.len()];
        for (name, value) in [
            ("%tid.x", thread),
            ("%ntid.x", launch.threads),
            ("%ctaid.x", block),
            ("%nctaid.x", launch.blocks),
        ] {
            machine.registers[kernel.number(name)] = u64::from(value);
        }
        machine.run(&mut left)?;
    }
    Ok(())
}

struct Thread<'a> {
    kernel: &'a Kernel,
    memory: &'a mut Memory,
    launch: &'a Launch,
    registers: Vec<u64>,
}

impl Thread<'_> {
    fn run(&mut self, left: &mut u64) -> Result<(), String> {
        let mut at = 0;
        let kernel = self.kernel;
        while let Some(instruction) = kernel.instructions.get(at) {
            *left = left.checked_sub(1).ok_or("the threads do not end")?;
            if self.launch.cancelled_after == Some(self.launch.most - *left) {
                self.memory.set_lowest(Record::CANCEL);
            }
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
                    at = *instruction
                        .targets
                        .get(index)
                        .ok_or("a branch beyond its table")?;
                }
                "ret" => return Ok(()),
                _ => self
                    .step(instruction)
                    .map_err(|why| format!("{why}: {}", instruction.text))?,
            }
        }
        Err("the kernel has no end".into())
    }

    fn step(&mut self, instruction: &Instruction) -> Result<(), String> {
        let name = &instruction.name;
        let operands = &instruction.operands;
        let types: Vec<Type> = name.iter().filter_map(|part| Type::parse(part)).collect();
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
                let value = self
                    .memory
                    .read(self.address(&operands[1]), u64::from(ty.bits / 8))?;
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
                let values: Vec<u64> = operands[1..].iter().map(|o| self.value(o)).collect();
                let value = compute(name, ty, &values);
                self.set(&operands[0], value);
                Ok(())
            }
        }
    }

    fn atomic(&mut self, name: &[String], ty: Type, operands: &[Operand]) -> Result<(), String> {
        let bytes = u64::from(ty.bits / 8);
        let address = self.address(&operands[1]);
        let found = self.memory.read(address, bytes)?;
        let value = ty.cut(self.value(&operands[2]));
        let new = match name[name.len() - 2].as_str() {
            "add" => ty.cut(found.wrapping_add(value)),
            "and" => found & value,
            "or" => found | value,
            "xor" => found ^ value,
            "min" => found.min(value),
            "exch" => value,
            "cas" if found == value => ty.cut(self.value(&operands[3])),
            "cas" => found,
            other => panic!("no atomic {other}"),
        };
        self.memory.write(address, bytes, new)?;
        self.set(&operands[0], found);
        Ok(())
    }

    fn parameter(&self, name: &str, ty: &str) -> u64 {
        let position = self
            .kernel
            .parameters
            .iter()
            .position(|(known, _)| known == name);
        let position = position.unwrap_or_else(|| panic!("no parameter {name}"));
        assert_eq!(self.kernel.parameters[position].1, ty, "the type of {name}");
        match name {
            "arena" => ARENA,
            "size" => self.memory.size(),
            "record" => RECORD,
            "first" => self.launch.first,
            "count" => self.launch.count,
            "fuel" => self.launch.fuel,
            "ordinal" => u64::from(self.launch.ordinal),
            "stack" => u64::from(self.launch.stack),
            _ => self.launch.parameters[position - 8],
        }
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
