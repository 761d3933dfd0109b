//! Accesses of a loop's copy to neighbours in memory become one that is two or four times as long.
//!
//! That is for a copy which runs only where its pointers are aligned so far. All that it merges is known
//! to be in bounds, so what is moved cannot trap there; but nothing is moved past what may touch the same
//! memory, nor is a store moved past what may end the item.

use std::collections::HashMap;

use crate::ir::{Access, Block, Definition, Function, Instruction, Lanes, Memory, Type, Value};

/// How the pointers of a copy must be aligned for what was merged, each 0 where nothing was.
pub type Aligned = Vec<u32>;

/// Merges what can be in these blocks, by pointers that may be taken to be aligned so far.
pub fn merge(
    function: &mut Function,
    blocks: &[Block],
    pointers: &[Value],
    most: &[u32],
) -> Aligned {
    let mut merge = Merge {
        pointers: pointers.iter().copied().zip(most.iter().copied()).collect(),
        used: HashMap::new(),
    };
    for block in blocks {
        let mut instructions: Vec<Option<Instruction>> = function.blocks[*block]
            .instructions
            .iter()
            .copied()
            .map(Some)
            .collect();
        merge.loads(function, &mut instructions);
        merge.stores(function, &mut instructions);
        function.blocks[*block].instructions = instructions.into_iter().flatten().collect();
    }
    let used = |pointer: &Value| merge.used.get(pointer).copied().unwrap_or(0);
    pointers.iter().map(used).collect()
}

/// An access that may become part of a longer one.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Where it is among the instructions.
    at: usize,
    access: Access,
    value: Value,
    ty: Type,
}

struct Merge {
    /// How far each pointer may be taken to be aligned.
    pointers: HashMap<Value, u32>,
    used: HashMap<Value, u32>,
}

impl Merge {
    /// Loads between which nothing is written; the first of them becomes the longer one.
    fn loads(&mut self, function: &mut Function, instructions: &mut [Option<Instruction>]) {
        let mut parts = Vec::new();
        for at in 0..=instructions.len() {
            let instruction = instructions.get(at).copied().flatten();
            if let Some(Instruction::Compute(value)) = instruction {
                match function.values[value].1 {
                    Definition::Load(access, false) => {
                        parts.extend(self.part(function, at, access, value));
                        continue;
                    }
                    Definition::Load(..) | Definition::Atomic(..) => {}
                    _ => continue,
                }
            }
            if let Some(
                Instruction::TrapIf(..) | Instruction::TakeFuel(_) | Instruction::LookIf(_),
            ) = instruction
            {
                continue;
            }
            for run in self.runs(std::mem::take(&mut parts)) {
                let Some(first) = run.iter().map(|part| part.at).min() else {
                    continue;
                };
                for part in &run {
                    function.values[part.value].1 = Definition::Lane;
                    put(instructions, part.at, None);
                }
                if let Some((access, lanes)) = whole(&run) {
                    put(
                        instructions,
                        first,
                        Some(Instruction::LoadWide(access, lanes)),
                    );
                }
            }
        }
    }

    /// Stores between which nothing else is read or written, and nothing can end the item; the last of them
    /// becomes the longer one.
    fn stores(&mut self, function: &mut Function, instructions: &mut [Option<Instruction>]) {
        let mut parts: Vec<Part> = Vec::new();
        for at in 0..=instructions.len() {
            let instruction = instructions.get(at).copied().flatten();
            let part = match instruction {
                Some(Instruction::Store(access, value, false)) => {
                    self.part(function, at, access, value)
                }
                Some(Instruction::Compute(value)) => match function.values[value].1 {
                    Definition::Load(..) | Definition::Atomic(..) => None,
                    _ => continue,
                },
                _ => None,
            };
            // Others may be to the same place, unless they are by the same pointer to another.
            let apart = |part: &Part| {
                parts.iter().all(|other| {
                    let (a, b) = (part.access, other.access);
                    let (first, second) = (a.offset.min(b.offset), a.offset.max(b.offset));
                    let bytes = u64::from(a.kind.bytes.max(b.kind.bytes));
                    a.address == b.address && first + bytes <= second
                })
            };
            if let Some(part) = part
                && apart(&part)
            {
                parts.push(part);
                continue;
            }
            for run in self.runs(std::mem::take(&mut parts)) {
                let Some(last) = run.iter().map(|part| part.at).max() else {
                    continue;
                };
                for part in &run {
                    put(instructions, part.at, None);
                }
                if let Some((access, lanes)) = whole(&run) {
                    put(
                        instructions,
                        last,
                        Some(Instruction::StoreWide(access, lanes)),
                    );
                }
            }
            parts.extend(part);
        }
    }

