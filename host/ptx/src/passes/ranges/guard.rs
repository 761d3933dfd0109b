//! What is checked before a loop's first round.

use std::collections::HashMap;

use super::affine::Group;
use super::growth::Growth;
use super::rounds::{Goes, Rounds, Step};
use crate::ir::{Argument, Block, Definition, Function, Instruction, Opcode, Type, Value};
use crate::translation::Translation;

/// A block that is being written.
pub struct Code<'f> {
    /// The function that it is in.
    pub function: &'f mut Function,
    /// The block.
    pub block: Block,
}

impl Code<'_> {
    /// A value that is computed here.
    pub fn compute(&mut self, ty: Type, definition: Definition) -> Value {
        let value = self.function.value(ty, definition);
        self.instruction(Instruction::Compute(value));
        value
    }

    /// Adds an instruction.
    pub fn instruction(&mut self, instruction: Instruction) {
        let instructions = &mut self.function.blocks[self.block].instructions;
        instructions.push(instruction);
    }

    /// The outcome of an operation.
    pub fn pure(&mut self, opcode: Opcode, operands: &[Value]) -> Value {
        let definition = Definition::Pure(opcode, operands.to_vec());
        self.compute(opcode.result(), definition)
    }

    /// A constant.
    pub fn i32(&mut self, value: i32) -> Value {
        let bits = Definition::Constant(u64::from(value as u32));
        self.function.value(Type::I32, bits)
    }

    /// A constant.
    pub fn i64(&mut self, value: u64) -> Value {
        self.function.value(Type::I64, Definition::Constant(value))
    }
}

/// What is known of a loop's first round.
pub struct Start<'l> {
    /// What the loop's parameters are then.
    pub parameters: HashMap<Value, Value>,
    /// The values that the loop computes anew each round.
    pub inside: &'l HashMap<Value, Block>,
}

/// What a guard finds out.
pub struct Checked {
    /// Whether the copy may run.
    pub good: Value,
    /// How many rounds the copy is to make, an `I32`.
    pub rounds: Value,
    /// The fuel for these that is taken ahead, an `I32`; none where that is none.
    pub fuel: Option<Value>,
    /// Whether the loop has more rounds behind these.
    pub unfinished: Value,
    /// The lowest address of each group in the first round, an `I32`, and by how much it grows, an
    /// `I64`.
    pub firsts: Vec<(Value, Value)>,
    /// By how much each grows as an `I32`, where that is no constant.
    strides: Vec<Option<Value>>,
}

impl Checked {
    /// Whether the copy may run, and the lowest addresses are aligned so far in every round. Steps that are
    /// constants are for the caller to know.
    pub fn aligned(&self, code: &mut Code<'_>, aligned: &[u32]) -> Value {
        let mut conditions = Vec::new();
        for (((first, _), stride), align) in self.firsts.iter().zip(&self.strides).zip(aligned) {
            for value in stride.iter().chain([first]) {
                self::aligned(code, *value, *align, &mut conditions);
            }
        }
        let both = |good, condition| code.pure(Opcode::AndBool, &[good, condition]);
        conditions.into_iter().fold(self.good, both)
    }
}

/// The fuel of a round.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// The most that it takes.
    pub most: u64,
    /// What is taken before the rounds begin.
    pub ahead: u64,
}

