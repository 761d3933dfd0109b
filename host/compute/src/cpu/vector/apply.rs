//! What an operator makes of values that are the same for all items, grow evenly, or differ.

use super::graph::{Even, Id, Kind, Node, Term, Test, Value};
use super::numeric::{Lanes, Numeric};
use super::order::{Is, Order};
use super::trace::{Stop, Trace};
use std::rc::Rc;
use wasm_encoder::Instruction as I;

type Result<T> = std::result::Result<T, Stop>;

impl Trace {
    /// The value of a numeric operator, which has one or two operands.
    pub(super) fn apply(&mut self, numeric: &Numeric, operands: &[Value]) -> Result<Value> {
        let same: Option<Vec<Id>> = operands.iter().map(Value::same).collect();
        if let Some(same) = same {
            let id = self.graph.same(&numeric.one, &same, numeric.to);
            return Ok(Value::Same(id));
        }
        let value = match operands {
            [one] => self.negation(&numeric.one, one)?,
            [one, other] => match self.even(&numeric.one, one, other) {
                Some(value) => Some(value),
                None => self.test(&numeric.one, one, other)?,
            },
            _ => None,
        };
        match value {
            Some(value) => Ok(value),
            None => self.lanes(numeric, operands),
        }
    }

    /// What grows as evenly as its operands.
    fn even(&mut self, code: &I<'_>, one: &Value, other: &Value) -> Option<Value> {
        let (one, other) = (one.term()?, other.term()?);
        let known = |term: Term| match term {
            Term::Same(id) => self.graph.constant(id),
            Term::Even(_) => None,
        };
        let (code, scale) = match (code, known(one), known(other)) {
            (I::I32Add, ..) => (I::I32Add, one.scale().wrapping_add(other.scale())),
            (I::I32Sub, ..) => (I::I32Sub, one.scale().wrapping_sub(other.scale())),
            (I::I32Mul, _, Some(by)) => (I::I32Mul, one.scale().wrapping_mul(by)),
            (I::I32Mul, Some(by), _) => (I::I32Mul, other.scale().wrapping_mul(by)),
            (I::I32Shl, _, Some(by)) => (I::I32Shl, one.scale().wrapping_shl(by.cast_unsigned())),
            // Compilers write so what they know to be a sum.
            (I::I32Or, _, Some(bits)) if self.is_clear(one, bits) => (I::I32Add, one.scale()),
            _ => return None,
        };
        let base = self
            .graph
            .same(&code, &[one.base(), other.base()], Kind::I32);
        Some(match scale {
            0 => Value::Same(base),
            scale => Value::Even(Even { base, scale }),
        })
    }

    /// Whether these bits, the lowest ones, are zero for each item.
    fn is_clear(&self, term: Term, bits: i32) -> bool {
        let Some(base) = self.graph.constant(term.base()) else {
            return false;
        };
        let zeros = (base | term.scale()).trailing_zeros();
        bits >= 0 && zeros < 32 && bits < 1 << zeros.min(30)
    }

    /// A comparison of what grows evenly, or several in one condition.
    fn test(&mut self, code: &I<'_>, one: &Value, other: &Value) -> Result<Option<Value>> {
        if let (Some(order), Some(one), Some(other)) = (Order::of(code), one.term(), other.term()) {
            let test = Test::Compare(order, one, other);
            return Ok(Some(Value::Test(Rc::new(test))));
        }
        let is_one = |value: &Value| {
            value
                .same()
                .is_some_and(|id| self.graph.constant(id) == Some(1))
        };
        let negated = match code {
            I::I32Xor if is_one(one) => Some(other),
            I::I32Xor if is_one(other) => Some(one),
            _ => None,
        };
        if let Some(negated @ (Value::Test(_) | Value::Mask(_))) = negated {
            return self.negation(&I::I32Eqz, negated);
        }
        if let (Some(one), Some(other)) = (self.condition(one), self.condition(other)) {
            let test = match code {
                I::I32And => Test::Both(one, other),
                I::I32Or => Test::Either(one, other),
                _ => return Ok(None),
            };
            return Ok(Some(Value::Test(Rc::new(test))));
        }
        let are_masks = [one, other]
            .iter()
            .all(|value| matches!(value, Value::Mask(_)) || self.condition(value).is_some());
        let code = match code {
            I::I32And => I::V128And,
            I::I32Or => I::V128Or,
            I::I32Xor => I::V128Xor,
            _ => return Ok(None),
        };
        if !are_masks {
            return Ok(None);
        }
        let operands = [self.mask(one)?, self.mask(other)?];
        Ok(Some(Value::Mask(self.graph.lanes(&code, &operands))))
    }

    /// A value that is one or zero, where that is known.
    fn condition(&self, value: &Value) -> Option<Rc<Test>> {
        match value {
            Value::Test(test) => Some(test.clone()),
            Value::Same(id) if self.graph.is_condition(*id) => Some(Rc::new(Test::Same(*id))),
            _ => None,
        }
    }

