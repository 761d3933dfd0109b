//! Loops whose accesses are checked once, before the first round.
//!
//! A loop that is one block, whose number of rounds is known when it is come to, gets a copy. Before
//! them is a guard: where the item has the fuel for all rounds, and every access whose address grows
//! by the same each round is in bounds and aligned in all of them, the copy runs, which takes no fuel and has
//! pointers in place of fenced addresses. Else the loop runs as it was. The copy counts its rounds down
//! by itself, so that it makes no more than those that were checked.

mod affine;
mod copy;
mod growth;
mod guard;
mod low_bits;
mod rounds;

use std::collections::HashSet;

use crate::ir::{Block, End, Function, Instruction, Jump, Value};

/// The most loops that get a copy: each costs a walk over the function.
const MOST_LOOPS: usize = 64;

/// A loop that is one block.
struct Loop {
    block: Block,
    /// What goes round.
    again: Jump,
    /// What leaves.
    out: Jump,
    /// The values that change from round to round: the block's parameters, and what it computes.
    inside: HashSet<Value>,
}

/// Gives copies to the loops that may have one.
pub fn hoist(function: &mut Function) {
    let mut done = 0;
    for block in function.reachable() {
        if done == MOST_LOOPS {
            break;
        }
        if let Some(found) = find(function, block)
            && let Some(rounds) = rounds::count(function, &found)
        {
            let groups = affine::groups(function, &found);
            copy::add(function, &found, &rounds, &groups);
            done += 1;
        }
    }
}

fn find(function: &Function, block: Block) -> Option<Loop> {
    let data = &function.blocks[block];
    let End::Branch(_, then, otherwise) = &data.end else {
        return None;
    };
    let (again, out) = match (then.block == block, otherwise.block == block) {
        (true, false) => (then, otherwise),
        (false, true) => (otherwise, then),
        _ => return None,
    };
    let mut inside: HashSet<Value> = data.parameters.iter().copied().collect();
    for instruction in &data.instructions {
        match instruction {
            Instruction::Compute(value) => {
                inside.insert(*value);
            }
            Instruction::Range(..) => return None,
            _ => {}
        }
    }
    Some(Loop {
        block,
        again: again.clone(),
        out: out.clone(),
        inside,
    })
}