/// Writes the checks. `parameter` is what counts, in the first round.
pub fn check(
    code: &mut Code<'_>,
    rounds: &Rounds,
    groups: &[Group],
    weight: Weight,
    start: &Start<'_>,
    parameter: Value,
) -> Checked {
    let mut conditions = Vec::new();
    let count = count(code, rounds, parameter, &mut conditions);
    let (one, minus_one) = (code.i32(1), code.i32(-1));
    let all = code.pure(Opcode::Add32, &[count, minus_one]);
    let most = affordable(code, weight.most);
    let least = code.pure(Opcode::Add32, &[most, minus_one]);
    let last = code.pure(Opcode::MinU32, &[all, least]);
    // Where nothing can be paid for, none of the numbers is below.
    let mut good = code.pure(Opcode::LtU32, &[last, most]);
    let unfinished = code.pure(Opcode::LtU32, &[last, all]);
    let count = code.pure(Opcode::Add32, &[last, one]);
    let fuel = (weight.ahead > 0).then(|| {
        let weight = code.i32(weight.ahead as i32);
        code.pure(Opcode::Mul32, &[count, weight])
    });
    let last = code.pure(Opcode::Add32, &[count, minus_one]);
    let last = code.pure(Opcode::ExtendU64, &[last]);
    let (mut firsts, mut strides) = (Vec::new(), Vec::new());
    if !groups.is_empty() {
        let size = Definition::Argument(Argument::Size);
        let size = code.function.value(Type::I64, size);
        for group in groups {
            let mut known = start.parameters.clone();
            let base = at_start(code, group.base, start.inside, &mut known);
            let low = code.i32(group.reach.0 as i32);
            let first = code.pure(Opcode::Add32, &[base, low]);
            let mut stride = None;
            let step = match group.step {
                Growth::Constant(step) => code.i64(i64::from(step) as u64),
                Growth::Stride(by, shift) => {
                    let by = at_start(code, by, start.inside, &mut known);
                    let shift = code.i32(shift as i32);
                    let by = code.pure(Opcode::Shl32, &[by, shift]);
                    aligned(code, by, group.align, &mut conditions);
                    stride = Some(by);
                    code.pure(Opcode::ExtendU64, &[by])
                }
            };
            reach(code, group, first, (last, step), size, &mut conditions);
            firsts.push((first, step));
            strides.push(stride);
        }
    }
    for condition in conditions {
        good = code.pure(Opcode::AndBool, &[good, condition]);
    }
    Checked {
        good,
        rounds: count,
        fuel,
        unfinished,
        firsts,
        strides,
    }
}

/// How many rounds the fuel in hand is enough for. A loop that takes none makes so many before it looks
/// at the record as one that does.
fn affordable(code: &mut Code<'_>, weight: u64) -> Value {
    if weight == 0 {
        return code.i32(Translation::SLICE as i32);
    }
    let hand = code.compute(Type::I32, Definition::FuelInHand);
    if weight == 1 {
        return hand;
    }
    let weight = code.i32(weight as i32);
    code.pure(Opcode::DivU32, &[hand, weight])
}

/// How many rounds there are, where the conditions hold; 0 for 2^32.
fn count(
    code: &mut Code<'_>,
    rounds: &Rounds,
    parameter: Value,
    conditions: &mut Vec<Value>,
) -> Value {
    let limit = rounds.limit;
    let step = match rounds.step {
        Step::Constant(step) => step,
        Step::Value(step) => return divided(code, (parameter, limit), step, conditions),
    };
    let size = step.unsigned_abs();
    let (least, most) = (
        code.i32(size as i32 - 1),
        code.i32(size.trailing_zeros() as i32),
    );
    let operands = if step > 0 {
        [limit, parameter]
    } else {
        [parameter, limit]
    };
    let mut distance = code.pure(Opcode::Sub32, &operands);
    match rounds.goes {
        Goes::Unequal if size > 1 => {
            let zero = code.i32(0);
            let rest = code.pure(Opcode::And32, &[distance, least]);
            conditions.push(code.pure(Opcode::Eq32, &[rest, zero]));
            conditions.push(code.pure(Opcode::Ne32, &[distance, zero]));
        }
        Goes::Unequal => {}
        Goes::Below => {
            conditions.push(code.pure(Opcode::LtU32, &[parameter, limit]));
            let highest = code.i32((size as i32).wrapping_neg());
            conditions.push(code.pure(Opcode::LeU32, &[limit, highest]));
        }
        Goes::BelowSigned => {
            let zero = code.i32(0);
            conditions.push(code.pure(Opcode::GeS32, &[parameter, zero]));
            conditions.push(code.pure(Opcode::LtS32, &[parameter, limit]));
            let highest = code.i32(i32::MAX - (size as i32 - 1));
            conditions.push(code.pure(Opcode::LeS32, &[limit, highest]));
        }
    }
    if size > 1 {
        if rounds.goes != Goes::Unequal {
            distance = code.pure(Opcode::Add32, &[distance, least]);
        }
        distance = code.pure(Opcode::ShrU32, &[distance, most]);
    }
    if rounds.early {
        let one = code.i32(1);
        distance = code.pure(Opcode::Add32, &[distance, one]);
    }
    distance
}

