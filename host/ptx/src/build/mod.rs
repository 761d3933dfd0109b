//! From operators to values and blocks, with every call inlined. A family of operators has a file.

mod assigned;
mod atomic;
mod bulk;
mod calls;
mod compare;
mod control;
mod convert;
mod float;
mod fold;
mod integer;
mod memory;
mod name;
mod narrow;
mod simd;
mod slot;
mod variables;

use std::collections::HashMap;
use std::rc::Rc;

use wasmparser::{Operator, ValType};

use crate::error::{Error, Limit, Result};
use crate::ir::{
    Argument, Block, Definition, End, Function, Instruction, Jump, Opcode, Site, Type, Value,
};
use crate::module::{ByOffset, Module};
use crate::options::Options;
use crate::record::TrapKind;
use assigned::Assigned;
use control::Control;
use slot::Slot;

/// A function on its way to become values and blocks.
pub struct Builder<'m> {
    module: &'m Module<'m>,
    options: &'m Options,
    /// What has been built.
    pub function: Function,
    /// Where instructions go; none where control cannot be.
    block: Option<Block>,
    /// The functions that are being inlined, the innermost last.
    calls: Vec<u32>,
    /// What changes in the blocks of a function, once it was needed.
    assigned: HashMap<u32, Rc<ByOffset<Assigned>>>,
    locals: Vec<Slot>,
    local_types: Rc<[ValType]>,
    stack: Vec<Slot>,
    control: Vec<Control>,
    /// Blocks opened where control cannot be.
    dead: usize,
    /// Each global's slot; none where it is outside the subset.
    globals: Vec<Option<Slot>>,
    /// The globals that can change, with their types.
    mutable: Rc<[(u32, ValType)]>,
    /// What the stack pointer was set to, and where.
    pub stack_pointers: Vec<(Value, Site)>,
    constants: HashMap<(Type, u64), Value>,
    /// How much may still be built.
    left: usize,
    site: Site,
}

impl<'m> Builder<'m> {
    pub fn new(module: &'m Module<'m>, options: &'m Options) -> Self {
        let mut function = Function::default();
        let block = function.block([]);
        Self {
            module,
            options,
            function,
            block: Some(block),
            calls: Vec::new(),
            assigned: HashMap::new(),
            locals: Vec::new(),
            local_types: Rc::default(),
            dead: 0,
            stack: Vec::new(),
            control: Vec::new(),
            globals: Vec::new(),
            mutable: Rc::default(),
            stack_pointers: Vec::new(),
            constants: HashMap::new(),
            left: options.limits.instructions,
            site: Site {
                function: 0,
                offset: 0,
            },
        }
    }

    /// Builds the compute function.
    pub fn compute(&mut self, index: u32) -> Result<()> {
        self.site.function = index;
        self.start_globals()?;
        let ty = self.module.function_type(index).ok_or(self.lost())?;
        let mut arguments = Vec::new();
        for (number, ty) in ty.params().iter().enumerate() {
            let argument = match number {
                0 => Argument::Item,
                number => Argument::Parameter(number as u32),
            };
            let types = slot::carried(*ty).ok_or(self.lost())?;
            let ty = *types.first().ok_or(self.lost())?;
            arguments.push(Slot::Scalar(
                self.define(ty, Definition::Argument(argument))?,
            ));
        }
        self.inline(index, arguments)?;
        self.end(End::Return);
        Ok(())
    }

    fn operator(&mut self, operator: &Operator<'_>, offset: usize) -> Result<()> {
        self.site.offset = offset as u32;
        if self.block.is_none() {
            return self.unreachable_operator(operator);
        }
        let handled = self.control_operator(operator, offset)?
            || self.variable_operator(operator)?
            || self.integer_operator(operator)?
            || self.compare_operator(operator)?
            || self.float_operator(operator)?
            || self.convert_operator(operator)?
            || self.memory_operator(operator)?
            || self.atomic_operator(operator)?
            || self.narrow_operator(operator)?
            || self.bulk_operator(operator)?
            || self.simd_operator(operator)?;
        if handled {
            Ok(())
        } else {
            Err(self.unsupported(operator))
        }
    }

