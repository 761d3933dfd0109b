//! Loops whose accesses are checked once, before the first round.
//!
//! A loop that holds no other, and whose most rounds are known when it is come to, gets a copy. Before
//! them is a guard: where the item has the fuel for all rounds, and every access whose address grows
//! by the same each round is in bounds and aligned in all of them, the copy runs, which looks after no fuel
//! and has pointers in place of fenced addresses. Else the loop runs as it was. The copy counts its rounds
//! down by itself, so that it makes no more than those that were checked. It may make less: a loop may be
//! left from its midst, and then gives back the fuel of the rounds that it has not made.
//!
//! Where accesses of the copy are to neighbours, there is a copy more, which has them merged and runs where
//! its pointers are aligned so far.

mod affine;
mod blocks;
mod copy;
mod growth;
mod guard;
mod low_bits;
mod rounds;
mod wide;

use std::collections::HashMap;

use super::exits;
use super::regions::{Region, innermost};
use crate::ir::{Block, End, Function, Instruction, Jump, Value};

/// The most loops that get a copy: each costs a walk over the function.
const MOST_LOOPS: usize = 64;

/// A loop whose last block decides whether it goes round.
struct Loop {
    region: Region,
    /// What goes round.
    again: Jump,
    /// What leaves behind the last block.
    out: Jump,
    /// The values that change from round to round, each with the block that takes or computes it.
    inside: HashMap<Value, Block>,
}

/// Gives copies to the loops that may have one.
pub fn hoist(function: &mut Function) {
    let mut done = 0;
    for region in innermost(function) {
        if done == MOST_LOOPS {
            break;
        }
        if let Some(found) = find(function, &region)
            && rounds::count(function, &found).is_some()
        {
            exits::close(function, &region);
            // Closing changes where it leaves to, and nothing else of it.
            if let Some(found) = find(function, &region)
                && let Some(rounds) = rounds::count(function, &found)
            {
                let groups = affine::groups(function, &found);
                copy::add(function, &found, &rounds, &groups);
                done += 1;
            }
        }
    }
}

fn find(function: &Function, region: &Region) -> Option<Loop> {
    let End::Branch(_, then, otherwise) = &function.blocks[region.latch].end else {
        return None;
    };
    let goes_round = |jump: &Jump| jump.block == region.header;
    let (again, out) = match (goes_round(then), goes_round(otherwise)) {
        (true, false) => (then, otherwise),
        (false, true) => (otherwise, then),
        _ => return None,
    };
    let is_range = |instruction: &Instruction| matches!(instruction, Instruction::Range(..));
    if region.blocks.contains(&out.block) || region.count(function, None, is_range) > 0 {
        return None;
    }
    Some(Loop {
        region: region.clone(),
        again: again.clone(),
        out: out.clone(),
        inside: region.values(function),
    })
}