    /// Whether a value is zero.
    fn negation(&mut self, code: &I<'_>, value: &Value) -> Result<Option<Value>> {
        let is_wide = matches!(code, I::I64Eqz);
        if !is_wide && !matches!(code, I::I32Eqz) {
            return Ok(None);
        }
        Ok(Some(match value {
            Value::Test(test) => Value::Test(Rc::new(Test::Not(test.clone()))),
            Value::Mask(id) => Value::Mask(self.graph.lanes(&I::V128Not, &[*id])),
            Value::Even(even) => {
                let zero = Term::Same(self.graph.i32(0));
                let order = Order {
                    is: Is::Equal,
                    signed: false,
                };
                Value::Test(Rc::new(Test::Compare(order, Term::Even(*even), zero)))
            }
            Value::Lanes(_) | Value::Same(_) => {
                let lanes = self.vector(value)?;
                let zero = self.graph.i32(0);
                let zero = self.graph.add(Node::Splat(zero));
                let code = if is_wide { I::I64x2Eq } else { I::I32x4Eq };
                self.widen(if is_wide { Kind::I64 } else { Kind::I32 })?;
                Value::Mask(self.graph.lanes(&code, &[lanes, zero]))
            }
        }))
    }

    /// The same operator on vectors.
    fn lanes(&mut self, numeric: &Numeric, operands: &[Value]) -> Result<Value> {
        let lanes = numeric.lanes.as_ref().ok_or(Stop::Refused)?;
        self.widen(numeric.from)?;
        let ids: Vec<Id> = match (lanes, operands) {
            (Lanes::Shift(_), [one, other]) => {
                let mut by = other.same().ok_or(Stop::Refused)?;
                if numeric.from == Kind::I64 {
                    by = self.graph.same(&I::I32WrapI64, &[by], Kind::I32);
                }
                vec![self.vector(one)?, by]
            }
            _ => operands
                .iter()
                .map(|operand| self.vector(operand))
                .collect::<Result<_>>()?,
        };
        Ok(match (lanes, ids.as_slice()) {
            (Lanes::Bits, [id]) => Value::Lanes(*id),
            (Lanes::Compare(code), _) => Value::Mask(self.graph.lanes(code, &ids)),
            (Lanes::Plain(code) | Lanes::Shift(code), _) => {
                Value::Lanes(self.graph.lanes(code, &ids))
            }
            (Lanes::Bits, _) => return Err(Stop::Refused),
        })
    }

    /// The one value or the other.
    pub(super) fn select(&mut self, one: &Value, other: &Value, which: &Value) -> Result<Value> {
        if let (Some(one), Some(other), Some(which)) = (one.same(), other.same(), which.same()) {
            let kind = self.graph.kind(one).ok_or(Stop::Refused)?;
            let id = self.graph.same(&I::Select, &[one, other, which], kind);
            return Ok(Value::Same(id));
        }
        let mask = self.mask(which)?;
        let operands = [self.vector(one)?, self.vector(other)?, mask];
        let id = self.graph.lanes(&I::V128Bitselect, &operands);
        Ok(Value::Lanes(id))
    }

    /// A value as a vector.
    pub(super) fn vector(&mut self, value: &Value) -> Result<Id> {
        Ok(match value {
            Value::Same(id) => {
                let kind = self.graph.kind(*id).ok_or(Stop::Refused)?;
                self.widen(kind)?;
                self.graph.add(Node::Splat(*id))
            }
            Value::Even(even) => {
                self.widen(Kind::I32)?;
                self.graph.add(Node::Ramp(*even))
            }
            Value::Lanes(id) => *id,
            Value::Mask(_) | Value::Test(_) => {
                self.widen(Kind::I32)?;
                let mask = self.mask(value)?;
                let one = self.graph.i32(1);
                let one = self.graph.add(Node::Splat(one));
                self.graph.lanes(&I::V128And, &[mask, one])
            }
        })
    }

    /// All bits of the lanes in which a value is not zero, as a number of 32 bits.
    fn mask(&mut self, value: &Value) -> Result<Id> {
        Ok(match value {
            Value::Mask(id) => *id,
            Value::Test(test) => self.mask_of(test)?,
            Value::Same(id) => self.mask_of(&Test::Same(*id))?,
            Value::Even(_) | Value::Lanes(_) => {
                self.widen(Kind::I32)?;
                let lanes = self.vector(value)?;
                let zero = self.graph.i32(0);
                let zero = self.graph.add(Node::Splat(zero));
                self.graph.lanes(&I::I32x4Ne, &[lanes, zero])
            }
        })
    }

    fn mask_of(&mut self, test: &Test) -> Result<Id> {
        Ok(match test {
            Test::Same(id) => {
                let zero = self.graph.i32(0);
                let is = self.graph.same(&I::I32Ne, &[*id, zero], Kind::I32);
                let all = self.graph.same(&I::I32Sub, &[zero, is], Kind::I32);
                self.graph.add(Node::Splat(all))
            }
            Test::Compare(order, one, other) => {
                self.widen(Kind::I32)?;
                let operands = [self.vector(&one.value())?, self.vector(&other.value())?];
                self.graph.lanes(&order.lanes(), &operands)
            }
            Test::Both(one, other) => {
                let operands = [self.mask_of(one)?, self.mask_of(other)?];
                self.graph.lanes(&I::V128And, &operands)
            }
            Test::Either(one, other) => {
                let operands = [self.mask_of(one)?, self.mask_of(other)?];
                self.graph.lanes(&I::V128Or, &operands)
            }
            Test::Not(one) => {
                let operand = self.mask_of(one)?;
                self.graph.lanes(&I::V128Not, &[operand])
            }
        })
    }
}
