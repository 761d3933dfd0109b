//! Blocks, loops and branches.
//!
//! Whoever branches passes on the operands that the block takes, the locals that change in it, and
//! the globals where any may change in it.

use std::rc::Rc;

use wasmparser::{BlockType, BrTable, Operator, ValType};

use super::Builder;
use super::assigned::Assigned;
use super::slot::{Slot, carried, gather};
use crate::error::{Error, Result};
use crate::ir::{Block, End, Instruction, Jump, Type, Value};
use crate::record::TrapKind;

/// The types of what a block takes, or gives.
type Types = Rc<[ValType]>;

/// What is as it was before an `if`, for the `else`.
#[derive(Debug)]
struct Before {
    block: Block,
    operands: Vec<Slot>,
    locals: Vec<(u32, Slot)>,
    globals: Option<Vec<Option<Slot>>>,
}

#[derive(Debug)]
enum Kind {
    /// A block, or the function as a whole, or what comes after an `else`.
    Block,
    /// An `if` whose `else` has not come.
    If(Before),
    Loop,
}

/// A block that is open.
#[derive(Debug)]
pub struct Control {
    kind: Kind,
    /// Where a branch goes: to the start of a loop, or behind any other block.
    target: Block,
    /// What a branch takes along.
    operands: Types,
    changes: Assigned,
    /// How many operands lie below those of the block.
    height: usize,
    /// Whether anything goes to the target.
    reached: bool,
}

