//! Goes through a function to find the way that most items take.

use super::graph::Test;
use super::trace::{Frame, Stop, Trace};
use std::rc::Rc;
use wasmparser::{BlockType, Operator};

/// How many sides of conditions are followed, on all ways together.
const FORKS: u32 = 128;

/// How many conditions a way has at most.
const GUARDS: usize = 32;

/// The operators of a function.
pub(super) struct Walk<'a> {
    operators: Vec<Operator<'a>>,
    /// Of each operator that opens a block, where its `else` and its end are.
    blocks: Vec<Option<(Option<usize>, usize)>>,
    /// How many operators may still be gone through, on all ways together.
    left: usize,
    forks: u32,
}

impl<'a> Walk<'a> {
    pub(super) fn new(operators: Vec<Operator<'a>>) -> Self {
        let mut blocks = vec![None; operators.len()];
        let mut open: Vec<(usize, Option<usize>)> = Vec::new();
        for (at, operator) in operators.iter().enumerate() {
            match operator {
                Operator::Block { .. } | Operator::If { .. } | Operator::Loop { .. } => {
                    open.push((at, None));
                }
                Operator::Else => {
                    if let Some((_, other)) = open.last_mut() {
                        *other = Some(at);
                    }
                }
                Operator::End => {
                    if let Some((begin, other)) = open.pop()
                        && let Some(block) = blocks.get_mut(begin)
                    {
                        *block = Some((other, at));
                    }
                }
                _ => {}
            }
        }
        Self {
            left: operators.len().saturating_mul(8),
            operators,
            blocks,
            forks: FORKS,
        }
    }

    /// Goes on from an operator to the function's end. Where there are two ways, that is taken which
    /// writes more.
    pub(super) fn run(&mut self, mut trace: Trace, mut at: usize) -> Result<Trace, Stop> {
        loop {
            self.left = self.left.checked_sub(1).ok_or(Stop::Refused)?;
            // Cloned, as both ways need it: it is small.
            let operator = self.operators.get(at).cloned().ok_or(Stop::Refused)?;
            let next = at + 1;
            at = match operator {
                Operator::Block { blockty } => {
                    let (_, end) = self.block(at)?;
                    trace.enter(end, blockty)?;
                    next
                }
                Operator::If { blockty } => {
                    let value = trace.pop()?;
                    let test = trace.decide(&value)?;
                    let (other, end) = self.block(at)?;
                    trace.enter(end, blockty)?;
                    let other = other.map_or(end, |other| other + 1);
                    match trace.known(&test) {
                        Some(true) => next,
                        Some(false) => other,
                        None => return self.fork(&trace, &test, [Some(other), Some(next)]),
                    }
                }
                Operator::Else => trace.frames.last().ok_or(Stop::Refused)?.end,
                Operator::End => match trace.frames.pop() {
                    Some(_) => next,
                    None => return Ok(trace),
                },
                Operator::Br { relative_depth } => match trace.branch(relative_depth)? {
                    Some(at) => at,
                    None => return Ok(trace),
                },
                Operator::BrIf { relative_depth } => {
                    let value = trace.pop()?;
                    let test = trace.decide(&value)?;
                    let mut there = trace.clone();
                    let to = there.branch(relative_depth)?;
                    match trace.known(&test) {
                        Some(false) => next,
                        Some(true) => match to {
                            Some(at) => {
                                trace = there;
                                at
                            }
                            None => return Ok(there),
                        },
                        None => {
                            let stay = self.guarded(trace, &test, false, Some(next));
                            let leave = self.guarded(there, &test, true, to);
                            return better(stay, leave);
                        }
                    }
                }
                Operator::Return => return Ok(trace),
                Operator::Unreachable => return Err(Stop::DeadEnd),
                other => {
                    trace.step(&other)?;
                    next
                }
            };
        }
    }

    fn block(&self, at: usize) -> Result<(Option<usize>, usize), Stop> {
        self.blocks.get(at).copied().flatten().ok_or(Stop::Refused)
    }

    /// Goes where a condition does not hold, and where it does.
    fn fork(
        &mut self,
        trace: &Trace,
        test: &Rc<Test>,
        to: [Option<usize>; 2],
    ) -> Result<Trace, Stop> {
        let [otherwise, then] = to;
        let otherwise = self.guarded(trace.clone(), test, false, otherwise);
        let then = self.guarded(trace.clone(), test, true, then);
        better(otherwise, then)
    }

    fn guarded(
        &mut self,
        mut trace: Trace,
        test: &Rc<Test>,
        holds: bool,
        to: Option<usize>,
    ) -> Result<Trace, Stop> {
        self.forks = self.forks.checked_sub(1).ok_or(Stop::Refused)?;
        if trace.guards.len() >= GUARDS {
            return Err(Stop::Refused);
        }
        trace.guards.push((test.clone(), holds));
        match to {
            Some(at) => self.run(trace, at),
            None => Ok(trace),
        }
    }
}

/// Of two ways the one that writes more; a trap is no way at all.
fn better(one: Result<Trace, Stop>, other: Result<Trace, Stop>) -> Result<Trace, Stop> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok(if other.stores.len() > one.stores.len() {
            other
        } else {
            one
        }),
        (Ok(only), Err(_)) | (Err(_), Ok(only)) => Ok(only),
        (Err(Stop::DeadEnd), Err(Stop::DeadEnd)) => Err(Stop::DeadEnd),
        (Err(_), Err(_)) => Err(Stop::Refused),
    }
}

impl Trace {
    fn enter(&mut self, end: usize, kind: BlockType) -> Result<(), Stop> {
        let results = match kind {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(_) => return Err(Stop::Refused),
        };
        self.frames.push(Frame {
            end,
            height: self.stack.len(),
            results,
        });
        Ok(())
    }

    /// Leaves blocks; where to, or nowhere if that is the function.
    fn branch(&mut self, depth: u32) -> Result<Option<usize>, Stop> {
        let depth = usize::try_from(depth).map_err(|_| Stop::Refused)?;
        let Some(left) = self.frames.len().checked_sub(depth) else {
            return Err(Stop::Refused);
        };
        self.frames.truncate(left);
        let Some(frame) = self.frames.pop() else {
            return Ok(None);
        };
        let first = self.stack.len().checked_sub(frame.results);
        let results = self.stack.split_off(first.ok_or(Stop::Refused)?);
        self.stack.truncate(frame.height);
        self.stack.extend(results);
        Ok(Some(frame.end + 1))
    }

    /// Whether a condition holds, where the function itself says it.
    fn known(&self, test: &Test) -> Option<bool> {
        match test {
            Test::Same(id) => self.graph.constant(*id).map(|value| value != 0),
            Test::Not(test) => self.known(test).map(|holds| !holds),
            _ => None,
        }
    }
}