    // What is built.

    fn spend(&mut self, amount: usize) -> Result<()> {
        self.left = self.left.checked_sub(amount).ok_or(Error::TooLarge {
            limit: Limit::Instructions,
            most: self.options.limits.instructions,
        })?;
        Ok(())
    }

    /// A value that needs no instruction.
    fn define(&mut self, ty: Type, definition: Definition) -> Result<Value> {
        self.spend(1)?;
        Ok(self.function.value(ty, definition))
    }

    /// A value that is computed here.
    fn compute_value(&mut self, ty: Type, definition: Definition) -> Result<Value> {
        let value = self.define(ty, definition)?;
        self.instruction(Instruction::Compute(value))?;
        Ok(value)
    }

    fn instruction(&mut self, instruction: Instruction) -> Result<()> {
        self.spend(1)?;
        let block = self.block.ok_or(self.lost())?;
        self.function.blocks[block].instructions.push(instruction);
        Ok(())
    }

    fn pure(&mut self, opcode: Opcode, operands: &[Value]) -> Result<Value> {
        if let Some(value) = self.fold(opcode, operands)? {
            return Ok(value);
        }
        self.compute_value(opcode.result(), Definition::Pure(opcode, operands.to_vec()))
    }

    fn constant(&mut self, ty: Type, bits: u64) -> Result<Value> {
        if let Some(value) = self.constants.get(&(ty, bits)) {
            return Ok(*value);
        }
        let value = self.define(ty, Definition::Constant(bits))?;
        self.constants.insert((ty, bits), value);
        Ok(value)
    }

    fn i32(&mut self, value: i32) -> Result<Value> {
        self.constant(Type::I32, u64::from(value as u32))
    }

    fn i64(&mut self, value: i64) -> Result<Value> {
        self.constant(Type::I64, value as u64)
    }

    fn trap_if(&mut self, condition: Value, kind: TrapKind) -> Result<()> {
        self.instruction(Instruction::TrapIf(condition, kind, self.site))
    }

    /// Ends the block; control is nowhere until another one is begun.
    fn end(&mut self, end: End) {
        if let Some(block) = self.block.take() {
            self.function.blocks[block].end = end;
        }
    }

    /// A jump with these values.
    fn jump(&mut self, block: Block, arguments: Vec<Value>) -> Result<Jump> {
        self.spend(arguments.len())?;
        Ok(Jump { block, arguments })
    }

    /// A new block with parameters of these types.
    fn new_block(&mut self, parameters: &[Type]) -> Result<Block> {
        self.spend(1 + parameters.len())?;
        Ok(self.function.block(parameters.iter().copied()))
    }

    // The operand stack.

    fn push(&mut self, value: Value) {
        self.stack.push(Slot::Scalar(value));
    }

    fn pop_slot(&mut self) -> Result<Slot> {
        self.stack.pop().ok_or(self.lost())
    }

    fn pop(&mut self) -> Result<Value> {
        match self.pop_slot()? {
            Slot::Scalar(value) => Ok(value),
            Slot::Vector(_) => Err(self.lost()),
        }
    }

    /// The values that carry a slot from block to block.
    fn carry(&mut self, slot: Slot) -> Result<Vec<Value>> {
        Ok(match slot {
            Slot::Scalar(value) => vec![value],
            Slot::Vector(vector) => self.words(vector)?.to_vec(),
        })
    }

    // Errors.

    fn lost(&self) -> Error {
        Error::Inconsistent {
            offset: self.site.offset as usize,
        }
    }

    fn unsupported(&self, operator: &Operator<'_>) -> Error {
        Error::Unsupported {
            operator: name::of(operator),
            function: self.site.function,
            offset: self.site.offset as usize,
        }
    }
}
