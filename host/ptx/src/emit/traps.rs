//! Where a trap goes: to code behind the function that records it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::error::{Error, Limit, Result};
use crate::ir::Site;
use crate::record::{Record, TrapKind, TrapSite};

/// The places that traps go to.
#[derive(Debug, Default)]
pub struct Traps {
    /// The numbers of sites, from 1 on.
    known: BTreeMap<(TrapKind, Site), usize>,
    sites: Vec<TrapSite>,
    /// The sites that are gone to from the function itself.
    labelled: BTreeSet<usize>,
    /// An access that is checked: the first site where the address is above the limit, else the other.
    accesses: Vec<([usize; 2], String, String)>,
}

impl Traps {
    fn number(&mut self, kind: TrapKind, site: Site) -> usize {
        let next = self.known.len() + 1;
        let number = *self.known.entry((kind, site)).or_insert(next);
        if number == next {
            self.sites.push(TrapSite::new(kind, site));
        }
        number
    }

    /// The label of a trap.
    pub fn label(&mut self, kind: TrapKind, site: Site) -> String {
        let number = self.number(kind, site);
        self.labelled.insert(number);
        format!("$trap{number}")
    }

    /// The label of a trap by an access to the address in that register: out of bounds where that is
    /// above the limit, else misaligned.
    pub fn access(&mut self, site: Site, address: &str, limit: &str) -> String {
        let kinds = [TrapKind::OutOfBounds, TrapKind::Misaligned];
        let numbers = kinds.map(|kind| self.number(kind, site));
        self.accesses
            .push((numbers, address.to_owned(), limit.to_owned()));
        format!("$access{}", self.accesses.len())
    }

    /// The code of all, which ends the thread.
    pub fn code(&self) -> String {
        let mut text = String::new();
        for (number, ([out, off], address, limit)) in self.accesses.iter().enumerate() {
            let _ = writeln!(text, "$access{}:", number + 1);
            let _ = writeln!(text, "\tsetp.gt.u32 \t%far, {address}, {limit};");
            let _ = writeln!(text, "\tselp.b64 \t%wide, {out}, {off}, %far;");
            text.push_str("\tor.b64 \t%key, %key, %wide;\n\tbra \t$report;\n");
        }
        for number in &self.labelled {
            let _ = writeln!(text, "$trap{number}:\n\tor.b64 \t%key, %key, {number};");
            text.push_str("\tbra \t$report;\n");
        }
        if !text.is_empty() {
            // Of the whole system, for the host may write there while the launch runs.
            text.push_str(
                "$report:\n\tatom.relaxed.sys.global.min.u64 \t%wide, [%record], %key;\n",
            );
        }
        text
    }

    /// The sites in the order of their numbers.
    ///
    /// # Errors
    /// Where a record has no numbers for so many.
    pub fn sites(self) -> Result<Vec<TrapSite>> {
        if self.sites.len() > Record::SITES {
            return Err(Error::TooLarge {
                limit: Limit::Sites,
                most: Record::SITES,
            });
        }
        Ok(self.sites)
    }
}
