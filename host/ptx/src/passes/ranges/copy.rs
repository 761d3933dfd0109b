//! The copy of a loop, and what leads to it and away.

use std::collections::HashMap;

use super::Loop;
use super::affine::Group;
use super::blocks::Blocks;
use super::growth::{Growth, Growths};
use super::guard::{self, Checked, Code, Start, Weight};
use super::rounds::Rounds;
use super::wide::{self, Aligned};
use crate::ir::{Block, Definition, End, Function, Instruction, Jump, Opcode, Type, Value};
use crate::passes::names::rename_all;

/// Gives a copy to a loop, which all ways out lead from to one block.
pub fn add(function: &mut Function, found: &Loop, rounds: &Rounds, groups: &[Group]) {
    let header = found.region.header;
    let parameters = function.blocks[header].parameters.clone();
    let types: Vec<Type> = parameters.iter().map(|v| function.type_of(*v)).collect();

    let guard = function.block(types.iter().copied());
    for block in function.reachable() {
        if block != found.region.latch {
            function.blocks[block].end.each_jump_mut(|jump| {
                if jump.block == header {
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
    let fuel = Fuel::of(function, found);
    let mut code = Code {
        function,
        block: guard,
    };
    let checked = guard::check(&mut code, rounds, groups, fuel.weight(), &start, counted);
    let growths: Vec<Option<Growth>> = {
        let mut growths = Growths::new(function, found);
        parameters.iter().map(|value| growths.of(*value)).collect()
    };
    let behind = Behind {
        guard,
        starts: &starts,
        growths: &growths,
    };
    let slow = Jump {
        block: header,
        arguments: starts.clone(),
    };
    let most: Vec<u32> = groups.iter().map(Group::most_aligned).collect();
    let (copy, aligned) = copied(function, found, (groups, &checked), &behind, (fuel, &most));
    let first = ready(function, &checked, copy, &starts);
    let mut otherwise = slow;
    let mut good = checked.good;
    if aligned.iter().any(|bytes| *bytes > 0) {
        // Another one, without what was merged.
        let (copy, _) = copied(function, found, (groups, &checked), &behind, (fuel, &[]));
        let second = ready(function, &checked, copy, &starts);
        let block = function.block([]);
        function.blocks[block].end = End::Branch(good, to(second), otherwise);
        otherwise = to(block);
        let mut code = Code {
            function,
            block: guard,
        };
        good = checked.aligned(&mut code, &aligned);
    }
    function.blocks[guard].end = End::Branch(good, to(first), otherwise);
}

/// A jump with nothing to take along.
pub fn to(block: Block) -> Jump {
    Jump {
        block,
        arguments: Vec::new(),
    }
}

/// The units of fuel that a round takes.
#[derive(Debug, Clone, Copy)]
pub struct Fuel {
    /// In the first block, and in the last where that is another.
    first: u64,
    last: u64,
    /// In the others, which not every round comes to.
    between: u64,
}

impl Fuel {
    fn of(function: &Function, found: &Loop) -> Self {
        let region = &found.region;
        let burns = |instruction: &Instruction| matches!(instruction, Instruction::Fuel(_));
        let all = region.count(function, None, burns);
        let first = region.count(function, Some(region.header), burns);
        let last = match region.latch == region.header {
            true => 0,
            false => region.count(function, Some(region.latch), burns),
        };
        Self {
            first,
            last,
            between: all - first - last,
        }
    }

    fn weight(self) -> Weight {
        Weight {
            most: self.first + self.last + self.between,
            ahead: self.first + self.last,
        }
    }

    /// Gives back what was taken for rounds that are not made, where the loop is left from its midst.
    pub fn give_back(self, code: &mut Code<'_>, left: Value) {
        if self.first + self.last == 0 {
            return;
        }
        // Of this round, which is among those that are left, the first block was come to.
        let each = code.i32(-((self.first + self.last) as i32));
        let mut taken = code.pure(Opcode::Mul32, &[left, each]);
        if self.first > 0 {
            let first = code.i32(self.first as i32);
            taken = code.pure(Opcode::Add32, &[taken, first]);
        }
        code.instruction(Instruction::TakeFuel(taken));
    }
}

/// Where the copy goes when it has made its rounds and has more to make: to the guard.
struct Behind<'l> {
    guard: Block,
    /// What the loop's parameters were before these rounds.
    starts: &'l [Value],
    /// By how much they grow.
    growths: &'l [Option<Growth>],
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
/// the pointer of each group. Merges accesses by pointers that may be taken to be aligned so far; what
/// comes out is how far they must be for that.
fn copied(
    function: &mut Function,
    found: &Loop,
    (groups, checked): (&[Group], &Checked),
    behind: &Behind<'_>,
    (fuel, most): (Fuel, &[u32]),
) -> (Block, Aligned) {
    let mut blocks = Blocks::new(function, found, groups);
    blocks.all(function, found, fuel);
    let aligned = wide::merge(function, &blocks.in_order(found), &blocks.pointers, most);
    let latch = blocks.of(found.region.latch);
    let mut code = Code {
        function,
        block: latch,
    };
    let mut again = found.again.arguments.clone();
    rename_all(&mut again, &blocks.names);
    let next = again.clone();
    let (one, zero) = (code.i32(-1), code.i32(0));
    let left = code.pure(Opcode::Add32, &[blocks.left, one]);
    let more = code.pure(Opcode::Ne32, &[left, zero]);
    again.push(left);
    for (pointer, (_, step)) in blocks.pointers.iter().zip(&checked.firsts) {
        again.push(code.pure(Opcode::Add64, &[*pointer, *step]));
    }
    let mut out = found.out.clone();
    rename_all(&mut out.arguments, &blocks.names);
    let out = to(finished(
        function,
        checked,
        behind,
        (&next, &blocks.names),
        out,
    ));
    let block = blocks.of(found.region.header);
    let again = Jump {
        block,
        arguments: again,
    };
    function.blocks[latch].end = End::Branch(more, again, out);
    (block, aligned)
}

/// What follows the copy. What grows by the same each round is computed from what it was before, so that
/// the copy need not.
fn finished(
    function: &mut Function,
    checked: &Checked,
    behind: &Behind<'_>,
    (next, names): (&[Value], &HashMap<Value, Value>),
    out: Jump,
) -> Block {
    let block = function.block([]);
    let again = function.block([]);
    let mut code = Code {
        function,
        block: again,
    };
    code.instruction(Instruction::Refuel);
    let mut arguments = Vec::new();
    for ((growth, next), start) in behind.growths.iter().zip(next).zip(behind.starts) {
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
    function.blocks[block].end = End::Branch(checked.unfinished, to(again), out);
    block
}
