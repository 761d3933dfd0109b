//! Elements that are put in order, as launches.

use super::digits::{DIGIT, DIGITS, RUN};
use super::kind::Kind;
use super::scan::{self, Scan};
use super::{launch, library::Library, number};
use crate::space::Launch;
use serde::{Deserialize, Serialize};
use wasmtime::Val;

/// Elements that are put in order by one digit after the other, the lowest first.
///
/// Each run of elements counts its digits, a scan of the counts says where each digit of each run goes, and
/// there it goes: to scratch memory and, as the digits are even in number, back again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Sort {
    pub(super) kind: Kind,
    pub(super) is_descending: bool,
    pub(super) keys: u32,
    pub(super) count: u32,
    pub(super) values: Option<u32>,
    pub(super) scratch: u32,
}

/// What is where in scratch memory, from its beginning.
struct Places {
    values: u32,
    counts: u32,
    sums: u32,
    end: u64,
}

impl Places {
    fn of(kind: Kind, count: u32, has_values: bool) -> Self {
        let aligned = |bytes: u64| bytes.next_multiple_of(256);
        let keys = aligned(u64::from(count) * u64::from(kind.bytes()));
        let values = aligned(if has_values { u64::from(count) * 4 } else { 0 });
        let counted = counted(count);
        let counts = keys + values;
        let sums = counts + aligned(u64::from(counted) * 4);
        let end = sums + u64::from(scan::scratch(Kind::U32, counted));
        // What is too much for a buffer is found so by its end.
        let address = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            values: address(keys),
            counts: address(counts),
            sums: address(sums),
            end,
        }
    }
}

fn runs(count: u32) -> u32 {
    count.div_ceil(RUN)
}

/// How many counts there are. Keys that are in a buffer are so few that this does not overflow.
fn counted(count: u32) -> u32 {
    runs(count) * DIGITS
}

/// Bytes of scratch memory that it needs.
pub(super) fn scratch(kind: Kind, count: u32, has_values: bool) -> u64 {
    Places::of(kind, count, has_values).end
}

impl Sort {
    pub(super) fn parts(&self) -> u32 {
        if self.count < 2 {
            return 1;
        }
        self.kind.bytes() * 8 / DIGIT * self.parts_of_digit()
    }

    fn parts_of_digit(&self) -> u32 {
        self.scan().parts() + 2
    }

    pub(super) fn launch(&self, part: u32) -> Launch {
        let of_digit = self.parts_of_digit();
        let (digit, part) = (part / of_digit, part % of_digit);
        // One key is in order: so there are no items.
        let runs = if self.count < 2 { 0 } else { runs(self.count) };
        let library = Library::digits(self.kind);
        if part == 0 {
            launch(library, "count", runs, self.arguments(digit))
        } else if part + 1 == of_digit {
            launch(library, "scatter", runs, self.arguments(digit))
        } else {
            self.scan().launch(part - 1)
        }
    }

    /// Of the counts, which are in order of their digits, and those of a digit in order of their runs.
    fn scan(&self) -> Scan {
        let places = self.places();
        let counts = self.scratch.wrapping_add(places.counts);
        Scan {
            kind: Kind::U32,
            library: Library::digits(self.kind),
            is_exclusive: true,
            from: counts,
            count: counted(self.count),
            to: counts,
            scratch: self.scratch.wrapping_add(places.sums),
        }
    }

    fn places(&self) -> Places {
        Places::of(self.kind, self.count, self.values.is_some())
    }

    /// Those of `count` and of `scatter`, which are the same.
    fn arguments(&self, digit: u32) -> Vec<Val> {
        let places = self.places();
        let mut keys = [self.keys, self.scratch];
        let values = self.values.unwrap_or_default();
        let mut values = [values, self.scratch.wrapping_add(places.values)];
        if digit % 2 == 1 {
            keys.reverse();
            values.reverse();
        }
        let [(keys, keys_to), (values, values_to)] = [keys, values].map(|[from, to]| (from, to));
        let key = |bits: u64| match self.kind.bytes() {
            4 => Val::I32(bits as u32 as i32),
            _ => Val::I64(bits.cast_signed()),
        };
        let sign = 1_u64 << (self.kind.bytes() * 8 - 1);
        let flip = if self.kind.is_float() { sign - 1 } else { 0 };
        let invert = if self.kind.is_unsigned() { 0 } else { sign };
        let invert = if self.is_descending { !invert } else { invert };
        vec![
            number(keys),
            number(self.count),
            number(self.scratch.wrapping_add(places.counts)),
            number(runs(self.count)),
            key(u64::from(digit * DIGIT)),
            key(flip),
            key(invert),
            number(keys_to),
            number(values),
            number(values_to),
            number(u32::from(self.values.is_some())),
        ]
    }
}
