//! How far down the C stack goes.

use crate::error::{Error, Result};
use crate::ir::{Argument, Definition, Function, Opcode, Site, Value};

/// The most bytes that the stack pointer is ever below where it starts. Without recursion, and with
/// frames of constant size, that is a constant.
///
/// # Errors
/// Where it is moved by something else.
pub fn stack_bytes(function: &Function, pointers: &[(Value, Site)]) -> Result<u32> {
    let mut most = 0;
    for (value, site) in pointers {
        let below = below(function, *value).ok_or(Error::Stack {
            function: site.function,
            offset: site.offset as usize,
        })?;
        most = most.max(below);
    }
    Ok(most)
}

/// How far a value is below the start of the stack.
fn below(function: &Function, value: Value) -> Option<u32> {
    // Constants are added up by the builder, so there are as many steps as blocks that were passed
    // with a lower pointer, at most one a call.
    const STEPS: usize = 256;
    let mut value = function.resolve(value);
    let mut below = 0u32;
    for _ in 0..STEPS {
        if let Definition::Argument(Argument::StackPointer) = function.values[value].1 {
            return (below <= i32::MAX as u32).then_some(below);
        }
        let (opcode, operands) = function.operation(value)?;
        let &[base, amount] = operands else {
            return None;
        };
        let amount = function.constant(amount)? as u32;
        if opcode != Opcode::Add32 {
            return None;
        }
        below = below.wrapping_sub(amount);
        value = function.resolve(base);
    }
    None
}
