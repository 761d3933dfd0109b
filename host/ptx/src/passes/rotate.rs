//! Loops that check before each round whether to go round come to check behind it.
//!
//! Where a loop's first block only computes that, and the others do all else, the first stays for the
//! first check, and is copied to the end of the last, which then goes round by itself. That is the form
//! that compilers give to loops where they can, and that `ranges` looks for.

use std::collections::HashMap;

use super::exits;
use super::names::{copied, each_name, rename_all};
use super::regions::{Region, innermost};
use crate::ir::{Block, Definition, End, Function, Instruction, Jump, Type, Value};

/// The most loops that are turned, each of which costs a walk over the function.
const MOST_LOOPS: usize = 64;
/// The most instructions of a first block.
const MOST_INSTRUCTIONS: usize = 16;

/// How a loop's first block ends.
struct Check {
    condition: Value,
    /// Into the loop.
    inside: Jump,
}

/// Turns the loops that can be.
pub fn turn(function: &mut Function) {
    let mut done = 0;
    for region in innermost(function) {
        if done == MOST_LOOPS {
            break;
        }
        if let Some(check) = find(function, &region) {
            exits::close(function, &region);
            turn_one(function, &region, &check);
            done += 1;
        }
    }
}

fn find(function: &Function, region: &Region) -> Option<Check> {
    let data = &function.blocks[region.header];
    let End::Branch(condition, then, otherwise) = &data.end else {
        return None;
    };
    let simple = data
        .instructions
        .iter()
        .all(|instruction| match instruction {
            Instruction::Fuel(_) => true,
            Instruction::Compute(value) => function.operation(*value).is_some(),
            _ => false,
        });
    if !simple || data.instructions.len() > MOST_INSTRUCTIONS {
        return None;
    }
    let End::Jump(_) = &function.blocks[region.latch].end else {
        return None;
    };
    let goes_on = |jump: &Jump| region.blocks.contains(&jump.block);
    let inside = match (goes_on(then), goes_on(otherwise)) {
        (true, false) => then,
        (false, true) => otherwise,
        _ => return None,
    };
    Some(Check {
        condition: *condition,
        inside: inside.clone(),
    })
}

/// Nothing but the first block leads to the second: what else did would be a loop within this one.
fn turn_one(function: &mut Function, region: &Region, check: &Check) {
    let parameters = function.blocks[region.header].parameters.clone();
    let checks = function.blocks[region.header].instructions.clone();
    let second = check.inside.block;

    // The second block, with the values that were the first's as its own.
    let types: Vec<Type> = parameters.iter().map(|v| function.type_of(*v)).collect();
    let body = function.block(types);
    let own = function.blocks[body].parameters.clone();
    let mut names: HashMap<Value, Value> = parameters.iter().copied().zip(own).collect();
    let mut instructions = Vec::new();
    for check in &checks {
        if let Instruction::Compute(_) = check {
            instructions.push(copied(function, *check, &mut names));
        }
    }
    let mut given = check.inside.arguments.clone();
    rename_all(&mut given, &names);
    let old = &mut function.blocks[second];
    let taken = std::mem::take(&mut old.parameters);
    instructions.append(&mut old.instructions);
    let end = std::mem::replace(&mut old.end, End::Return);
    for (taken, given) in taken.into_iter().zip(given) {
        function.values[taken].1 = Definition::Alias(given);
    }
    function.blocks[body].instructions = instructions;
    function.blocks[body].end = end;
    let itself = |block: Block| if block == second { body } else { block };
    let rename = |value: &mut Value| *value = names.get(value).copied().unwrap_or(*value);
    for block in region
        .blocks
        .iter()
        .filter(|block| **block != region.header)
    {
        each_name(function, itself(*block), &rename);
    }

    // The check of the next round.
    let latch = itself(region.latch);
    let End::Jump(again) = &function.blocks[latch].end else {
        return;
    };
    let next = again.arguments.clone();
    let mut names: HashMap<Value, Value> = parameters.iter().copied().zip(next.clone()).collect();
    for check in checks {
        let check = copied(function, check, &mut names);
        function.blocks[latch].instructions.push(check);
    }
    let mut condition = [check.condition];
    rename_all(&mut condition, &names);
    let mut first_end = function.blocks[region.header].end.clone();
    let mut last_end = first_end.clone();
    first_end.each_jump_mut(|jump| {
        if jump.block == second {
            (jump.block, jump.arguments) = (body, parameters.clone());
        }
    });
    last_end.each_jump_mut(|jump| {
        if jump.block == second {
            (jump.block, jump.arguments) = (body, next.clone());
        } else {
            rename_all(&mut jump.arguments, &names);
        }
    });
    if let End::Branch(value, ..) = &mut last_end {
        [*value] = condition;
    }
    function.blocks[region.header].end = first_end;
    function.blocks[latch].end = last_end;
    super::parameters::substitute(function);
}
