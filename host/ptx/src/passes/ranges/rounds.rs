//! How many rounds a loop makes.

use super::Loop;
use crate::ir::{End, Function, Opcode, Value};

/// What decides how many rounds a loop makes: a parameter that grows by a constant, up to a limit.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// The position of the parameter.
    pub parameter: usize,
    /// By how much it grows.
    pub step: Step,
    /// What it is compared with, which does not change.
    pub limit: Value,
    /// When the loop goes round.
    pub goes: Goes,
    /// Whether the parameter is compared as it was in this round, and not as it is in the next.
    pub early: bool,
}

/// By how much what is compared grows each round.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A power of two, or the negative of one.
    Constant(i32),
    /// A value that does not change.
    Value(Value),
}

/// When a loop goes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// While the parameter is not the limit.
    Unequal,
    /// While it is below, as a number without a sign; the step is positive.
    Below,
    /// While it is below, as a number with a sign; the step is positive.
    BelowSigned,
}

/// How many rounds the loop makes, if that is known when it is come to.
pub fn count(function: &Function, found: &Loop) -> Option<Rounds> {
    let End::Branch(condition, then, _) = &function.blocks[found.region.latch].end else {
        return None;
    };
    let mut holds = then.block == found.region.header;
    let mut condition = *condition;
    while let Some((Opcode::NotBool, &[inner])) = function.operation(condition) {
        holds = !holds;
        condition = inner;
    }
    let (opcode, &[a, b]) = function.operation(condition)? else {
        return None;
    };
    // As a comparison that holds when the loop goes round, with the limit on the right.
    let (goes, value, limit) = match (opcode, holds) {
        (Opcode::Ne32, true) | (Opcode::Eq32, false) if found.inside.contains_key(&a) => {
            (Goes::Unequal, a, b)
        }
        (Opcode::Ne32, true) | (Opcode::Eq32, false) => (Goes::Unequal, b, a),
        (Opcode::LtU32, true) | (Opcode::GeU32, false) => (Goes::Below, a, b),
        (Opcode::GtU32, true) | (Opcode::LeU32, false) => (Goes::Below, b, a),
        (Opcode::LtS32, true) | (Opcode::GeS32, false) => (Goes::BelowSigned, a, b),
        (Opcode::GtS32, true) | (Opcode::LeS32, false) => (Goes::BelowSigned, b, a),
        _ => return None,
    };
    if found.inside.contains_key(&limit) {
        return None;
    }
    let parameters = &function.blocks[found.region.header].parameters;
    let early = parameters.contains(&value);
    let parameter = if early {
        parameters
            .iter()
            .position(|parameter| *parameter == value)?
    } else {
        found
            .again
            .arguments
            .iter()
            .position(|next| *next == value)?
    };
    let step = step(function, found, parameter)?;
    let good = match (goes, step) {
        (Goes::Unequal, Step::Constant(step)) => power(step),
        // The limit plus a step must not wrap, which is checked for small steps.
        (Goes::Below | Goes::BelowSigned, Step::Constant(step @ 1..=65536)) => {
            power(step) && !early
        }
        (Goes::Below, Step::Value(_)) => !early,
        _ => false,
    };
    good.then_some(Rounds {
        parameter,
        step,
        limit,
        goes,
        early,
    })
}

fn power(step: i32) -> bool {
    step.unsigned_abs().is_power_of_two() && step != i32::MIN
}

/// By how much a parameter grows each round, if that is the same in all.
fn step(function: &Function, found: &Loop, parameter: usize) -> Option<Step> {
    let value = *function.blocks[found.region.header]
        .parameters
        .get(parameter)?;
    let next = *found.again.arguments.get(parameter)?;
    let (Opcode::Add32, &[a, b]) = function.operation(next)? else {
        return None;
    };
    let amount = match (a == value, b == value) {
        (true, false) => b,
        (false, true) => a,
        _ => return None,
    };
    match function.constant(amount) {
        Some(amount) => Some(Step::Constant(amount as i32)),
        None => (!found.inside.contains_key(&amount)).then_some(Step::Value(amount)),
    }
}
