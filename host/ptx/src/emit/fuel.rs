//! What an item may use, and how a thread learns that it is to end.
//!
//! A slice of the item's fuel is in a register of 32 bits, and the rest in one of 64, which is come to
//! out of line when the slice is used up.

use std::fmt::Write;

use super::{Printer, line};
use crate::ir::{Site, Type, Value};
use crate::record::{Record, TrapKind};
use crate::translation::Translation;

/// After how many items a thread looks at the record, where an item neither loops nor calls. Every
/// look of every thread is at the same word, and so would take longer than such items.
pub const ITEMS: u32 = 16;

/// Looks at the record, and ends the thread where this item is not to go on.
const LOOK: &str = "\
\tld.relaxed.sys.global.u64 \t%wide, [%record];
\tsetp.le.u64 \t%far, %wide, %key;
\t@%far bra \t$exit;
";

/// Puts all fuel together, and takes a slice of it in hand.
fn take(text: &mut String) {
    text.push_str("\tcvt.u64.u32 \t%wide, %fuel;\n\tadd.s64 \t%left, %left, %wide;\n");
    let _ = writeln!(text, "\tmin.u64 \t%wide, %left, {};", Translation::SLICE);
    text.push_str("\tsub.s64 \t%left, %left, %wide;\n\tcvt.u32.u64 \t%fuel, %wide;\n");
}

/// What an item begins with, which is the same for all.
pub fn slice(text: &mut String) {
    let _ = writeln!(text, "\tmin.u64 \t%wide, %full, {};", Translation::SLICE);
    text.push_str("\tcvt.u32.u64 \t%slice, %wide;\n\tsub.s64 \t%rest, %full, %wide;\n");
}

/// Which launch and item a thread runs, as a record has it.
pub fn key(text: &mut String) {
    let _ = writeln!(text, "\tshl.b64 \t%key, %index, {};", Record::INDEX);
    text.push_str("\tor.b64 \t%key, %key, %launch;\n");
}

impl Printer<'_> {
    /// Takes a unit of fuel.
    pub(super) fn burn(&mut self, site: Site) {
        self.burns = true;
        self.looks += 1;
        let (number, empty) = (self.looks, self.registers.fresh(Type::Bool));
        // What comes back asks again: ptxas takes that for a loop around this one, and would else have
        // the threads of a warp wait for each other here in every round.
        self.label(&format!("$fuel{number}"));
        line!(self, "setp.eq.u32 \t{empty}, %fuel, 0");
        line!(self, "@{empty} bra \t$refuel{number}");
        line!(self, "sub.u32 \t%fuel, %fuel, 1");
        let trap = self.traps.label(TrapKind::OutOfFuel, site);
        let text = &mut self.behind;
        let _ = writeln!(text, "$refuel{number}:\n\tsetp.eq.u64 \t%far, %left, 0;");
        let _ = writeln!(text, "\t@%far bra \t{trap};");
        text.push_str(LOOK);
        take(text);
        let _ = writeln!(text, "\tbra \t$fuel{number};");
    }

    /// Takes fuel that is in hand.
    pub(super) fn take_fuel(&mut self, amount: Value) {
        let amount = self.registers.operand(&mut self.body, amount, true);
        line!(self, "sub.u32 \t%fuel, %fuel, {amount}");
    }

    /// Has a slice in hand again, as far as fuel is left.
    pub(super) fn refuel(&mut self) {
        self.burns = true;
        self.body.push_str(LOOK);
        take(&mut self.body);
    }

    /// Looks at the record where the condition holds.
    pub(super) fn look_if(&mut self, condition: Value) {
        self.burns = true;
        self.looks += 1;
        let (number, condition) = (self.looks, self.registers.register(condition));
        line!(self, "@{condition} bra \t$look{number}");
        self.label(&format!("$go{number}"));
        let _ = writeln!(self.behind, "$look{number}:\n{LOOK}\tbra \t$go{number};");
    }
}
