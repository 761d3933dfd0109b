//! Decides where a NaN is made canonical.
//!
//! What is loaded, or made of bits, is a NaN with the very bits that it has in WebAssembly. What comes
//! out of arithmetic on a GPU may be a NaN with others, which stand for the canonical one. Where both
//! kinds come together, arithmetic's is made canonical on its way there.

use std::collections::HashMap;

use crate::ir::{Block, Definition, End, Function, Instruction, List, Opcode, Type, Value};

/// What the bits of a float are where it is a NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nan {
    /// Nothing is known to go in yet, or it is none, or canonical.
    Any,
    /// Any bits, which stand for the canonical ones.
    Loose,
    /// Those that it has in WebAssembly.
    Exact,
}

impl Nan {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, nan) | (nan, Self::Any) => nan,
            (Self::Loose, Self::Loose) => Self::Loose,
            _ => Self::Exact,
        }
    }
}

/// Decides for every float, and takes away what makes canonical what is so already.
pub fn decide(function: &mut Function) {
    let order = function.reachable();
    let nans = spread(function, &order);
    for block in order {
        mend_choices(function, block, &nans);
        mend_jumps(function, block, &nans);
    }
    for value in function.values.keys().collect::<Vec<_>>() {
        if let Some((Opcode::CanonicalF32 | Opcode::CanonicalF64, &[operand])) =
            function.operation(value)
            && known(&nans, operand) != Nan::Loose
        {
            function.values[value].1 = Definition::Alias(operand);
        }
    }
    super::parameters::substitute(function);
}

/// Values that were added since are canonical.
fn known(nans: &List<Value, Nan>, value: Value) -> Nan {
    if nans.holds(value) {
        nans[value]
    } else {
        Nan::Exact
    }
}

/// A choice, and a parameter, is what goes into it.
fn spread(function: &Function, order: &[Block]) -> List<Value, Nan> {
    let mut into: HashMap<Value, Vec<Value>> = HashMap::new();
    for block in order {
        for instruction in &function.blocks[*block].instructions {
            if let Instruction::Compute(value) = instruction
                && let Some((opcode, operands)) = function.operation(*value)
                && is_choice(opcode)
            {
                for operand in operands.iter().take(2) {
                    into.entry(*operand).or_default().push(*value);
                }
            }
        }
        function.blocks[*block].end.each_jump(|jump| {
            let parameters = &function.blocks[jump.block].parameters;
            for (parameter, value) in parameters.iter().zip(&jump.arguments) {
                into.entry(*value).or_default().push(*parameter);
            }
        });
    }
    let mut nans = function.values.map(|(ty, definition)| of(*ty, definition));
    let mut waiting: Vec<Value> = into.keys().copied().collect();
    // Each value changes twice at most, so this ends.
    while let Some(value) = waiting.pop() {
        for user in into.get(&value).into_iter().flatten() {
            let joined = nans[*user].with(nans[value]);
            if joined != nans[*user] {
                nans[*user] = joined;
                waiting.push(*user);
            }
        }
    }
    nans
}

fn is_choice(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::SelectF32 | Opcode::SelectF64)
}

fn of(ty: Type, definition: &Definition) -> Nan {
    let (infinity, least) = match ty {
        Type::F32 => (0x7f80_0000, 0x7fff_ffff),
        Type::F64 => (0x7ff0_0000_0000_0000, i64::MAX as u64),
        Type::Bool | Type::I32 | Type::I64 => return Nan::Exact,
    };
    match definition {
        Definition::Constant(bits) if bits & least <= infinity => Nan::Any,
        Definition::Constant(_)
        | Definition::Argument(_)
        | Definition::Load(..)
        | Definition::Atomic(..)
        | Definition::Lane
        | Definition::Pointer(_)
        | Definition::FuelInHand
        | Definition::Alias(_) => Nan::Exact,
        Definition::Parameter => Nan::Any,
        Definition::Pure(opcode, _) => match opcode {
            Opcode::SelectF32 | Opcode::SelectF64 => Nan::Any,
            Opcode::F32OfBits | Opcode::F64OfBits => Nan::Exact,
            Opcode::CanonicalF32 | Opcode::CanonicalF64 => Nan::Exact,
            _ => Nan::Loose,
        },
    }
}

/// Makes canonical what is chosen from with something exact.
fn mend_choices(function: &mut Function, block: Block, nans: &List<Value, Nan>) {
    let old = std::mem::take(&mut function.blocks[block].instructions);
    let mut new = Vec::with_capacity(old.len());
    for instruction in old {
        if let Instruction::Compute(value) = instruction
            && known(nans, value) == Nan::Exact
            && let Some((opcode, operands)) = function.operation(value)
            && is_choice(opcode)
        {
            let mut operands = operands.to_vec();
            for operand in operands.iter_mut().take(2) {
                mend(function, &mut new, operand, nans);
            }
            function.values[value].1 = Definition::Pure(opcode, operands);
        }
        new.push(instruction);
    }
    function.blocks[block].instructions = new;
}

/// Makes canonical what goes into a parameter that is exact.
fn mend_jumps(function: &mut Function, block: Block, nans: &List<Value, Nan>) {
    let mut instructions = std::mem::take(&mut function.blocks[block].instructions);
    let mut end = std::mem::replace(&mut function.blocks[block].end, End::Return);
    end.each_jump_mut(|jump| {
        let parameters = function.blocks[jump.block].parameters.clone();
        for (argument, parameter) in jump.arguments.iter_mut().zip(parameters) {
            if known(nans, parameter) == Nan::Exact {
                mend(function, &mut instructions, argument, nans);
            }
        }
    });
    let data = &mut function.blocks[block];
    data.instructions = instructions;
    data.end = end;
}

fn mend(
    function: &mut Function,
    instructions: &mut Vec<Instruction>,
    value: &mut Value,
    nans: &List<Value, Nan>,
) {
    if known(nans, *value) != Nan::Loose {
        return;
    }
    let ty = function.type_of(*value);
    let opcode = if ty == Type::F32 {
        Opcode::CanonicalF32
    } else {
        Opcode::CanonicalF64
    };
    *value = function.value(ty, Definition::Pure(opcode, vec![*value]));
    instructions.push(Instruction::Compute(*value));
}
