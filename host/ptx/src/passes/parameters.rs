//! Takes away the parameters of blocks that always have the same value.
//!
//! The builder gives a block a parameter for each local that may change on the way to it. Most do not.

use std::collections::HashMap;

use super::names::{rename_instruction, rename_operands};
use crate::ir::{Block, Definition, End, Function, List, Value};

/// Takes away parameters that are one value, whoever jumps.
pub fn remove_needless(function: &mut Function) {
    let incoming = incoming(function);
    // The parameters that a value goes into: when it becomes another, they may become needless.
    let mut into: HashMap<Value, Vec<Value>> = HashMap::new();
    let mut waiting = Vec::new();
    for (parameter, values) in &incoming {
        waiting.push(*parameter);
        for value in values {
            into.entry(*value).or_default().push(*parameter);
        }
    }
    // In order, so that the same module gives the same text.
    waiting.sort_unstable();
    while let Some(parameter) = waiting.pop() {
        if resolve(function, parameter) != parameter {
            continue;
        }
        let Some(values) = incoming.get(&parameter) else {
            continue;
        };
        let Some(only) = only(function, parameter, values) else {
            continue;
        };
        function.values[parameter].1 = Definition::Alias(only);
        let users = into.remove(&parameter).unwrap_or_default();
        waiting.extend(&users);
        // What goes into them now is the other value.
        into.entry(only).or_default().extend(users);
    }
    substitute(function);
}

/// What goes into each parameter of each block that can be reached.
fn incoming(function: &Function) -> HashMap<Value, Vec<Value>> {
    let mut incoming: HashMap<Value, Vec<Value>> = HashMap::new();
    for block in function.reachable() {
        function.blocks[block].end.each_jump(|jump| {
            let parameters = &function.blocks[jump.block].parameters;
            for (parameter, value) in parameters.iter().zip(&jump.arguments) {
                incoming.entry(*parameter).or_default().push(*value);
            }
        });
    }
    incoming
}

/// The one value that goes into a parameter, besides itself.
fn only(function: &mut Function, parameter: Value, values: &[Value]) -> Option<Value> {
    let mut only = None;
    for value in values {
        let value = resolve(function, *value);
        if value == parameter {
            continue;
        }
        if only.is_some_and(|only| only != value) {
            return None;
        }
        only = Some(value);
    }
    only
}

/// As [`Function::resolve`], and makes the way there shorter for the next.
fn resolve(function: &mut Function, value: Value) -> Value {
    let end = function.resolve(value);
    let mut at = value;
    while let Definition::Alias(next) = function.values[at].1 {
        function.values[at].1 = Definition::Alias(end);
        at = next;
    }
    end
}

/// Has every use name the value itself, and drops the parameters that became others.
pub fn substitute(function: &mut Function) {
    let names: List<Value, ()> = function.values.map(|_| ());
    let mut to = function.values.map(|_| None);
    for value in names.keys() {
        to[value] = Some(resolve(function, value));
    }
    let rename = |value: &mut Value| *value = to[*value].unwrap_or(*value);
    for value in names.keys() {
        rename_operands(&mut function.values[value].1, rename);
    }
    let blocks: Vec<Block> = function.blocks.keys().collect();
    // Which parameters stay, before any is dropped.
    let keep: List<Block, Vec<bool>> = function.blocks.map(|block| {
        block
            .parameters
            .iter()
            .map(|value| to[*value].is_none_or(|to| to == *value))
            .collect()
    });
    for block in blocks {
        let data = &mut function.blocks[block];
        retain(&mut data.parameters, &keep[block]);
        for instruction in &mut data.instructions {
            rename_instruction(instruction, rename);
        }
        if let End::Branch(value, ..) | End::Switch(value, _) = &mut data.end {
            rename(value);
        }
        data.end.each_jump_mut(|jump| {
            retain(&mut jump.arguments, &keep[jump.block]);
            jump.arguments.iter_mut().for_each(rename);
        });
    }
}

fn retain(values: &mut Vec<Value>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| keep.next().copied().unwrap_or(true));
}
