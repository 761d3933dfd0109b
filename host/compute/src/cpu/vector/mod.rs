//! Does several items of a function side by side, by 128-bit SIMD.
//!
//! A function is gone through once, as if by a run of items at the same time. Each value is then the same
//! for all of them, or grows evenly from item to item as addresses do, or is a vector with a lane for each
//! item. Conditions are not turned into vectors: the way that writes most is taken, and what it needs to be
//! taken is asked once for each run of items, together with whether all addresses are in memory and whether
//! an item writes what another reads or writes. Where that does not hold, and where a function cannot be
//! written so, items are done one by one.
//!
//! A lane is computed as the item by itself would be: the operators of SIMD 128 are defined as those of
//! numbers are, lane by lane, and what can trap is left out. That loops over independent items can be
//! turned into vectors so is known from the compilers of ISPC and of Karrenberg and Hack ("Whole-function
//! vectorization", CGO 2011), whose masks are not needed here.

mod access;
mod apply;
mod check;
mod graph;
mod numeric;
mod order;
#[cfg(test)]
mod tests;
mod trace;
mod walk;
mod write;

use crate::ProgramError;
use graph::{Even, Graph, Id, Kind, Value};
use trace::Trace;
use walk::Walk;
use wasm_encoder::{Instruction, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

/// After how many items a thread looks up whether it is wanted elsewhere.
pub(super) const GROUP: i32 = 2048;

/// The most pairs of accesses that may meet.
const PAIRS: usize = 64;

/// A function that is written with vectors, beside the one for single items.
pub(super) struct Vector {
    trace: Trace,
    /// How many items fill a vector.
    width: u32,
    /// How many vectors follow each other in a turn of the loop.
    copies: u32,
    locals: Locals,
}

/// Where it has what, among the locals of the function that it is written into.
struct Locals {
    begin: u32,
    end: u32,
    is_good: u32,
    last: u32,
    size: u32,
    spans: u32,
    ranges: u32,
    addresses: u32,
    nodes: u32,
}

impl Vector {
    /// Of a function of this type, if it can be written so. `items` are the locals with the first item and
    /// with the one behind the last, `arguments` is the first local with an argument, and those from
    /// `free` on are taken.
    ///
    /// # Errors
    /// If the body cannot be read.
    pub(super) fn of(
        kind: &FuncType,
        body: &FunctionBody<'_>,
        items: [u32; 2],
        arguments: u32,
        free: u32,
    ) -> Result<Option<Self>, ProgramError> {
        let operators = body
            .get_operators_reader()
            .and_then(|reader| reader.into_iter().collect::<Result<Vec<Operator<'_>>, _>>())
            .map_err(super::body::invalid)?;
        let Some(begin) = begin(kind, body, arguments).map_err(super::body::invalid)? else {
            return Ok(None);
        };
        let Ok(trace) = Walk::new(operators).run(begin, 0) else {
            return Ok(None);
        };
        let (Some(width), false) = (trace.width, trace.stores.is_empty()) else {
            return Ok(None);
        };
        let copies = match trace.graph.nodes.len() {
            0..=24 => 4,
            25..=48 => 2,
            _ => 1,
        };
        let vector = Self {
            locals: Locals::new(items, free, trace.accesses.len()),
            trace,
            width,
            copies,
        };
        Ok((vector.pairs().len() <= PAIRS).then_some(vector))
    }

    /// The locals that it takes, in their order.
    pub(super) fn taken(&self) -> Vec<(u32, ValType)> {
        let accesses = count(self.trace.accesses.len());
        let mut taken = vec![
            (1, ValType::I32),
            (2 + check::SPANS + 2 * accesses, ValType::I64),
            (accesses, ValType::I32),
        ];
        let nodes = self.trace.graph.nodes.iter();
        taken.extend(nodes.map(|node| (1, node.kind())));
        taken
    }

    /// The local with the value of a node.
    fn local(&self, id: Id) -> u32 {
        self.locals.nodes + count(id)
    }
}

/// What a function begins with: the item, its other parameters, and locals of zero; nothing if there are
/// vectors among its locals.
fn begin(
    kind: &FuncType,
    body: &FunctionBody<'_>,
    arguments: u32,
) -> Result<Option<Trace>, wasmparser::BinaryReaderError> {
    let mut graph = Graph::default();
    let base = graph.i32(0);
    let mut locals = vec![Value::Even(Even { base, scale: 1 })];
    for (number, kind) in kind.params().iter().skip(1).enumerate() {
        let Some(kind) = number_kind(*kind) else {
            return Ok(None);
        };
        let get = Instruction::LocalGet(arguments + count(number));
        locals.push(Value::Same(graph.same(&get, &[], kind)));
    }
    for local in body.get_locals_reader()? {
        let (number, kind) = local?;
        let Some(kind) = number_kind(kind) else {
            return Ok(None);
        };
        let zero = match kind {
            Kind::I32 => Instruction::I32Const(0),
            Kind::I64 => Instruction::I64Const(0),
            Kind::F32 => Instruction::F32Const(0.0.into()),
            Kind::F64 => Instruction::F64Const(0.0.into()),
        };
        let zero = Value::Same(graph.same(&zero, &[], kind));
        locals.extend((0..number).map(|_| zero.clone()));
    }
    Ok(Some(Trace {
        graph,
        locals,
        ..Trace::default()
    }))
}

fn number_kind(kind: wasmparser::ValType) -> Option<Kind> {
    match kind {
        wasmparser::ValType::I32 => Some(Kind::I32),
        wasmparser::ValType::I64 => Some(Kind::I64),
        wasmparser::ValType::F32 => Some(Kind::F32),
        wasmparser::ValType::F64 => Some(Kind::F64),
        _ => None,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Locals {
    fn new([begin, end]: [u32; 2], free: u32, accesses: usize) -> Self {
        let spans = free + 3;
        let ranges = spans + check::SPANS;
        let addresses = ranges + 2 * count(accesses);
        Self {
            begin,
            end,
            is_good: free,
            last: free + 1,
            size: free + 2,
            spans,
            ranges,
            addresses,
            nodes: addresses + count(accesses),
        }
    }

    fn spans(&self) -> [u32; 4] {
        [0, 1, 2, 3].map(|nth| self.spans + nth)
    }

    fn range(&self, access: usize) -> [u32; 2] {
        [0, 1].map(|nth| self.ranges + 2 * count(access) + nth)
    }

    fn address(&self, access: usize) -> u32 {
        self.addresses + count(access)
    }
}
