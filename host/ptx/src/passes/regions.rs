//! Loops that hold no other loop: which blocks they are made of.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ir::{Block, End, Function, Instruction, Jump, Value};

/// The most blocks of a loop, and the most instructions of one that has several: it is copied whole.
const MOST_BLOCKS: usize = 32;
const MOST_INSTRUCTIONS: usize = 512;
/// The most ways out of a loop: at each is passed on what any other may pass on.
const MOST_EXITS: usize = 8;

/// A loop that is come to at one block, and goes round from one.
#[derive(Debug, Clone)]
pub struct Region {
    /// Where it is come to.
    pub header: Block,
    /// What goes round.
    pub latch: Block,
    /// All its blocks, each before those that only it leads to.
    pub blocks: Vec<Block>,
}

/// The loops that hold no other, in the order of the function.
pub fn innermost(function: &Function) -> Vec<Region> {
    let walk = Walk::new(function);
    let places: HashMap<Block, usize> = walk.order.iter().copied().zip(0..).collect();
    let mut found: Vec<Region> = walk
        .back
        .iter()
        .filter_map(|(header, latches)| {
            let [latch] = latches[..] else { return None };
            region(function, &walk, *header, latch)
        })
        .collect();
    let place = |block: &Block| places.get(block).copied();
    for region in &mut found {
        region.blocks.sort_by_key(place);
    }
    found.sort_by_key(|region| place(&region.header));
    found
}

/// What is behind the header and before the latch; none where that is too much, or holds a loop.
fn region(function: &Function, walk: &Walk, header: Block, latch: Block) -> Option<Region> {
    let mut blocks = vec![header];
    let mut waiting = vec![latch];
    while let Some(block) = waiting.pop() {
        if blocks.contains(&block) {
            continue;
        }
        if walk.back.contains_key(&block) || blocks.len() == MOST_BLOCKS {
            return None;
        }
        blocks.push(block);
        waiting.extend(walk.before.get(&block).into_iter().flatten());
    }
    let length = |block: &Block| function.blocks[*block].instructions.len();
    let length: usize = blocks.iter().map(length).sum();
    let mut exits = 0;
    for block in &blocks {
        let leaves = |jump: &Jump| exits += usize::from(!blocks.contains(&jump.block));
        function.blocks[*block].end.each_jump(leaves);
    }
    if exits > MOST_EXITS {
        return None;
    }
    (blocks.len() == 1 || length <= MOST_INSTRUCTIONS).then_some(Region {
        header,
        latch,
        blocks,
    })
}

impl Region {
    /// The values that it takes and computes, each with the block that does.
    pub fn values(&self, function: &Function) -> HashMap<Value, Block> {
        let mut values = HashMap::new();
        for block in &self.blocks {
            let data = &function.blocks[*block];
            values.extend(data.parameters.iter().map(|value| (*value, *block)));
            for instruction in &data.instructions {
                values.extend(instruction.computed().map(|value| (value, *block)));
            }
        }
        values
    }

    /// The blocks that control has come through, whichever way it came from the header to this one.
    pub fn always_before(&self, function: &Function, block: Block) -> HashSet<Block> {
        let reaches = |without: Block| {
            let (mut seen, mut waiting) = (HashSet::new(), vec![self.header]);
            while let Some(at) = waiting.pop() {
                if at == without || !self.blocks.contains(&at) || !seen.insert(at) {
                    continue;
                }
                function.blocks[at].end.each_jump(|jump| {
                    if jump.block != self.header {
                        waiting.push(jump.block);
                    }
                });
            }
            seen.contains(&block)
        };
        let blocks = self.blocks.iter().copied();
        blocks.filter(|other| !reaches(*other)).collect()
    }

    /// How many of its blocks' instructions are like that.
    pub fn count(
        &self,
        function: &Function,
        block: Option<Block>,
        like: impl Fn(&Instruction) -> bool,
    ) -> u64 {
        let blocks = self.blocks.iter();
        let blocks = blocks.filter(|of| block.is_none_or(|block| block == **of));
        let each = blocks.flat_map(|block| &function.blocks[*block].instructions);
        each.filter(|instruction| like(instruction)).count() as u64
    }
}

/// A walk over all blocks that can be reached.
struct Walk {
    /// The blocks, each before those that it leads to, save where that is a loop's way round.
    order: Vec<Block>,
    /// What leads to each.
    before: HashMap<Block, Vec<Block>>,
    /// What goes round to each start of a loop.
    back: BTreeMap<Block, Vec<Block>>,
}

impl Walk {
    /// All loops of WebAssembly are come to at their starts only, so what leads to a block that the
    /// walk is in the midst of goes round.
    fn new(function: &Function) -> Self {
        let mut walk = Self {
            order: Vec::new(),
            before: HashMap::new(),
            back: BTreeMap::new(),
        };
        // Blocks that are done with are in there with false.
        let mut open: HashMap<Block, bool> = HashMap::new();
        let mut waiting: Vec<(Block, Vec<Block>)> = Vec::new();
        let enter = |block: Block| (block, after(&function.blocks[block].end));
        if let Some(first) = function.blocks.keys().next() {
            open.insert(first, true);
            waiting.push(enter(first));
        }
        while let Some((block, left)) = waiting.last_mut() {
            let block = *block;
            let Some(next) = left.pop() else {
                open.insert(block, false);
                walk.order.push(block);
                waiting.pop();
                continue;
            };
            walk.before.entry(next).or_default().push(block);
            match open.get(&next) {
                Some(true) => walk.back.entry(next).or_default().push(block),
                Some(false) => {}
                None => {
                    open.insert(next, true);
                    waiting.push(enter(next));
                }
            }
        }
        walk.order.reverse();
        walk
    }
}

/// The blocks that an end leads to, each once, the first at the end.
fn after(end: &End) -> Vec<Block> {
    let (mut blocks, mut seen) = (Vec::new(), HashSet::new());
    end.each_jump(|jump| {
        if seen.insert(jump.block) {
            blocks.push(jump.block);
        }
    });
    blocks.reverse();
    blocks
}
