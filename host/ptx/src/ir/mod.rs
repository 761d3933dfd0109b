//! What a function is between WebAssembly and PTX: blocks of values, each defined once. A block has
//! parameters, which whoever jumps to it provides.

mod list;
mod opcode;

pub use list::{Key, List};
pub use opcode::Opcode;

use crate::record::TrapKind;

/// A value, defined once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(u32);

/// A block of a [`Function`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(u32);

impl Key for Value {
    fn new(index: u32) -> Self {
        Self(index)
    }
    fn index(self) -> u32 {
        self.0
    }
}

impl Key for Block {
    fn new(index: u32) -> Self {
        Self(index)
    }
    fn index(self) -> u32 {
        self.0
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// The outcome of a comparison: a predicate register.
    Bool,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// A float of 32 bits.
    F32,
    /// A float of 64 bits.
    F64,
}

/// An operator in the module: what a trap is blamed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site {
    /// The index of its function.
    pub function: u32,
    /// Bytes from the start of the module.
    pub offset: u32,
}

/// What comes into the function from the launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Argument {
    /// The item's index.
    Item,
    /// The parameter of this index, of the function in WebAssembly.
    Parameter(u32),
    /// Where the thread's window of the C stack ends.
    StackPointer,
    /// The size of the linear memory in pages of 64 KiB.
    MemoryPages,
    /// The size of the linear memory in bytes, an `I64`.
    Size,
}

/// A place in the arena that is read or written.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// The address, an `I32` that is fenced, or a pointer, an `I64` that needs no fence.
    pub address: Value,
    /// Added to the address, without wrapping.
    pub offset: u64,
    /// What is there.
    pub kind: Memory,
    /// The operator.
    pub site: Site,
}

/// What a load, store or atomic operation finds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// The type in PTX.
    pub name: &'static str,
    /// How long it is, a power of two. Of several neighbours, all of them together.
    pub bytes: u32,
}

/// What is read or written together: two or four values of a type.
pub type Lanes = [Option<Value>; 4];

/// An atomic operation that reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atomic {
    /// `op` in PTX, with the second operand.
    Modify(&'static str, Value),
    /// Writes the second value where the first is found.
    CompareExchange(Value, Value),
}

impl Atomic {
    /// The values that it takes.
    pub fn operands_mut(&mut self) -> [Option<&mut Value>; 2] {
        match self {
            Self::Modify(_, value) => [Some(value), None],
            Self::CompareExchange(expected, new) => [Some(expected), Some(new)],
        }
    }
}

/// How a value comes to be.
#[derive(Debug, Clone)]
pub enum Definition {
    /// Whoever jumps to the block gives it.
    Parameter,
    /// The launch gives it.
    Argument(Argument),
    /// These bits.
    Constant(u64),
    /// Of other values, and without effects.
    Pure(Opcode, Vec<Value>),
    /// Read from the arena; atomically, or as one thread reads.
    Load(Access, bool),
    /// What an atomic operation found.
    Atomic(Atomic, Access),
    /// [`Instruction::LoadWide`] reads it, beside others.
    Lane,
    /// A pointer into the arena, to that address: all that is reached from it was checked.
    Pointer(Value),
    /// The fuel that the item has in hand, an `I32`.
    FuelInHand,
    /// Nothing but another name of that value.
    Alias(Value),
}

/// What a block does, in order.
#[derive(Debug, Clone, Copy)]
pub enum Instruction {
    /// Computes the value.
    Compute(Value),
    /// Writes to the arena; atomically where told.
    Store(Access, Value, bool),
    /// Reads neighbours at once, by a pointer that is aligned as far as they are long together.
    LoadWide(Access, Lanes),
    /// Writes neighbours at once, by such a pointer.
    StoreWide(Access, Lanes),
    /// Traps where the condition holds.
    TrapIf(Value, TrapKind, Site),
    /// Takes a unit of the item's fuel, and traps where none is left.
    Fuel(Site),
    /// Takes so much of the item's fuel, an `I32` that it has in hand.
    TakeFuel(Value),
    /// Looks at the record, and takes in hand what there may be in hand of the item's fuel.
    Refuel,
    /// Looks at the record where the condition holds, and ends the item if it says so.
    LookIf(Value),
    /// Checks that so many bytes at that address (both `I32`) lie in the arena.
    Range(Value, Value, Site),
    /// Keeps the order of accesses before and after, for all threads.
    Fence,
}

impl Instruction {
    /// What it computes.
    pub fn computed(&self) -> impl Iterator<Item = Value> + use<> {
        let values: Lanes = match self {
            Self::Compute(value) => [Some(*value), None, None, None],
            Self::LoadWide(_, lanes) => *lanes,
            _ => [None; 4],
        };
        values.into_iter().flatten()
    }
}

