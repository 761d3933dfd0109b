//! Where a trap goes: to code behind the function that says what happened.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::ir::Site;
use crate::record::{ErrorRecord, TrapKind};

/// The places that traps go to.
#[derive(Debug, Default)]
pub struct Traps {
    known: BTreeMap<(u32, Site), u32>,
    /// An access that is checked: out of bounds where the address is above the limit, else
    /// misaligned.
    accesses: Vec<(Site, String, String)>,
}

impl Traps {
    /// The label of a trap.
    pub fn label(&mut self, kind: TrapKind, site: Site) -> String {
        let next = self.known.len() as u32;
        let number = self.known.entry((kind as u32, site)).or_insert(next);
        format!("$trap{number}")
    }

    /// The label of a trap by an access to the address in that register.
    pub fn access(&mut self, site: Site, address: &str, limit: &str) -> String {
        self.accesses
            .push((site, address.to_owned(), limit.to_owned()));
        format!("$access{}", self.accesses.len())
    }

    /// The code of all, which ends the thread.
    pub fn code(&self) -> String {
        let mut text = String::new();
        for (number, (site, address, limit)) in self.accesses.iter().enumerate() {
            let (out, off) = (TrapKind::OutOfBounds as u32, TrapKind::Misaligned as u32);
            let _ = writeln!(text, "$access{}:", number + 1);
            let _ = writeln!(text, "\tsetp.gt.u32 \t%far, {address}, {limit};");
            let _ = writeln!(text, "\tselp.b32 \t%kind, {out}, {off}, %far;");
            blame(&mut text, *site);
        }
        for ((kind, site), number) in &self.known {
            let _ = writeln!(text, "$trap{number}:\n\tmov.b32 \t%kind, {kind};");
            blame(&mut text, *site);
        }
        if text.is_empty() {
            return text;
        }
        text.push_str("$report:\n");
        // Of the whole system, for the host may write into the record while the launch runs.
        text.push_str("\tatom.relaxed.sys.global.cas.b32 \t%found, [%record], 0, %kind;\n");
        text.push_str("\tsetp.ne.u32 \t%far, %found, 0;\n\t@%far bra \t$exit;\n");
        for (width, at, register) in [
            ("u32", ErrorRecord::FUNCTION, "%function"),
            ("u64", ErrorRecord::ITEM, "%item"),
            ("u32", ErrorRecord::OFFSET, "%place"),
        ] {
            let _ = writeln!(text, "\tst.global.{width} \t[%record+{at}], {register};");
        }
        text
    }
}

fn blame(text: &mut String, site: Site) {
    let _ = writeln!(text, "\tmov.b32 \t%function, {};", site.function);
    let _ = writeln!(text, "\tmov.b32 \t%place, {};", site.offset);
    text.push_str("\tbra \t$report;\n");
}
