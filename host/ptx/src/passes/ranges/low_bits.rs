//! How many of a value's lowest bits are zero: compilers write an addition to such a value as an OR.

use super::Loop;
use crate::ir::{Function, Opcode, Value};

/// How far into what a value is made of is looked.
const DEPTH: u32 = 4;

/// At least so many of the lowest bits of a value are zero in every round.
pub fn zeros(function: &Function, found: &Loop, value: Value) -> u32 {
    look(function, found, value, DEPTH)
}

fn look(function: &Function, found: &Loop, value: Value, depth: u32) -> u32 {
    if let Some(constant) = function.constant(value) {
        return (constant as u32).trailing_zeros();
    }
    let Some(depth) = depth.checked_sub(1) else {
        return 0;
    };
    let parameters = &function.blocks[found.region.header].parameters;
    if let Some(position) = parameters.iter().position(|parameter| *parameter == value) {
        return of_parameter(function, found, value, position, depth);
    }
    let Some((opcode, &[a, b])) = function.operation(value) else {
        return 0;
    };
    let of = |value| look(function, found, value, depth);
    match opcode {
        Opcode::Add32 | Opcode::Sub32 | Opcode::Or32 | Opcode::Xor32 => of(a).min(of(b)),
        Opcode::And32 => of(a).max(of(b)),
        Opcode::Mul32 => (of(a) + of(b)).min(32),
        Opcode::Shl32 => match function.constant(b) {
            Some(by) => (of(a) + by as u32).min(32),
            None => of(a),
        },
        _ => 0,
    }
}

/// What the first round is given, and what is added for the others.
fn of_parameter(
    function: &Function,
    found: &Loop,
    value: Value,
    position: usize,
    depth: u32,
) -> u32 {
    let amount = match found
        .again
        .arguments
        .get(position)
        .map(|next| (next, function.operation(*next)))
    {
        Some((next, _)) if *next == value => 32,
        Some((_, Some((Opcode::Add32, &[base, amount])))) if base == value => {
            match function.constant(amount) {
                Some(amount) => (amount as u32).trailing_zeros(),
                None => return 0,
            }
        }
        _ => return 0,
    };
    let mut least = amount;
    for block in function.blocks.keys() {
        if block != found.region.latch {
            function.blocks[block].end.each_jump(|jump| {
                if jump.block == found.region.header {
                    let start = jump.arguments.get(position);
                    let start = start.map_or(0, |start| look(function, found, *start, depth));
                    least = least.min(start);
                }
            });
        }
    }
    least
}
