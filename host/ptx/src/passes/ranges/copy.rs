//! The copy of a loop, and what leads to it and away.

use std::collections::HashMap;

use super::Loop;
use super::affine::Group;
use super::growth::{Growth, Growths};
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
    let behind = Behind {
        guard,
        leave,
        starts: &starts,
        outside: &outside,
    };
    let copy = copy(function, found, (groups, &checked), &behind, &types);
    let ready = ready(function, &checked, copy, &starts);
    let slow = Jump {
        block: found.block,
        arguments: starts.clone(),
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
    let burns = |instruction: &&Instruction| matches!(instruction, Instruction::Fuel(_));
    instructions.iter().filter(burns).count() as u64
}

/// Where the copy goes when it has made its rounds: to the guard for more of them, or out.
struct Behind<'l> {
    guard: Block,
    leave: Block,
    /// What the loop's parameters were before these rounds.
    starts: &'l [Value],
    /// What is used behind the loop.
    outside: &'l [Value],
}

/// Pays for the rounds, makes the pointers, and goes into the copy.
fn ready(function: &mut Function, checked: &Checked, copy: Block, starts: &[Value]) -> Block {
    let block = function.block([]);
    let mut code = Code { function, block };
    if let Some(fuel) = checked.fuel {
        code.instruction(Instruction::TakeFuel(fuel));
    }
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
    behind: &Behind<'_>,
    types: &[Type],
) -> Block {
    let growths: Vec<Option<Growth>> = {
        let mut growths = Growths::new(function, found);
        let parameters = &function.blocks[found.block].parameters;
        parameters.iter().map(|value| growths.of(*value)).collect()
    };
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
    let next = again.clone();
    let mut leaves = behind.outside.to_vec();
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
        block: finished(function, checked, behind, (&growths, &next, &names), leaves),
        arguments: Vec::new(),
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

/// What follows the copy. What grows by the same each round is computed from what it was before, so that
/// the copy need not.
fn finished(
    function: &mut Function,
    checked: &Checked,
    behind: &Behind<'_>,
    (growths, next, names): (&[Option<Growth>], &[Value], &HashMap<Value, Value>),
    leaves: Vec<Value>,
) -> Block {
    let block = function.block([]);
    let again = function.block([]);
    let mut code = Code {
        function,
        block: again,
    };
    code.instruction(Instruction::Refuel);
    let mut arguments = Vec::new();
    for ((growth, next), start) in growths.iter().zip(next).zip(behind.starts) {
        let step = match growth {
            None => {
                arguments.push(*next);
                continue;
            }
            Some(Growth::Constant(0)) => {
                arguments.push(*start);
                continue;
            }
            Some(Growth::Constant(step)) => code.i32(*step),
            Some(Growth::Stride(by, shift)) => {
                let by = names.get(by).copied().unwrap_or(*by);
                let shift = code.i32(*shift as i32);
                code.pure(Opcode::Shl32, &[by, shift])
            }
        };
        let way = code.pure(Opcode::Mul32, &[checked.rounds, step]);
        arguments.push(code.pure(Opcode::Add32, &[*start, way]));
    }
    let more = Jump {
        block: behind.guard,
        arguments,
    };
    function.blocks[again].end = End::Jump(more);
    let again = Jump {
        block: again,
        arguments: Vec::new(),
    };
    let out = Jump {
        block: behind.leave,
        arguments: leaves,
    };
    function.blocks[block].end = End::Branch(checked.unfinished, again, out);
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
        Instruction::Fuel(_) | Instruction::LookIf(_) => return,
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
