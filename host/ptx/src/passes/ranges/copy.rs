//! The copy of a loop, and what leads to it and away.

use std::collections::HashMap;

use super::Loop;
use super::affine::Group;
use super::guard::{self, Checked, Code, Start};
use super::rounds::Rounds;
use crate::ir::{Block, Definition, End, Function, Instruction, Jump, Opcode, Type, Value};
use crate::passes::names::{
    rename_all, rename_behind, rename_instruction, rename_operands, used_outside,
};

/// Gives a loop its copy.
pub fn add(function: &mut Function, found: &Loop, rounds: &Rounds, groups: &[Group]) {
    let parameters = function.blocks[found.block].parameters.clone();
    let types: Vec<Type> = parameters
        .iter()
        .map(|value| function.type_of(*value))
        .collect();
    let outside = used_outside(function, &found.inside, &[found.block], &found.out);

    let guard = function.block(types.iter().copied());
    for block in function.reachable() {
        if block != found.block {
            function.blocks[block].end.each_jump_mut(|jump| {
                if jump.block == found.block {
                    jump.block = guard;
                }
            });
        }
    }
    let starts = function.blocks[guard].parameters.clone();
    let start = Start {
        parameters: parameters
            .iter()
            .copied()
            .zip(starts.iter().copied())
            .collect(),
        inside: &found.inside,
    };
    let Some(counted) = starts.get(rounds.parameter).copied() else {
        return;
    };
    let weight = weight(function, found.block);
    let mut code = Code {
        function,
        block: guard,
    };
    let checked = guard::check(&mut code, rounds, groups, weight, &start, counted);

    // What leaves either loop comes together, with all that is used behind.
    let leave = function.block(
        outside
            .iter()
            .map(|v| function.values[*v].0)
            .collect::<Vec<_>>(),
    );
    let names: HashMap<Value, Value> = outside
        .iter()
        .copied()
        .zip(function.blocks[leave].parameters.clone())
        .collect();
    let copy = copy(function, found, (groups, &checked), leave, &outside, &types);
    let ready = ready(function, &checked, copy, &starts);
    let slow = Jump {
        block: found.block,
        arguments: starts,
    };
    let fast = Jump {
        block: ready,
        arguments: Vec::new(),
    };
    function.blocks[guard].end = End::Branch(checked.good, fast, slow);

    rename_behind(function, &[found.block, copy], &names);
    let mut out = found.out.clone();
    rename_all(&mut out.arguments, &names);
    function.blocks[leave].end = End::Jump(out);
    function.blocks[found.block].end.each_jump_mut(|jump| {
        if jump.block != found.block {
            *jump = Jump {
                block: leave,
                arguments: outside.clone(),
            };
        }
    });
}

fn weight(function: &Function, block: Block) -> u64 {
    let instructions = &function.blocks[block].instructions;
    let fuel = instructions.iter().map(|instruction| match instruction {
        Instruction::Fuel(amount, _) => u64::from(*amount),
        _ => 0,
    });
    fuel.sum()
}

/// Pays for all rounds, makes the pointers, and goes into the copy.
fn ready(function: &mut Function, checked: &Checked, copy: Block, starts: &[Value]) -> Block {
    let block = function.block([]);
    let mut code = Code { function, block };
    code.instruction(Instruction::TakeFuel(checked.fuel));
    let mut arguments = starts.to_vec();
    arguments.push(checked.rounds);
    for (first, _) in &checked.firsts {
        arguments.push(code.compute(Type::I64, Definition::Pointer(*first)));
    }
    function.blocks[block].end = End::Jump(Jump {
        block: copy,
        arguments,
    });
    block
}

/// The loop again, without fences and fuel. Behind its parameters are how many rounds are left, and
/// the pointer of each group.
fn copy(
    function: &mut Function,
    found: &Loop,
    (groups, checked): (&[Group], &Checked),
    leave: Block,
    outside: &[Value],
    types: &[Type],
) -> Block {
    let pointers = groups.iter().map(|_| Type::I64);
    let more = [Type::I32].into_iter().chain(pointers);
    let block = function.block(types.iter().copied().chain(more));
    let mut new = function.blocks[block].parameters.clone().into_iter();
    let old = function.blocks[found.block].parameters.clone();
    let mut names: HashMap<Value, Value> = old.into_iter().zip(&mut new).collect();
    let extra: Vec<Value> = new.collect();
    for instruction in function.blocks[found.block].instructions.clone() {
        instruction_copy(function, block, instruction, &mut names, groups, &extra);
    }
    let mut code = Code { function, block };
    let mut again = found.again.arguments.clone();
    rename_all(&mut again, &names);
    let mut leaves = outside.to_vec();
    rename_all(&mut leaves, &names);
    let (one, zero) = (code.i32(-1), code.i32(0));
    let mut extra = extra.into_iter();
    let mut more = None;
    if let Some(left) = extra.next() {
        let left = code.pure(Opcode::Add32, &[left, one]);
        more = Some(code.pure(Opcode::Ne32, &[left, zero]));
        again.push(left);
    }
    for (pointer, (_, step)) in extra.zip(&checked.firsts) {
        again.push(code.pure(Opcode::Add64, &[pointer, *step]));
    }
    let out = Jump {
        block: leave,
        arguments: leaves,
    };
    function.blocks[block].end = match more {
        Some(more) => End::Branch(
            more,
            Jump {
                block,
                arguments: again,
            },
            out,
        ),
        None => End::Jump(out),
    };
    block
}

fn instruction_copy(
    function: &mut Function,
    block: Block,
    mut instruction: Instruction,
    names: &mut HashMap<Value, Value>,
    groups: &[Group],
    extra: &[Value],
) {
    let pointer = |access: &mut crate::ir::Access| {
        let key = (access.address, access.offset, access.kind.bytes);
        for (group, pointer) in groups.iter().zip(extra.iter().skip(1)) {
            if let Some(distance) = group.accesses.get(&key) {
                (access.address, access.offset) = (*pointer, *distance);
            }
        }
    };
    match &mut instruction {
        Instruction::Fuel(..) => return,
        Instruction::Compute(value) => {
            let (ty, mut definition) = function.values[*value].clone();
            if let Definition::Load(access, _) | Definition::Atomic(_, access) = &mut definition {
                pointer(access);
            }
            let rename = |value: &mut Value| *value = names.get(value).copied().unwrap_or(*value);
            rename_operands(&mut definition, rename);
            let new = function.value(ty, definition);
            names.insert(*value, new);
            *value = new;
        }
        Instruction::Store(access, ..) => pointer(access),
        _ => {}
    }
    let rename = |value: &mut Value| *value = names.get(value).copied().unwrap_or(*value);
    rename_instruction(&mut instruction, rename);
    function.blocks[block].instructions.push(instruction);
}
