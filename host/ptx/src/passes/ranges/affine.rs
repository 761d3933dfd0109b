//! Accesses whose addresses grow by the same from round to round.

use std::collections::HashMap;

use super::Loop;
use super::growth::{Growth, Growths};
use crate::ir::{Access, Definition, Function, Instruction, Opcode, Value};

/// Accesses at constant distances from each other.
#[derive(Debug, Clone)]
pub struct Group {
    /// What their addresses are at constant distances from.
    pub base: Value,
    /// By how much that grows each round.
    pub step: Growth,
    /// The lowest address, and the byte behind the last that is reached, from the base.
    pub reach: (i64, i64),
    /// How the lowest address must be aligned.
    pub align: u32,
    /// The accesses, by their addresses' values and what is added to them, with how far each is from
    /// the lowest address.
    pub accesses: HashMap<(Value, u64, u32), u64>,
}

/// The most groups of a loop, each of which costs checks before it and a register in it.
const MOST: usize = 6;
/// The most bytes from the first to the last that a group reaches in a round.
const SPAN: i64 = 1 << 14;

/// The bytes of the longest access that others are merged to, and of the shortest.
const LONGEST: u32 = 16;
const LEAST: u32 = 8;

/// The groups of accesses of a loop.
pub fn groups(function: &Function, found: &Loop) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut growths = Growths::new(function, found);
    for access in accesses(function, found) {
        let (base, distance) = split(function, access.address);
        let Some(step) = growths.of(base) else {
            continue;
        };
        let bytes = access.kind.bytes;
        if access.offset > SPAN as u64 {
            continue;
        }
        // An address wraps before its offset is added, and does not behind that: so the range is from
        // the address itself on.
        let end = distance + access.offset as i64 + i64::from(bytes);
        let known = groups.iter().position(|group| group.base == base);
        if known.is_none() && groups.len() < MOST {
            groups.push(Group {
                base,
                step,
                reach: (distance, end),
                align: bytes,
                accesses: HashMap::new(),
            });
        }
        let known = known.unwrap_or(groups.len().saturating_sub(1));
        if let Some(group) = groups.get_mut(known).filter(|group| group.base == base) {
            group.add(access, distance, end);
        }
    }
    groups.retain(|group| !group.accesses.is_empty());
    for group in &mut groups {
        let low = group.reach.0;
        for distance in group.accesses.values_mut() {
            // Kept from the base until the first is known.
            *distance = (*distance as i64 - low) as u64;
        }
    }
    groups
}

impl Group {
    /// How far its pointer may be aligned in every round; 0 where that is too little to merge accesses.
    pub fn most_aligned(&self) -> u32 {
        let most = match self.step {
            Growth::Constant(step) => 1 << step.trailing_zeros().min(LONGEST.trailing_zeros()),
            // That is checked before the loop.
            Growth::Stride(..) => LONGEST,
        };
        if most >= LEAST { most } else { 0 }
    }

    /// Takes an access in, if it is aligned wherever the others are.
    fn add(&mut self, access: Access, distance: i64, end: i64) {
        let bytes = access.kind.bytes;
        let align = self.align.max(bytes);
        let reach = (self.reach.0.min(distance), self.reach.1.max(end));
        let first = distance + access.offset as i64;
        let all = self
            .accesses
            .iter()
            .map(|((_, _, bytes), at)| (*at as i64, *bytes));
        let aligned = all
            .chain([(first, bytes)])
            .all(|(at, bytes)| (at - reach.0) % i64::from(bytes) == 0);
        let steady = match self.step {
            Growth::Constant(step) => step.unsigned_abs().is_multiple_of(align),
            // That is checked before the loop.
            Growth::Stride(..) => true,
        };
        if aligned && steady && reach.1 - reach.0 <= SPAN {
            (self.align, self.reach) = (align, reach);
            let key = (access.address, access.offset, bytes);
            self.accesses.insert(key, first as u64);
        }
    }
}

fn accesses(function: &Function, found: &Loop) -> Vec<Access> {
    let mut all = Vec::new();
    let blocks = found.region.blocks.iter();
    for instruction in blocks.flat_map(|block| &function.blocks[*block].instructions) {
        match instruction {
            Instruction::Store(access, ..) => all.push(*access),
            Instruction::Compute(value) => match &function.values[*value].1 {
                Definition::Load(access, _) | Definition::Atomic(_, access) => all.push(*access),
                _ => {}
            },
            _ => {}
        }
    }
    all
}

/// An address as another and a constant.
fn split(function: &Function, address: Value) -> (Value, i64) {
    if let Some((Opcode::Add32, &[base, amount])) = function.operation(address)
        && let Some(amount) = function.constant(amount)
    {
        return (base, i64::from(amount as i32));
    }
    (address, 0)
}
