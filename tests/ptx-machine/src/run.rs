//! Runs threads, one after the other: each up to its end, or to where it waits for the others of its block.

use std::sync::atomic::{Ordering, fence};

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
    let order = |number: u32, all: u32| {
        if grid.backwards {
            all - 1 - number
        } else {
            number
        }
    };
    for block in 0..grid.blocks {
        let block = order(block, grid.blocks);
        let mut threads: Vec<Thread<'_>> = (0..grid.threads)
            .map(|number| {
                let thread = order(number, grid.threads);
                Thread::new(kernel, parameters, grid, block, thread)
            })
            .collect();
        while meet(&mut threads, memory)? {}
    }
    Ok(())
}

/// Runs the threads of a block up to their ends, or to where they wait for each other; false once all have
/// come to their ends.
fn meet<M: Memory>(threads: &mut [Thread<'_>], memory: &mut M) -> Result<bool, Fault> {
    let mut waiting = 0;
    for thread in threads.iter_mut() {
        waiting += usize::from(thread.run(memory)?);
    }
    if waiting == 0 {
        return Ok(false);
    }
    if waiting < threads.len() {
        let why = "threads wait for those that have come to their ends";
        return Err(Fault::Undefined(why.into()));
    }
    let any = threads.iter().any(|thread| thread.brings);
    for thread in threads {
        thread.leave(any);
    }
    Ok(true)
}

struct Thread<'a> {
    kernel: &'a Kernel,
    parameters: &'a [u64],
    registers: Vec<u64>,
    /// The instruction that is next.
    at: usize,
    /// Whether it has come to its end.
    is_done: bool,
    /// What it brings to where it waits for the others.
    brings: bool,
}

impl<'a> Thread<'a> {
    fn new(kernel: &'a Kernel, parameters: &'a [u64], grid: Grid, block: u32, thread: u32) -> Self {
        let mut registers = vec![0xdead_beef_dead_beef; kernel.registers.len()];
        for (name, value) in [
            ("%tid.x", thread),
            ("%ntid.x", grid.threads),
            ("%ctaid.x", block),
            ("%nctaid.x", grid.blocks),
        ] {
            registers[kernel.number(name)] = u64::from(value);
        }
        Self {
            kernel,
            parameters,
            registers,
            at: 0,
            is_done: false,
            brings: false,
        }
    }

    /// Runs up to the end, or to where it waits for the other threads: true there.
    fn run<M: Memory>(&mut self, memory: &mut M) -> Result<bool, Fault> {
        if self.is_done {
            return Ok(false);
        }
        let kernel = self.kernel;
        while let Some(instruction) = kernel.instructions.get(self.at) {
            memory.tick()?;
            if let Some((predicate, holds)) = instruction.guard
                && (self.registers[predicate] != 0) != holds
            {
                self.at += 1;
                continue;
            }
            match instruction.name[0].as_str() {
                "bra" => self.at = instruction.targets[0],
                "brx" => {
                    let index = self.value(&instruction.operands[0]) as u32 as usize;
                    let target = instruction.targets.get(index);
                    self.at = *target
                        .ok_or_else(|| Fault::Undefined("a branch beyond its table".into()))?;
                }
                "ret" => {
                    self.is_done = true;
                    return Ok(false);
                }
                "barrier" => {
                    let brought = instruction.operands.get(2);
                    self.brings = brought.is_some_and(|operand| self.value(operand) != 0);
                    return Ok(true);
                }
                _ => {
                    self.step(instruction, memory)?;
                    self.at += 1;
                }
            }
        }
        Err(Fault::Undefined("the kernel has no end".into()))
    }

    /// Goes on from where it has waited for the others, of whom any brought something.
    fn leave(&mut self, any: bool) {
        let instruction = &self.kernel.instructions[self.at];
        match instruction.name.join(".").as_str() {
            "barrier.sync" => {}
            "barrier.red.or.pred" => self.set(&instruction.operands[0], u64::from(any)),
            other => panic!("no barrier {other}"),
        }
        self.at += 1;
    }

    fn step<M: Memory>(&mut self, instruction: &Instruction, memory: &mut M) -> Result<(), Fault> {
        let name = &instruction.name;
        let operands = &instruction.operands;
        let types = &instruction.types;
        let ty = *types.last().unwrap_or(&Type {
            kind: 'b',
            bits: 64,
        });
        match name[0].as_str() {
            "fence" => Ok(()),
            "nanosleep" => {
                memory.rest(self.value(&operands[0]));
                Ok(())
            }
            "ld" if name[1] == "param" => {
                let Operand::Name(parameter) = &operands[1] else {
                    panic!("{operands:?}")
                };
                let value = self.parameter(parameter, &name[2]);
                self.set(&operands[0], ty.widen(value));
                Ok(())
            }
            "ld" | "st" if name.iter().any(|part| part == "v4" || part == "v2") => {
                self.several(ty, operands, memory)
            }
            "ld" => {
                let address = self.address(&operands[1]);
                let value = memory.read(address, u64::from(ty.bits / 8))?;
                if name[1] == "acquire" {
                    fence(Ordering::Acquire);
                }
                self.set(&operands[0], ty.widen(value));
                Ok(())
            }
            "st" => {
                let (address, value) = (self.address(&operands[0]), self.value(&operands[1]));
                if name[1] == "release" {
                    fence(Ordering::Release);
                }
                memory.write(address, u64::from(ty.bits / 8), ty.cut(value))
            }
            "atom" => self.atomic(name, ty, operands, memory),
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

    /// Loads or stores a vector of two or four, which is aligned as a whole.
    fn several<M: Memory>(
        &mut self,
        ty: Type,
        operands: &[Operand],
        memory: &mut M,
    ) -> Result<(), Fault> {
        let bytes = u64::from(ty.bits / 8);
        let (is_load, registers, place) = match operands {
            [Operand::Four(registers), place] => (true, registers.to_vec(), place),
            [place, Operand::Four(registers)] => (false, registers.to_vec(), place),
            [Operand::Pair(low, high), place] => (true, vec![*low, *high], place),
            [place, Operand::Pair(low, high)] => (false, vec![*low, *high], place),
            other => panic!("{other:?}"),
        };
        let address = self.address(place);
        let whole = bytes * registers.len() as u64;
        if !address.is_multiple_of(whole) {
            return Err(Fault::Misaligned(address, whole));
        }
        for (register, address) in registers.iter().zip((address..).step_by(bytes as usize)) {
            if is_load {
                self.registers[*register] = ty.widen(memory.read(address, bytes)?);
            } else {
                let value = ty.cut(self.registers[*register]);
                memory.write(address, bytes, value)?;
            }
        }
        Ok(())
    }

    fn atomic<M: Memory>(
        &mut self,
        name: &[String],
        ty: Type,
        operands: &[Operand],
        memory: &mut M,
    ) -> Result<(), Fault> {
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
        let found = memory.update(address, bytes, &mut new)?;
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
