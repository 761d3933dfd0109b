//! Which locals change inside of a block: those that whoever leaves it, or goes round, passes on.

use std::collections::BTreeSet;
use std::rc::Rc;

use wasmparser::{FunctionBody, Operator};

use crate::error::{Error, Limit, Result};
use crate::module::ByOffset;
use crate::options::Limits;

/// What changes in a block.
#[derive(Debug, Clone, Default)]
pub struct Assigned {
    /// The locals that may change.
    pub locals: Rc<[u32]>,
    /// Whether globals may.
    pub globals: bool,
}

/// What changes in each block, by the offset of the operator that opens it.
pub fn assigned(body: &FunctionBody<'_>, limits: &Limits) -> Result<ByOffset<Assigned>> {
    let mut blocks = ByOffset::new();
    let mut open: Vec<(usize, BTreeSet<u32>, bool)> = Vec::new();
    let mut total = 0;
    for item in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, offset) = item?;
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                open.push((offset as usize, BTreeSet::new(), false));
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                if let Some((_, locals, _)) = open.last_mut() {
                    locals.insert(local_index);
                }
            }
            Operator::GlobalSet { .. } | Operator::Call { .. } => {
                if let Some((_, _, globals)) = open.last_mut() {
                    *globals = true;
                }
            }
            Operator::End => {
                let Some((start, locals, globals)) = open.pop() else {
                    continue;
                };
                total += locals.len();
                if total > limits.instructions {
                    let limit = Limit::Instructions;
                    return Err(Error::TooLarge {
                        limit,
                        most: limits.instructions,
                    });
                }
                if let Some((_, outer, outer_globals)) = open.last_mut() {
                    outer.extend(&locals);
                    *outer_globals |= globals;
                }
                let locals = locals.into_iter().collect();
                blocks.insert(start, Assigned { locals, globals });
            }
            _ => {}
        }
    }
    Ok(blocks)
}
