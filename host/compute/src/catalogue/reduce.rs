//! Elements that become one, as launches.

use super::folds::{BLOCK, LANES, RUN};
use super::kind::Kind;
use super::{launch, library::Library, number};
use crate::Operator;
use crate::space::Launch;
use serde::{Deserialize, Serialize};

/// Elements that become one.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Reduce {
    pub(super) kind: Kind,
    pub(super) operator: Operator,
    pub(super) from: u32,
    pub(super) count: u32,
    pub(super) to: u32,
    /// Room for what two levels leave behind, which take turns.
    pub(super) scratch: u32,
}

/// How many results so many elements leave.
fn results(count: u32) -> u32 {
    (count / BLOCK) * LANES + (count % BLOCK).min(LANES)
}

/// How many times elements leave results before there are few enough to be added up one by one.
fn levels(mut count: u32) -> u32 {
    let mut levels = 0;
    while count > RUN {
        count = results(count);
        levels += 1;
    }
    levels
}

/// Bytes of the first level's results, behind which are the second one's.
fn room(kind: Kind, count: u32) -> u32 {
    (results(count) * kind.bytes()).next_multiple_of(256)
}

/// Bytes of scratch memory that it needs. Elements that are in a buffer leave so few results that nothing
/// here overflows.
pub(super) fn scratch(kind: Kind, count: u32) -> u32 {
    match levels(count) {
        0 => 0,
        1 => room(kind, count),
        _ => room(kind, count) + room(kind, results(count)),
    }
}

impl Reduce {
    pub(super) fn parts(&self) -> u32 {
        levels(self.count) + 1
    }

    pub(super) fn launch(&self, part: u32) -> Launch {
        let places = [
            self.scratch,
            self.scratch.wrapping_add(room(self.kind, self.count)),
        ];
        let (mut from, mut count) = (self.from, self.count);
        let mut to = places.into_iter().cycle();
        for _ in 0..part {
            from = to.next().unwrap_or_default();
            count = results(count);
        }
        let library = Library::folds(self.kind, self.operator);
        let (function, items, to) = if count > RUN {
            ("fold", results(count), to.next().unwrap_or_default())
        } else {
            ("sums", 1, self.to)
        };
        let arguments = vec![number(from), number(count), number(to)];
        launch(library, function, items, arguments)
    }
}
