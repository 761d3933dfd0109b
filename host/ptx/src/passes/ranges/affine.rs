//! Accesses whose addresses grow by a constant from round to round.

use std::collections::HashMap;

use super::{Loop, rounds};
use crate::ir::{Access, Definition, Function, Instruction, Opcode, Value};

/// Accesses at constant distances from each other.
#[derive(Debug, Clone)]
pub struct Group {
    /// What their addresses are at constant distances from.
    pub base: Value,
    /// By how much that grows each round.
    pub step: i32,
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

/// The groups of accesses of a loop.
pub fn groups(function: &Function, found: &Loop) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut steps = HashMap::new();
    for access in accesses(function, found) {
        let (base, distance) = split(function, access.address);
        let Some(step) = growth(function, found, base, &mut steps) else {
            continue;
        };
        let bytes = access.kind.bytes;
        if access.offset > SPAN as u64 || step.unsigned_abs() > 1 << 24 {
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
        let steady = self.step.unsigned_abs().is_multiple_of(align);
        if aligned && steady && reach.1 - reach.0 <= SPAN {
            (self.align, self.reach) = (align, reach);
            let key = (access.address, access.offset, bytes);
            self.accesses.insert(key, first as u64);
        }
    }
}

fn accesses(function: &Function, found: &Loop) -> Vec<Access> {
    let mut all = Vec::new();
    for instruction in &function.blocks[found.block].instructions {
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

/// By how much a value grows each round; none where that differs from round to round.
pub fn growth(
    function: &Function,
    found: &Loop,
    value: Value,
    known: &mut HashMap<Value, Option<i32>>,
) -> Option<i32> {
    if let Some(growth) = known.get(&value) {
        return *growth;
    }
    if !found.inside.contains(&value) {
        return Some(0);
    }
    // No value is made of itself within a round, but chains may be long.
    if known.len() > 256 {
        return None;
    }
    known.insert(value, None);
    let parameters = &function.blocks[found.block].parameters;
    let growth = match parameters.iter().position(|parameter| *parameter == value) {
        Some(position) => rounds::step(function, found, position),
        None => match function.operation(value) {
            Some((Opcode::Add32, &[a, b])) => {
                let a = growth(function, found, a, known);
                let b = growth(function, found, b, known);
                a.zip(b).and_then(|(a, b)| a.checked_add(b))
            }
            Some((Opcode::Sub32, &[a, b])) => {
                let a = growth(function, found, a, known);
                let b = growth(function, found, b, known);
                a.zip(b).and_then(|(a, b)| a.checked_sub(b))
            }
            Some((Opcode::Shl32, &[a, amount])) => {
                let by = function.constant(amount).filter(|by| *by < 16);
                let a = growth(function, found, a, known);
                a.zip(by).and_then(|(a, by)| a.checked_mul(1 << by))
            }
            Some((Opcode::Mul32, &[a, b])) => {
                let by = function.constant(b).map(|by| by as i32);
                let a = growth(function, found, a, known);
                a.zip(by).and_then(|(a, by)| a.checked_mul(by))
            }
            _ => None,
        },
    };
    known.insert(value, growth);
    growth
}
