//! What is known while a function is gone through, along one way.

use super::access::{Access, access};
use super::graph::{Graph, Id, Kind, Node, Term, Test, Value};
use super::numeric::numeric;
use super::order::{Is, Order};
use std::rc::Rc;
use wasm_encoder::Instruction as I;
use wasmparser::Operator;

/// The most nodes, and reads and writes of memory, of a way.
const NODES: usize = 400;
const ACCESSES: usize = 24;

/// Why a way is not gone any further.
pub(super) enum Stop {
    /// It ends in a trap.
    DeadEnd,
    /// It cannot be written with vectors, or there is too much of it.
    Refused,
}

/// What is known while a function is gone through, along one way.
#[derive(Clone, Default)]
pub(super) struct Trace {
    pub(super) graph: Graph,
    /// How many items are done side by side, once that is known.
    pub(super) width: Option<u32>,
    pub(super) stack: Vec<Value>,
    pub(super) locals: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    /// What must hold, or not, for the function to take this way.
    pub(super) guards: Vec<(Rc<Test>, bool)>,
    pub(super) accesses: Vec<Access>,
    pub(super) stores: Vec<Store>,
}

/// A block that has been entered.
#[derive(Clone)]
pub(super) struct Frame {
    /// Where its end is, among the operators.
    pub(super) end: usize,
    pub(super) height: usize,
    pub(super) results: usize,
}

/// A vector that is written to memory.
#[derive(Clone)]
pub(super) struct Store {
    /// Behind so many nodes.
    pub(super) behind: usize,
    pub(super) access: usize,
    pub(super) value: Id,
}

impl Trace {
    pub(super) fn pop(&mut self) -> Result<Value, Stop> {
        self.stack.pop().ok_or(Stop::Refused)
    }

    /// Says what a vector holds: all vectors hold as many.
    pub(super) fn widen(&mut self, kind: Kind) -> Result<(), Stop> {
        let width = kind.in_vector();
        if *self.width.get_or_insert(width) == width {
            Ok(())
        } else {
            Err(Stop::Refused)
        }
    }

    /// Does what an operator does that leads nowhere else.
    pub(super) fn step(&mut self, operator: &Operator<'_>) -> Result<(), Stop> {
        match operator {
            Operator::Nop => {}
            Operator::Drop => drop(self.pop()?),
            Operator::LocalGet { local_index } => {
                let value = self.local(*local_index)?.clone();
                self.stack.push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = self.pop()?;
                *self.local(*local_index)? = value;
            }
            Operator::LocalTee { local_index } => {
                let value = self.stack.last().cloned().ok_or(Stop::Refused)?;
                *self.local(*local_index)? = value;
            }
            Operator::I32Const { value } => {
                let id = self.graph.i32(*value);
                self.stack.push(Value::Same(id));
            }
            Operator::I64Const { value } => self.constant(&I::I64Const(*value), Kind::I64),
            Operator::F32Const { value } => {
                let bits = f32::from_bits(value.bits());
                self.constant(&I::F32Const(bits.into()), Kind::F32);
            }
            Operator::F64Const { value } => {
                let bits = f64::from_bits(value.bits());
                self.constant(&I::F64Const(bits.into()), Kind::F64);
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let (which, other, one) = (self.pop()?, self.pop()?, self.pop()?);
                let value = self.select(&one, &other, &which)?;
                self.stack.push(value);
            }
            other => self.operate(other)?,
        }
        if self.graph.nodes.len() > NODES || self.accesses.len() > ACCESSES {
            return Err(Stop::Refused);
        }
        Ok(())
    }

    fn operate(&mut self, operator: &Operator<'_>) -> Result<(), Stop> {
        if let Some(access) = access(operator) {
            return self.reach(access);
        }
        let numeric = numeric(operator).ok_or(Stop::Refused)?;
        let first = self.stack.len().checked_sub(numeric.operands);
        let operands = self.stack.split_off(first.ok_or(Stop::Refused)?);
        let value = self.apply(&numeric, &operands)?;
        self.stack.push(value);
        Ok(())
    }

    fn reach(&mut self, mut access: Access) -> Result<(), Stop> {
        let value = if access.writes {
            let value = self.pop()?;
            Some(self.vector(&value)?)
        } else {
            None
        };
        access.at = self.pop()?.term().ok_or(Stop::Refused)?;
        if !access.is_possible() {
            return Err(Stop::Refused);
        }
        self.widen(access.kind)?;
        let number = self.accesses.len();
        self.accesses.push(access);
        match value {
            Some(value) => self.stores.push(Store {
                behind: self.graph.nodes.len(),
                access: number,
                value,
            }),
            None => {
                let id = self.graph.add(Node::Load(number));
                self.stack.push(Value::Lanes(id));
            }
        }
        Ok(())
    }

    fn constant(&mut self, code: &I<'_>, kind: Kind) {
        let id = self.graph.same(code, &[], kind);
        self.stack.push(Value::Same(id));
    }

    fn local(&mut self, number: u32) -> Result<&mut Value, Stop> {
        let number = usize::try_from(number).map_err(|_| Stop::Refused)?;
        self.locals.get_mut(number).ok_or(Stop::Refused)
    }

    /// A condition as something that may be the same for a run of items.
    pub(super) fn decide(&mut self, value: &Value) -> Result<Rc<Test>, Stop> {
        match value {
            Value::Same(id) => Ok(Rc::new(Test::Same(*id))),
            Value::Test(test) => Ok(test.clone()),
            Value::Even(even) => {
                let order = Order {
                    is: Is::Equal,
                    signed: false,
                };
                let zero = self.graph.i32(0);
                let equal = Test::Compare(order, Term::Even(*even), Term::Same(zero));
                Ok(Rc::new(Test::Not(Rc::new(equal))))
            }
            Value::Lanes(_) | Value::Mask(_) => Err(Stop::Refused),
        }
    }
}
