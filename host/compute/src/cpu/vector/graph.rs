//! What a function computes, as values that are computed of others.

use super::order::Order;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_encoder::{Encode, Instruction, ValType};

/// A node of the graph.
pub(super) type Id = usize;

/// A type of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    I32,
    I64,
    F32,
    F64,
}

/// What is on the stack or in a local while the function is gone through.
#[derive(Clone)]
pub(super) enum Value {
    /// The same for all items.
    Same(Id),
    /// A number of 32 bits that grows evenly with the item.
    Even(Even),
    /// One number for each of the items that are done side by side.
    Lanes(Id),
    /// All bits of an item's lane, or none: one or zero where it is used as a number.
    Mask(Id),
    /// One or zero, by comparing what grows evenly.
    Test(Rc<Test>),
}

/// `base + scale * item`, as numbers of 32 bits wrap. The scale is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Even {
    pub(super) base: Id,
    pub(super) scale: i32,
}

/// What can be compared for a run of items at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Same(Id),
    Even(Even),
}

/// A condition that may be the same for a whole run of items.
pub(super) enum Test {
    Compare(Order, Term, Term),
    Same(Id),
    Both(Rc<Test>, Rc<Test>),
    Either(Rc<Test>, Rc<Test>),
    Not(Rc<Test>),
}

/// How a node comes to its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A number that is the same for all items, by an instruction.
    Same {
        code: Vec<u8>,
        operands: Vec<Id>,
        kind: Kind,
    },
    /// A vector of a number that is the same for all items.
    Splat(Id),
    /// A vector of what grows evenly.
    Ramp(Even),
    /// A vector, by an instruction.
    Lanes { code: Vec<u8>, operands: Vec<Id> },
    /// A vector that is read from memory.
    Load(usize),
}

impl Value {
    pub(super) fn same(&self) -> Option<Id> {
        match self {
            Self::Same(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn term(&self) -> Option<Term> {
        match self {
            Self::Same(id) => Some(Term::Same(*id)),
            Self::Even(even) => Some(Term::Even(*even)),
            _ => None,
        }
    }
}

impl Term {
    pub(super) fn base(self) -> Id {
        match self {
            Self::Same(id) => id,
            Self::Even(even) => even.base,
        }
    }

    pub(super) fn scale(self) -> i32 {
        match self {
            Self::Same(_) => 0,
            Self::Even(even) => even.scale,
        }
    }

    pub(super) fn value(self) -> Value {
        match self {
            Self::Same(id) => Value::Same(id),
            Self::Even(even) => Value::Even(even),
        }
    }
}

impl Node {
    /// Whether it can be computed once for all items.
    pub(super) fn is_same(&self) -> bool {
        matches!(self, Self::Same { .. } | Self::Splat(_))
    }

    pub(super) fn kind(&self) -> ValType {
        match self {
            Self::Same { kind, .. } => kind.value_type(),
            _ => ValType::V128,
        }
    }
}

impl Kind {
    pub(super) fn value_type(self) -> ValType {
        match self {
            Self::I32 => ValType::I32,
            Self::I64 => ValType::I64,
            Self::F32 => ValType::F32,
            Self::F64 => ValType::F64,
        }
    }

    /// How many of them a vector holds.
    pub(super) fn in_vector(self) -> u32 {
        match self {
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 2,
        }
    }
}

/// All nodes, each of which is computed of earlier ones.
#[derive(Clone, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// Those that stand for the same value wherever they are computed.
    known: HashMap<Node, Id>,
}

impl Graph {
    pub(super) fn add(&mut self, node: Node) -> Id {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = self.nodes.len();
        // Memory may be written between two reads of it.
        if !matches!(node, Node::Load(_)) {
            self.known.insert(node.clone(), id);
        }
        self.nodes.push(node);
        id
    }

    /// A number that is the same for all items.
    pub(super) fn same(&mut self, code: &Instruction<'_>, operands: &[Id], kind: Kind) -> Id {
        self.add(Node::Same {
            code: bytes(code),
            operands: operands.to_vec(),
            kind,
        })
    }

    pub(super) fn i32(&mut self, value: i32) -> Id {
        self.same(&Instruction::I32Const(value), &[], Kind::I32)
    }

    pub(super) fn lanes(&mut self, code: &Instruction<'_>, operands: &[Id]) -> Id {
        self.add(Node::Lanes {
            code: bytes(code),
            operands: operands.to_vec(),
        })
    }

    /// The type of a number that is the same for all items.
    pub(super) fn kind(&self, id: Id) -> Option<Kind> {
        match self.nodes.get(id)? {
            Node::Same { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// Whether it is one or zero, by comparing numbers of 32 bits.
    pub(super) fn is_condition(&self, id: Id) -> bool {
        let Some(Node::Same { code, .. }) = self.nodes.get(id) else {
            return false;
        };
        // From `i32.eqz` to `f64.ge`, which have one byte each.
        matches!(code.as_slice(), [0x45..=0x66])
    }

    /// What a number of 32 bits is, where the function itself says it.
    pub(super) fn constant(&self, id: Id) -> Option<i32> {
        let Some(Node::Same { code, kind, .. }) = self.nodes.get(id) else {
            return None;
        };
        let mut operators =
            wasmparser::OperatorsReader::new(wasmparser::BinaryReader::new(code, 0));
        match (kind, operators.read()) {
            (Kind::I32, Ok(wasmparser::Operator::I32Const { value })) => Some(value),
            _ => None,
        }
    }
}

fn bytes(code: &Instruction<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    code.encode(&mut bytes);
    bytes
}