/// How many rounds there are until a parameter is no more below the limit, without signs.
fn divided(
    code: &mut Code<'_>,
    (parameter, limit): (Value, Value),
    step: Value,
    conditions: &mut Vec<Value>,
) -> Value {
    let (zero, one, minus_one) = (code.i32(0), code.i32(1), code.i32(-1));
    conditions.push(code.pure(Opcode::Ne32, &[step, zero]));
    conditions.push(code.pure(Opcode::LtU32, &[parameter, limit]));
    // Where the step is zero the copy does not run, but what is divided by must be something.
    let step = code.pure(Opcode::MaxU32, &[step, one]);
    let highest = code.pure(Opcode::Neg32, &[step]);
    conditions.push(code.pure(Opcode::LeU32, &[limit, highest]));
    let distance = code.pure(Opcode::Sub32, &[limit, parameter]);
    let distance = code.pure(Opcode::Add32, &[distance, step]);
    let distance = code.pure(Opcode::Add32, &[distance, minus_one]);
    code.pure(Opcode::DivU32, &[distance, step])
}

/// Checks that all that a group reaches, from the first round to the last, is in bounds and aligned.
fn reach(
    code: &mut Code<'_>,
    group: &Group,
    first: Value,
    (last, step): (Value, Value),
    size: Value,
    conditions: &mut Vec<Value>,
) {
    let span = code.i64((group.reach.1 - group.reach.0) as u64);
    let start = code.pure(Opcode::ExtendU64, &[first]);
    let highest = match group.step {
        Growth::Constant(step @ ..0) => {
            let back = code.i64(u64::from(step.unsigned_abs()));
            let way = code.pure(Opcode::Mul64, &[last, back]);
            conditions.push(code.pure(Opcode::LeU64, &[way, start]));
            start
        }
        // Both factors are below 2^32, so this does not wrap, nor does the sum.
        _ => {
            let way = code.pure(Opcode::Mul64, &[last, step]);
            code.pure(Opcode::Add64, &[start, way])
        }
    };
    let end = code.pure(Opcode::Add64, &[highest, span]);
    conditions.push(code.pure(Opcode::LeU64, &[end, size]));
    aligned(code, first, group.align, conditions);
}

/// Checks that a value is a multiple of a power of two.
fn aligned(code: &mut Code<'_>, value: Value, align: u32, conditions: &mut Vec<Value>) {
    if align > 1 {
        let (mask, zero) = (code.i32(align as i32 - 1), code.i32(0));
        let rest = code.pure(Opcode::And32, &[value, mask]);
        conditions.push(code.pure(Opcode::Eq32, &[rest, zero]));
    }
}

/// What a value that grows by a constant is in the first round.
fn at_start(
    code: &mut Code<'_>,
    value: Value,
    inside: &HashMap<Value, Block>,
    known: &mut HashMap<Value, Value>,
) -> Value {
    if let Some(start) = known.get(&value) {
        return *start;
    }
    let operation = code.function.operation(value);
    let Some((opcode, operands)) = operation.filter(|_| inside.contains_key(&value)) else {
        return value;
    };
    let mut operands = operands.to_vec();
    for operand in &mut operands {
        *operand = at_start(code, *operand, inside, known);
    }
    let start = code.pure(opcode, &operands);
    known.insert(value, start);
    start
}