impl Builder<'_> {
    pub(super) fn control_operator(
        &mut self,
        operator: &Operator<'_>,
        offset: usize,
    ) -> Result<bool> {
        match operator {
            Operator::Unreachable => self.end(End::Trap(TrapKind::Unreachable, self.site)),
            Operator::Block { blockty } => self.open_block(*blockty, offset, operator)?,
            Operator::Loop { blockty } => self.open_loop(*blockty, offset, operator)?,
            Operator::If { blockty } => self.open_if(*blockty, offset, operator)?,
            Operator::Else => self.otherwise()?,
            Operator::End => self.close()?,
            Operator::Br { relative_depth } => {
                let jump = self.branch(*relative_depth)?;
                self.end(End::Jump(jump));
            }
            Operator::BrIf { relative_depth } => {
                let number = self.pop()?;
                let condition = self.condition(number)?;
                let then = self.branch(*relative_depth)?;
                let next = self.new_block(&[])?;
                let otherwise = self.jump(next, Vec::new())?;
                self.end(End::Branch(condition, then, otherwise));
                self.block = Some(next);
            }
            Operator::BrTable { targets } => self.branch_table(targets)?,
            Operator::Return => self.return_from()?,
            Operator::Call { function_index } => self.call(*function_index, operator)?,
            Operator::ReturnCall { function_index } => {
                self.call(*function_index, operator)?;
                if self.block.is_some() {
                    self.return_from()?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What may be said where control cannot be: only the ends of blocks matter.
    pub(super) fn unreachable_operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.dead += 1,
            Operator::Else if self.dead == 0 => self.otherwise()?,
            Operator::End if self.dead == 0 => self.close()?,
            Operator::End => self.dead -= 1,
            _ => {}
        }
        Ok(())
    }

    fn return_from(&mut self) -> Result<()> {
        let depth = self.control.len().saturating_sub(1);
        let jump = self.branch(depth as u32)?;
        self.end(End::Jump(jump));
        Ok(())
    }

    /// Opens the block that the whole of a function is.
    pub(super) fn open_function(&mut self, results: Types, operator: &Operator<'_>) -> Result<()> {
        let changes = Assigned {
            locals: Rc::default(),
            globals: true,
        };
        self.open(Kind::Block, results, changes, 0, operator)
            .map(drop)
    }

    fn open_block(&mut self, ty: BlockType, offset: usize, operator: &Operator<'_>) -> Result<()> {
        let (parameters, results) = self.block_type(ty)?;
        let height = self.height(&parameters)?;
        let changes = self.changes(offset)?;
        self.open(Kind::Block, results, changes, height, operator)
            .map(drop)
    }

    fn open_loop(&mut self, ty: BlockType, offset: usize, operator: &Operator<'_>) -> Result<()> {
        let (parameters, _) = self.block_type(ty)?;
        let height = self.height(&parameters)?;
        let changes = self.changes(offset)?;
        let target = self.open(Kind::Loop, parameters, changes, height, operator)?;
        let jump = self.branch(0)?;
        self.end(End::Jump(jump));
        self.arrive(target)?;
        self.instruction(Instruction::Fuel(self.site))
    }

    fn open_if(&mut self, ty: BlockType, offset: usize, operator: &Operator<'_>) -> Result<()> {
        let number = self.pop()?;
        let condition = self.condition(number)?;
        let (parameters, results) = self.block_type(ty)?;
        let height = self.height(&parameters)?;
        let changes = self.changes(offset)?;
        self.spend(changes.locals.len() + parameters.len())?;
        if changes.globals {
            self.spend(self.globals.len())?;
        }
        let then = self.new_block(&[])?;
        let block = self.new_block(&[])?;
        let local = |index: &u32| Some((*index, *self.locals.get(*index as usize)?));
        let before = Before {
            block,
            operands: self.stack.get(height..).unwrap_or_default().to_vec(),
            locals: changes.locals.iter().filter_map(local).collect(),
            globals: changes.globals.then(|| self.globals.clone()),
        };
        self.open(Kind::If(before), results, changes, height, operator)?;
        let jump = |block| Jump {
            block,
            arguments: Vec::new(),
        };
        self.end(End::Branch(condition, jump(then), jump(block)));
        self.block = Some(then);
        Ok(())
    }

    fn open(
        &mut self,
        kind: Kind,
        operands: Types,
        changes: Assigned,
        height: usize,
        operator: &Operator<'_>,
    ) -> Result<Block> {
        let mut types = Vec::new();
        for ty in operands.iter() {
            types.extend(carried(*ty).ok_or(self.unsupported(operator))?);
        }
        for local in changes.locals.iter() {
            let ty = self.local_types.get(*local as usize).ok_or(self.lost())?;
            types.extend(carried(*ty).ok_or(self.unsupported(operator))?);
        }
        if changes.globals {
            types.extend(
                self.mutable
                    .iter()
                    .filter_map(|(_, ty)| carried(*ty))
                    .flatten(),
            );
        }
        let types: Vec<Type> = types;
        let target = self.new_block(&types)?;
        self.control.push(Control {
            kind,
            target,
            operands,
            changes,
            height,
            reached: false,
        });
        Ok(target)
    }

    /// The jump to the block that is so many blocks out. Operands stay on the stack.
    fn branch(&mut self, depth: u32) -> Result<Jump> {
        let lost = self.lost();
        let index = self
            .control
            .len()
            .checked_sub(1 + depth as usize)
            .ok_or(lost.clone())?;
        let control = self.control.get_mut(index).ok_or(lost)?;
        control.reached = true;
        let target = control.target;
        let (operands, changes) = (control.operands.clone(), control.changes.clone());
        let first = self.height(&operands)?;
        let mut slots = self.stack.get(first..).unwrap_or_default().to_vec();
        for local in changes.locals.iter() {
            slots.push(*self.locals.get(*local as usize).ok_or(self.lost())?);
        }
        if changes.globals {
            for (global, _) in self.mutable.clone().iter() {
                let slot = self.globals.get(*global as usize).copied().flatten();
                slots.push(slot.ok_or(self.lost())?);
            }
        }
        let mut arguments = Vec::new();
        for slot in slots {
            arguments.extend(self.carry(slot)?);
        }
        self.jump(target, arguments)
    }

    /// Goes on at the target of the innermost block, with what comes along there.
    fn arrive(&mut self, target: Block) -> Result<()> {
        let control = self.control.last().ok_or(self.lost())?;
        let (operands, changes) = (control.operands.clone(), control.changes.clone());
        self.stack.truncate(control.height);
        let parameters = self.function.blocks[target].parameters.clone();
        let mut values = parameters.into_iter();
        for ty in operands.iter() {
            self.stack
                .push(gather(*ty, &mut values).ok_or(self.lost())?);
        }
        for local in changes.locals.iter() {
            let ty = *self.local_types.get(*local as usize).ok_or(self.lost())?;
            let slot = gather(ty, &mut values).ok_or(self.lost())?;
            self.set_local(*local, slot)?;
        }
        if changes.globals {
            for (global, ty) in self.mutable.clone().iter() {
                let slot = gather(*ty, &mut values).ok_or(self.lost())?;
                if let Some(global) = self.globals.get_mut(*global as usize) {
                    *global = Some(slot);
                }
            }
        }
        self.block = Some(target);
        Ok(())
    }

    fn otherwise(&mut self) -> Result<()> {
        if self.block.is_some() {
            let jump = self.branch(0)?;
            self.end(End::Jump(jump));
        }
        let lost = self.lost();
        let control = self.control.last_mut().ok_or(lost.clone())?;
        let Kind::If(before) = std::mem::replace(&mut control.kind, Kind::Block) else {
            return Err(lost);
        };
        self.stack.truncate(control.height);
        self.stack.extend(before.operands);
        for (local, slot) in before.locals {
            self.set_local(local, slot)?;
        }
        if let Some(globals) = before.globals {
            self.globals = globals;
        }
        self.block = Some(before.block);
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let kind = &self.control.last().ok_or(self.lost())?.kind;
        if let Kind::If(_) = kind {
            self.otherwise()?;
        }
        let control = self.control.last().ok_or(self.lost())?;
        let (target, height) = (control.target, control.height);
        if let Kind::Loop = control.kind {
            self.control.pop();
            if self.block.is_none() {
                self.stack.truncate(height);
            }
            return Ok(());
        }
        if self.block.is_some() {
            let jump = self.branch(0)?;
            self.end(End::Jump(jump));
        }
        if self.control.last().is_some_and(|control| control.reached) {
            self.arrive(target)?;
        } else {
            self.stack.truncate(height);
        }
        self.control.pop();
        Ok(())
    }

    fn branch_table(&mut self, table: &BrTable<'_>) -> Result<()> {
        let index = self.pop()?;
        self.spend(table.len() as usize)?;
        let mut depths = table
            .targets()
            .collect::<std::result::Result<Vec<u32>, _>>()?;
        depths.push(table.default());
        let mut jumps = Vec::new();
        for depth in depths {
            jumps.push(self.branch(depth)?);
        }
        self.end(End::Switch(index, jumps));
        Ok(())
    }

    /// How many operands lie below these.
    fn height(&self, operands: &[ValType]) -> Result<usize> {
        self.stack
            .len()
            .checked_sub(operands.len())
            .ok_or(self.lost())
    }

    fn block_type(&self, ty: BlockType) -> Result<(Types, Types)> {
        Ok(match ty {
            BlockType::Empty => (Rc::default(), Rc::default()),
            BlockType::Type(ty) => (Rc::default(), [ty].into()),
            BlockType::FuncType(index) => {
                let ty = self.module.block_type(index).ok_or(self.lost())?;
                (ty.params().into(), ty.results().into())
            }
        })
    }

    /// What changes in the block that the operator at that offset opens.
    fn changes(&self, offset: usize) -> Result<Assigned> {
        let blocks = self.assigned.get(&self.site.function);
        let changes = blocks.and_then(|blocks| blocks.get(&offset));
        changes.cloned().ok_or(Error::Inconsistent { offset })
    }

    /// A choice of two blocks, neither of which takes anything.
    pub(super) fn fork(&mut self, condition: Value, then: Jump, otherwise: Jump) {
        self.end(End::Branch(condition, then, otherwise));
    }
}
