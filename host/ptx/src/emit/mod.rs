//! From values and blocks to the text of PTX.

mod entry;
mod fence;
mod fuel;
mod instruction;
mod moves;
mod registers;
mod resident;
mod traps;

pub use entry::{ENTRY, Entry};
pub use resident::RESIDENT;

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::error::Result;
use crate::ir::{Block, End, Function, Jump};
use crate::options::{Options, Policy};
use crate::record::TrapSite;
use registers::Registers;
use traps::Traps;

/// The label that an item goes to when it is done.
const DONE: &str = "$done";

/// What a kernel does with a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Runs it for the items of a launch, and ends.
    Launch,
    /// Runs it for each message that comes.
    Resident,
}

/// Prints a function as a kernel; where it can trap comes with it.
///
/// # Errors
/// Where that is at more places than a record can tell apart.
pub fn print(
    function: &Function,
    options: &Options,
    entry: &Entry<'_>,
    shape: Shape,
) -> Result<(String, Vec<TrapSite>)> {
    let mut printer = Printer {
        function,
        policy: options.policy,
        body: String::new(),
        registers: Registers::new(function),
        traps: Traps::default(),
        masks: BTreeSet::new(),
        limits: BTreeSet::new(),
        edges: 0,
        behind: String::new(),
        looks: 0,
        burns: false,
    };
    let order = function.reachable();
    let next = order.iter().skip(1).map(|block| Some(*block)).chain([None]);
    for (block, next) in order.iter().zip(next) {
        printer.block(*block, next);
    }
    match shape {
        Shape::Launch => printer.finish(options, entry),
        Shape::Resident => printer.finish_resident(options, entry),
    }
}

/// What is printed, and what it needs declared before it.
struct Printer<'f> {
    function: &'f Function,
    policy: Policy,
    body: String,
    registers: Registers<'f>,
    traps: Traps,
    /// The lengths of accesses whose addresses are masked.
    masks: BTreeSet<u32>,
    /// What accesses are compared with: how far behind the address they reach, and the shift.
    limits: BTreeSet<(u64, u32)>,
    edges: u32,
    /// What stands behind the function: where its fuel in hand is used up, and looks at the record.
    behind: String,
    looks: u32,
    /// Whether an item can take longer than the function is long.
    burns: bool,
}

/// Prints a line of the body.
macro_rules! line {
    ($printer:expr, $($text:tt)*) => {{
        $printer.body.push('\t');
        // Writing to a string cannot fail.
        let _ = write!($printer.body, $($text)*);
        $printer.body.push_str(";\n");
    }};
}
use line;

impl Printer<'_> {
    fn label(&mut self, label: &str) {
        let _ = writeln!(self.body, "{label}:");
    }

    fn block(&mut self, block: Block, next: Option<Block>) {
        let data = &self.function.blocks[block];
        self.label(&name(block));
        for instruction in &data.instructions {
            self.instruction(instruction);
        }
        match &data.end {
            End::Jump(jump) => self.jump(jump, next),
            End::Branch(condition, then, otherwise) => {
                let condition = self.registers.register(*condition);
                if then.arguments.is_empty() {
                    line!(self, "@{condition} bra \t{}", name(then.block));
                    self.jump(otherwise, next);
                } else {
                    // Also where only the first has arguments: ptxas does not unroll a loop whose
                    // condition leads out of it.
                    let edge = self.edge();
                    line!(self, "@{condition} bra \t{edge}");
                    self.jump(otherwise, None);
                    self.label(&edge);
                    self.jump(then, next);
                }
            }
            End::Switch(index, jumps) => {
                let index = self.registers.operand(&mut self.body, *index, false);
                self.switch(&index, jumps);
            }
            End::Return => line!(self, "bra \t{DONE}"),
            End::Trap(kind, site) => {
                let label = self.traps.label(*kind, *site);
                line!(self, "bra \t{label}");
            }
        }
    }

    fn jump(&mut self, jump: &Jump, next: Option<Block>) {
        let parameters = &self.function.blocks[jump.block].parameters;
        self.moves(parameters, &jump.arguments);
        if next != Some(jump.block) {
            line!(self, "bra \t{}", name(jump.block));
        }
    }

    fn edge(&mut self) -> String {
        self.edges += 1;
        format!("$edge{}", self.edges)
    }

    /// A table of targets, the last of which is for every index beyond the others.
    fn switch(&mut self, index: &str, jumps: &[Jump]) {
        let clamped = self.registers.fresh(crate::ir::Type::I32);
        line!(
            self,
            "min.u32 \t{clamped}, {index}, {}",
            jumps.len().saturating_sub(1)
        );
        let mut edges = Vec::new();
        let mut targets = Vec::new();
        for jump in jumps {
            if jump.arguments.is_empty() {
                targets.push(name(jump.block));
            } else {
                let edge = self.edge();
                targets.push(edge.clone());
                edges.push((edge, jump));
            }
        }
        let table = self.edge().replace("edge", "table");
        let _ = writeln!(self.body, "{table}: .branchtargets {};", targets.join(", "));
        line!(self, "brx.idx \t{clamped}, {table}");
        for (edge, jump) in edges {
            self.label(&edge);
            self.jump(jump, None);
        }
    }
}

fn name(block: Block) -> String {
    format!("$block{}", crate::ir::Key::index(block))
}
