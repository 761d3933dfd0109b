//! Loops that check before each round whether to go round come to check behind it.
//!
//! Where a loop's first block only computes that, and the second does all else, the first stays for the
//! first check, and is copied to the second's end, which then goes round by itself. That is the form
//! that compilers give to loops where they can, and that `ranges` looks for.

use std::collections::{HashMap, HashSet};

use super::names::{copied, rename_all, rename_behind, used_outside};
use crate::ir::{Block, Definition, End, Function, Instruction, Jump, List, Type, Value};

/// The most loops that are turned, each of which costs a walk over the function.
const MOST_LOOPS: usize = 64;
/// The most instructions of a first block.
const MOST_INSTRUCTIONS: usize = 16;

/// A loop of two blocks.
struct Loop {
    head: Block,
    body: Block,
    /// Into the body, and out of the loop.
    inside: Jump,
    out: Jump,
    /// Whether the loop goes on where the condition holds.
    holds: bool,
    condition: Value,
    /// From the body to the first block.
    again: Jump,
}

/// Turns the loops that can be.
pub fn turn(function: &mut Function) {
    let order = function.reachable();
    let mut jumps: List<Block, u32> = function.blocks.map(|_| 0);
    for block in &order {
        function.blocks[*block]
            .end
            .each_jump(|jump| jumps[jump.block] += 1);
    }
    let found: Vec<Block> = order
        .into_iter()
        .filter(|head| find(function, *head, &jumps).is_some())
        .collect();
    for head in found.into_iter().take(MOST_LOOPS) {
        if let Some(found) = find(function, head, &jumps) {
            turn_one(function, &found);
        }
    }
}

fn find(function: &Function, head: Block, jumps: &List<Block, u32>) -> Option<Loop> {
    let data = &function.blocks[head];
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
    // Blocks that were added since have no place in the list, and none is the body of a loop.
    let goes_back = |jump: &Jump| match &function.blocks[jump.block].end {
        End::Jump(again) if jumps.holds(jump.block) && jumps[jump.block] == 1 => {
            (again.block == head && jump.block != head).then(|| again.clone())
        }
        _ => None,
    };
    let (inside, out, again, holds) = match (goes_back(then), goes_back(otherwise)) {
        (Some(again), None) => (then, otherwise, again, true),
        (None, Some(again)) => (otherwise, then, again, false),
        _ => return None,
    };
    Some(Loop {
        head,
        body: inside.block,
        inside: inside.clone(),
        out: out.clone(),
        holds,
        condition: *condition,
        again,
    })
}

fn turn_one(function: &mut Function, found: &Loop) {
    let parameters = function.blocks[found.head].parameters.clone();
    let checks = function.blocks[found.head].instructions.clone();
    let mut inside: HashSet<Value> = parameters.iter().copied().collect();
    inside.extend(checks.iter().filter_map(|instruction| match instruction {
        Instruction::Compute(value) => Some(*value),
        _ => None,
    }));
    let outside = used_outside(function, &inside, &[found.head, found.body], &found.out);

    // The body, with the values that were the first block's as its own.
    let types: Vec<Type> = parameters
        .iter()
        .map(|value| function.type_of(*value))
        .collect();
    let body = function.block(types);
    let own = function.blocks[body].parameters.clone();
    let mut names: HashMap<Value, Value> = parameters.iter().copied().zip(own).collect();
    let mut instructions = Vec::new();
    for check in &checks {
        if let Instruction::Compute(_) = check {
            instructions.push(copied(function, *check, &mut names));
        }
    }
    let mut given = found.inside.arguments.clone();
    rename_all(&mut given, &names);
    let taken = std::mem::take(&mut function.blocks[found.body].parameters);
    for (taken, given) in taken.into_iter().zip(given) {
        function.values[taken].1 = Definition::Alias(given);
    }
    for instruction in std::mem::take(&mut function.blocks[found.body].instructions) {
        instructions.push(copied(function, instruction, &mut names));
    }
    // The check of the next round.
    let mut next = found.again.arguments.clone();
    rename_all(&mut next, &names);
    let mut names: HashMap<Value, Value> = parameters.iter().copied().zip(next.clone()).collect();
    for check in checks {
        instructions.push(copied(function, check, &mut names));
    }

    let types: Vec<Type> = outside
        .iter()
        .map(|value| function.type_of(*value))
        .collect();
    let leave = function.block(types);
    let behind: HashMap<Value, Value> = outside
        .iter()
        .copied()
        .zip(function.blocks[leave].parameters.clone())
        .collect();
    rename_behind(function, &[found.head, found.body], &behind);
    let mut out = found.out.clone();
    rename_all(&mut out.arguments, &behind);
    function.blocks[leave].end = End::Jump(out);

    let mut leaves = outside.clone();
    rename_all(&mut leaves, &names);
    let mut condition = [found.condition];
    rename_all(&mut condition, &names);
    function.blocks[body].instructions = instructions;
    let branch = |[condition]: [Value; 1], again: Vec<Value>, leaves: Vec<Value>| {
        let again = Jump {
            block: body,
            arguments: again,
        };
        let out = Jump {
            block: leave,
            arguments: leaves,
        };
        if found.holds {
            End::Branch(condition, again, out)
        } else {
            End::Branch(condition, out, again)
        }
    };
    function.blocks[body].end = branch(condition, next, leaves);
    function.blocks[found.head].end = branch([found.condition], parameters, outside);
    super::parameters::substitute(function);
}
