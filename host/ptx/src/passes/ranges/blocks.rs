//! The blocks of a loop's copy.

use std::collections::HashMap;

use super::Loop;
use super::affine::Group;
use super::copy::{Fuel, to};
use super::guard::Code;
use crate::ir::{Access, Block, Definition, End, Function, Instruction, Jump, Type, Value};
use crate::passes::names::{rename_all, rename_instruction, rename_operands};

/// What a copy is made of.
pub struct Blocks<'l> {
    groups: &'l [Group],
    /// The copy of each block.
    copies: HashMap<Block, Block>,
    /// The copy of each value.
    pub names: HashMap<Value, Value>,
    /// How many rounds are left, this one among them.
    pub left: Value,
    /// The pointer of each group.
    pub pointers: Vec<Value>,
}

impl<'l> Blocks<'l> {
    /// Blocks that are still empty. The first takes behind its parameters how many rounds are left, and
    /// the pointers.
    pub fn new(function: &mut Function, found: &Loop, groups: &'l [Group]) -> Self {
        let mut copies = HashMap::new();
        let mut names = HashMap::new();
        for block in &found.region.blocks {
            let old = function.blocks[*block].parameters.clone();
            let types: Vec<Type> = old.iter().map(|v| function.type_of(*v)).collect();
            let copy = function.block(types);
            let new = function.blocks[copy].parameters.iter().copied();
            names.extend(old.into_iter().zip(new));
            copies.insert(*block, copy);
        }
        let mut more = |ty| function.value(ty, Definition::Parameter);
        let left = more(Type::I32);
        let pointers: Vec<Value> = groups.iter().map(|_| more(Type::I64)).collect();
        if let Some(first) = copies.get(&found.region.header) {
            let parameters = &mut function.blocks[*first].parameters;
            parameters.push(left);
            parameters.extend(&pointers);
        }
        Self {
            groups,
            copies,
            names,
            left,
            pointers,
        }
    }

    /// The copy of a block; the block itself where it is not of the loop.
    pub fn of(&self, block: Block) -> Block {
        self.copies.get(&block).copied().unwrap_or(block)
    }

    /// All blocks of the copy, in the order of the loop.
    pub fn in_order(&self, found: &Loop) -> Vec<Block> {
        let blocks = found.region.blocks.iter();
        blocks.map(|block| self.of(*block)).collect()
    }

    /// Copies all, save how the last block ends.
    pub fn all(&mut self, function: &mut Function, found: &Loop, fuel: Fuel) {
        for block in &found.region.blocks {
            let ahead = *block == found.region.header || *block == found.region.latch;
            for instruction in function.blocks[*block].instructions.clone() {
                self.instruction(function, self.of(*block), instruction, ahead);
            }
            if *block != found.region.latch {
                self.end(function, *block, fuel);
            }
        }
    }

    /// The end of a block that does not go round.
    fn end(&self, function: &mut Function, block: Block, fuel: Fuel) {
        let mut end = function.blocks[block].end.clone();
        if let End::Branch(value, ..) | End::Switch(value, _) = &mut end {
            rename_all(std::slice::from_mut(value), &self.names);
        }
        end.each_jump_mut(|jump| {
            rename_all(&mut jump.arguments, &self.names);
            match self.copies.get(&jump.block) {
                Some(copy) => jump.block = *copy,
                None => self.leave(function, jump, fuel),
            }
        });
        function.blocks[self.of(block)].end = end;
    }

    /// Has a jump that leaves the loop give back fuel on its way.
    fn leave(&self, function: &mut Function, jump: &mut Jump, fuel: Fuel) {
        let block = function.block([]);
        let mut code = Code { function, block };
        fuel.give_back(&mut code, self.left);
        function.blocks[block].end = End::Jump(std::mem::replace(jump, to(block)));
    }

    fn instruction(
        &mut self,
        function: &mut Function,
        block: Block,
        mut instruction: Instruction,
        ahead: bool,
    ) {
        match &mut instruction {
            Instruction::LookIf(_) => return,
            Instruction::Fuel(_) if ahead => return,
            // There is enough of it, whichever way a round goes.
            Instruction::Fuel(_) => {
                let one = function.value(Type::I32, Definition::Constant(1));
                instruction = Instruction::TakeFuel(one);
            }
            Instruction::Compute(value) => {
                let (ty, mut definition) = function.values[*value].clone();
                if let Definition::Load(access, _) | Definition::Atomic(_, access) = &mut definition
                {
                    self.pointer(access);
                }
                rename_operands(&mut definition, |value| self.rename(value));
                let new = function.value(ty, definition);
                self.names.insert(*value, new);
                *value = new;
            }
            Instruction::Store(access, ..) => self.pointer(access),
            _ => {}
        }
        rename_instruction(&mut instruction, |value| self.rename(value));
        function.blocks[block].instructions.push(instruction);
    }

    fn rename(&self, value: &mut Value) {
        *value = self.names.get(value).copied().unwrap_or(*value);
    }

    /// Has an access that was checked go by its pointer.
    fn pointer(&self, access: &mut Access) {
        let key = (access.address, access.offset, access.kind.bytes);
        for (group, pointer) in self.groups.iter().zip(&self.pointers) {
            if let Some(distance) = group.accesses.get(&key) {
                (access.address, access.offset) = (*pointer, *distance);
            }
        }
    }
}
