//! One way out of a loop: all that leave it come to one block, with all that is used behind.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::names::{each_name, rename_behind};
use super::regions::Region;
use crate::ir::{Block, Definition, End, Function, Instruction, Jump, Opcode, Type, Value};

/// Has what leaves a loop lead to one block, which goes on where that was to go. No value of the loop is
/// then named outside of it, so that there may be two of it. Returns the block.
pub fn close(function: &mut Function, region: &Region) -> Option<Block> {
    for block in &region.blocks {
        forward(function, *block, &region.blocks);
    }
    let values = region.values(function);
    let mut targets: Vec<Block> = Vec::new();
    for block in &region.blocks {
        function.blocks[*block].end.each_jump(|jump| {
            if !region.blocks.contains(&jump.block) && !targets.contains(&jump.block) {
                targets.push(jump.block);
            }
        });
    }
    let outside = used_outside(function, region, &values);
    let (first, others) = targets.split_first()?;
    if others.is_empty() && outside.is_empty() {
        return Some(*first);
    }
    let (leave, slots) = leave(function, &outside, &targets);
    for block in &region.blocks {
        let before = region.always_before(function, *block);
        let mut end = std::mem::replace(&mut function.blocks[*block].end, End::Return);
        end.each_jump_mut(|jump| {
            let Some(number) = targets.iter().position(|target| *target == jump.block) else {
                return;
            };
            let mut arguments = Vec::new();
            for value in &outside {
                // What was not computed on the way here is not used behind.
                let known = values.get(value).is_some_and(|of| before.contains(of));
                let ty = function.type_of(*value);
                arguments.push(if known { *value } else { zero(function, ty) });
            }
            if !others.is_empty() {
                let number = Definition::Constant(number as u64);
                arguments.push(function.value(Type::I32, number));
            }
            for (at, slots) in slots.iter().enumerate() {
                if at == number {
                    arguments.append(&mut jump.arguments);
                } else {
                    let types: Vec<Type> = slots.iter().map(|v| function.type_of(*v)).collect();
                    arguments.extend(types.into_iter().map(|ty| zero(function, ty)));
                }
            }
            *jump = Jump {
                block: leave,
                arguments,
            };
        });
        function.blocks[*block].end = end;
    }
    let parameters = function.blocks[leave].parameters.iter().copied();
    let names: HashMap<Value, Value> = outside.iter().copied().zip(parameters).collect();
    rename_behind(function, &region.blocks, &names);
    Some(leave)
}

/// The most blocks that do nothing which are passed over.
const MOST: usize = 8;

/// Has what leaves a loop from one of its blocks pass over blocks that do nothing but go on.
fn forward(function: &mut Function, block: Block, inside: &[Block]) {
    let mut end = std::mem::replace(&mut function.blocks[block].end, End::Return);
    end.each_jump_mut(|jump| {
        for _ in 0..MOST {
            let data = &function.blocks[jump.block];
            let End::Jump(next) = &data.end else { return };
            // What it takes may be used behind it.
            let idle = data.instructions.is_empty() && data.parameters.is_empty();
            if !idle || inside.contains(&jump.block) || inside.contains(&next.block) {
                return;
            }
            *jump = next.clone();
        }
    });
    function.blocks[block].end = end;
}

/// The block that all come to: with the values that are used behind, the number of where to go on, if
/// there are several, and what each of those takes.
fn leave(
    function: &mut Function,
    outside: &[Value],
    targets: &[Block],
) -> (Block, Vec<Vec<Value>>) {
    let mut types: Vec<Type> = outside.iter().map(|v| function.type_of(*v)).collect();
    if targets.len() > 1 {
        types.push(Type::I32);
    }
    for target in targets {
        let parameters = &function.blocks[*target].parameters;
        types.extend(parameters.iter().map(|v| function.type_of(*v)));
    }
    let leave = function.block(types);
    let mut parameters = function.blocks[leave].parameters.clone().into_iter();
    parameters.by_ref().take(outside.len()).for_each(drop);
    let number = match targets.len() {
        0 | 1 => None,
        _ => parameters.next(),
    };
    let mut jumps: Vec<Jump> = Vec::new();
    for target in targets {
        let count = function.blocks[*target].parameters.len();
        jumps.push(Jump {
            block: *target,
            arguments: parameters.by_ref().take(count).collect(),
        });
    }
    let slots = jumps.iter().map(|jump| jump.arguments.clone()).collect();
    let end = match (number, &jumps[..]) {
        (Some(number), [first, second]) => {
            let first_is = zero(function, Type::I32);
            let is = Definition::Pure(Opcode::Eq32, vec![number, first_is]);
            let is = function.value(Type::Bool, is);
            function.blocks[leave].instructions = vec![Instruction::Compute(is)];
            End::Branch(is, first.clone(), second.clone())
        }
        (Some(number), _) => End::Switch(number, jumps),
        (None, _) => jumps.pop().map_or(End::Return, End::Jump),
    };
    function.blocks[leave].end = end;
    (leave, slots)
}

fn zero(function: &mut Function, ty: Type) -> Value {
    function.value(ty, Definition::Constant(0))
}

/// Those of the values of a loop that are used behind it, in order.
fn used_outside(
    function: &mut Function,
    region: &Region,
    inside: &HashMap<Value, Block>,
) -> Vec<Value> {
    let used = RefCell::new(BTreeSet::new());
    let note = |value: &mut Value| {
        if inside.contains_key(value) {
            used.borrow_mut().insert(*value);
        }
    };
    for block in function.reachable() {
        if !region.blocks.contains(&block) {
            each_name(function, block, &note);
        }
    }
    used.into_inner().into_iter().collect()
}
