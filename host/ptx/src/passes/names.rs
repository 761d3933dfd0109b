//! Values under other names: in what is copied, and behind what was copied.

use std::collections::HashMap;

use crate::ir::{Block, Definition, End, Function, Instruction, Value};

/// Renames what a value is made of.
pub fn rename_operands(definition: &mut Definition, rename: impl Fn(&mut Value)) {
    match definition {
        Definition::Pure(_, operands) => operands.iter_mut().for_each(rename),
        Definition::Load(access, _) => rename(&mut access.address),
        Definition::Atomic(atomic, access) => {
            rename(&mut access.address);
            atomic.operands_mut().into_iter().flatten().for_each(rename);
        }
        Definition::Pointer(address) => rename(address),
        Definition::Parameter
        | Definition::Argument(_)
        | Definition::Constant(_)
        | Definition::Lane
        | Definition::FuelInHand
        | Definition::Alias(_) => {}
    }
}

/// Renames what an instruction takes, save what a value that it computes is made of.
pub fn rename_instruction(instruction: &mut Instruction, rename: impl Fn(&mut Value)) {
    match instruction {
        Instruction::Compute(_)
        | Instruction::Fuel(_)
        | Instruction::Refuel
        | Instruction::Fence => {}
        Instruction::Store(access, value, _) => {
            rename(&mut access.address);
            rename(value);
        }
        Instruction::LoadWide(access, _) => rename(&mut access.address),
        Instruction::StoreWide(access, values) => {
            rename(&mut access.address);
            values.iter_mut().flatten().for_each(rename);
        }
        Instruction::TrapIf(value, ..)
        | Instruction::TakeFuel(value)
        | Instruction::LookIf(value) => rename(value),
        Instruction::Range(address, length, _) => {
            rename(address);
            rename(length);
        }
    }
}

/// Renames those values that have another name.
pub fn rename_all(values: &mut [Value], names: &HashMap<Value, Value>) {
    for value in values {
        *value = names.get(value).copied().unwrap_or(*value);
    }
}

/// A copy of an instruction, with what it takes renamed, and with a new name for what it computes.
pub fn copied(
    function: &mut Function,
    mut instruction: Instruction,
    names: &mut HashMap<Value, Value>,
) -> Instruction {
    let rename = |value: &mut Value| *value = names.get(value).copied().unwrap_or(*value);
    rename_instruction(&mut instruction, rename);
    if let Instruction::Compute(value) = &mut instruction {
        let (ty, mut definition) = function.values[*value].clone();
        rename_operands(&mut definition, rename);
        let new = function.value(ty, definition);
        names.insert(*value, new);
        *value = new;
    }
    instruction
}

/// Renames values in all blocks but these.
pub fn rename_behind(function: &mut Function, blocks: &[Block], names: &HashMap<Value, Value>) {
    let rename = |value: &mut Value| *value = names.get(value).copied().unwrap_or(*value);
    for block in function.reachable() {
        if !blocks.contains(&block) {
            each_name(function, block, &rename);
        }
    }
}

/// Calls `change` with every value that a block names, save those that it computes.
pub fn each_name(function: &mut Function, block: Block, change: &impl Fn(&mut Value)) {
    let mut instructions = std::mem::take(&mut function.blocks[block].instructions);
    for instruction in &mut instructions {
        rename_instruction(instruction, change);
        if let Instruction::Compute(value) = instruction {
            rename_operands(&mut function.values[*value].1, change);
        }
    }
    function.blocks[block].instructions = instructions;
    let end = &mut function.blocks[block].end;
    if let End::Branch(value, ..) | End::Switch(value, _) = end {
        change(value);
    }
    end.each_jump_mut(|jump| jump.arguments.iter_mut().for_each(change));
}