/// A block to go on in, with its parameters.
#[derive(Debug, Clone)]
pub struct Jump {
    /// Where to.
    pub block: Block,
    /// One for each parameter of the block.
    pub arguments: Vec<Value>,
}

/// What follows a block.
#[derive(Debug, Clone)]
pub enum End {
    /// One block.
    Jump(Jump),
    /// The first where the condition holds, else the second.
    Branch(Value, Jump, Jump),
    /// The block at the index, the last where there are fewer.
    Switch(Value, Vec<Jump>),
    /// Nothing: the item is done.
    Return,
    /// Nothing: the item trapped.
    Trap(TrapKind, Site),
}

impl End {
    /// Where it goes on.
    pub fn jumps(&self) -> &[Jump] {
        match self {
            Self::Jump(jump) => std::slice::from_ref(jump),
            Self::Switch(_, jumps) => jumps,
            Self::Branch(..) | Self::Return | Self::Trap(..) => &[],
        }
    }

    /// Calls `each` with every jump.
    pub fn each_jump<'a>(&'a self, mut each: impl FnMut(&'a Jump)) {
        match self {
            Self::Branch(_, then, otherwise) => [then, otherwise].into_iter().for_each(each),
            other => other.jumps().iter().for_each(&mut each),
        }
    }

    /// Calls `each` with every jump, to be changed.
    pub fn each_jump_mut(&mut self, mut each: impl FnMut(&mut Jump)) {
        match self {
            Self::Jump(jump) => each(jump),
            Self::Branch(_, then, otherwise) => [then, otherwise].into_iter().for_each(each),
            Self::Switch(_, jumps) => jumps.iter_mut().for_each(each),
            Self::Return | Self::Trap(..) => {}
        }
    }
}

/// What a [`Block`] is made of.
#[derive(Debug)]
pub struct BlockData {
    /// What whoever jumps here provides.
    pub parameters: Vec<Value>,
    /// What it does.
    pub instructions: Vec<Instruction>,
    /// What follows. A block that nothing jumps to has the end it was made with.
    pub end: End,
}

/// A function with everything that it calls.
#[derive(Debug, Default)]
pub struct Function {
    /// The type of each value, and how it comes to be.
    pub values: List<Value, (Type, Definition)>,
    /// The blocks, the first of which is where it starts.
    pub blocks: List<Block, BlockData>,
}

impl Function {
    /// Adds a value.
    pub fn value(&mut self, ty: Type, definition: Definition) -> Value {
        self.values.push((ty, definition))
    }

    /// Adds a block with parameters of these types.
    pub fn block(&mut self, parameters: impl IntoIterator<Item = Type>) -> Block {
        let parameters = parameters
            .into_iter()
            .map(|ty| self.values.push((ty, Definition::Parameter)))
            .collect();
        self.blocks.push(BlockData {
            parameters,
            instructions: Vec::new(),
            end: End::Return,
        })
    }

    /// The value that this one is another name of.
    pub fn resolve(&self, mut value: Value) -> Value {
        while let Definition::Alias(other) = self.values[value].1 {
            value = other;
        }
        value
    }

    /// The type of a value.
    pub fn type_of(&self, value: Value) -> Type {
        self.values[value].0
    }

    /// The bits of a value that is a constant.
    pub fn constant(&self, value: Value) -> Option<u64> {
        match self.values[self.resolve(value)].1 {
            Definition::Constant(bits) => Some(bits),
            _ => None,
        }
    }

    /// The operation that a value is the outcome of.
    pub fn operation(&self, value: Value) -> Option<(Opcode, &[Value])> {
        match &self.values[self.resolve(value)].1 {
            Definition::Pure(opcode, operands) => Some((*opcode, operands)),
            _ => None,
        }
    }

    /// The blocks that can be reached, each before those that only it leads to.
    pub fn reachable(&self) -> Vec<Block> {
        let mut seen: List<Block, bool> = self.blocks.map(|_| false);
        let mut order = Vec::new();
        let mut waiting: Vec<Block> = self.blocks.keys().take(1).collect();
        while let Some(block) = waiting.pop() {
            if std::mem::replace(&mut seen[block], true) {
                continue;
            }
            order.push(block);
            let first = waiting.len();
            self.blocks[block]
                .end
                .each_jump(|jump| waiting.push(jump.block));
            if let Some(new) = waiting.get_mut(first..) {
                new.reverse();
            }
        }
        order
    }
}