    /// An access by a pointer, of four or eight bytes that are a register's.
    fn part(&self, function: &Function, at: usize, access: Access, value: Value) -> Option<Part> {
        let ty = function.type_of(value);
        let bytes = match ty {
            Type::I32 | Type::F32 => 4,
            Type::I64 | Type::F64 => 8,
            Type::Bool => return None,
        };
        let known = self.pointers.contains_key(&access.address);
        (known && access.kind.bytes == bytes).then_some(Part {
            at,
            access,
            value,
            ty,
        })
    }

    /// Those that are neighbours, as long as they may be.
    fn runs(&mut self, mut parts: Vec<Part>) -> Vec<Vec<Part>> {
        let place = |part: &Part| (part.access.address, part.ty, part.access.offset);
        parts.sort_by_key(place);
        // What is read twice is read again by the second.
        parts.dedup_by_key(|part| place(part));
        let mut runs = Vec::new();
        let mut left = &parts[..];
        while let Some((first, rest)) = left.split_first() {
            let run = [16, 8].into_iter().find_map(|bytes| self.run(left, bytes));
            match run {
                Some(run) => {
                    let bytes = first.access.kind.bytes * run.len() as u32;
                    let used = self.used.entry(first.access.address).or_insert(0);
                    *used = bytes.max(*used);
                    left = left.get(run.len()..).unwrap_or_default();
                    runs.push(run.to_vec());
                }
                None => left = rest,
            }
        }
        runs
    }

    /// Parts of so many bytes together, from the first on.
    fn run<'p>(&self, parts: &'p [Part], bytes: u32) -> Option<&'p [Part]> {
        let first = parts.first()?;
        let each = first.access.kind.bytes;
        let run = parts
            .get(..(bytes / each) as usize)
            .filter(|run| run.len() > 1)?;
        let most = *self.pointers.get(&first.access.address)?;
        let follows = run.iter().zip(0..).all(|(part, number)| {
            part.access.address == first.access.address
                && part.ty == first.ty
                && part.access.offset == first.access.offset + number * u64::from(each)
        });
        let aligned = first.access.offset.is_multiple_of(u64::from(bytes)) && bytes <= most;
        (follows && aligned).then_some(run)
    }
}

fn put(instructions: &mut [Option<Instruction>], at: usize, new: Option<Instruction>) {
    if let Some(instruction) = instructions.get_mut(at) {
        *instruction = new;
    }
}

/// The access that a run is together.
fn whole(run: &[Part]) -> Option<(Access, Lanes)> {
    let first = run.first()?;
    let mut lanes = [None; 4];
    for (lane, part) in lanes.iter_mut().zip(run) {
        *lane = Some(part.value);
    }
    let name = match first.ty {
        Type::I32 => "u32",
        Type::F32 => "f32",
        Type::I64 => "u64",
        Type::F64 => "f64",
        Type::Bool => return None,
    };
    let kind = Memory {
        name,
        bytes: first.access.kind.bytes * run.len() as u32,
    };
    Some((
        Access {
            kind,
            ..first.access
        },
        lanes,
    ))
}
