//! Elements that each become what they make with all before them, as launches.

use super::folds::RUN;
use super::kind::Kind;
use super::{launch, library::Library, number};
use crate::space::Launch;
use serde::{Deserialize, Serialize};

/// Elements that each become what they make with all before them.
///
/// Runs of elements are added up, and what that leaves in the same way, until there is one run. It is scanned,
/// and then each level above it, where each run begins with what is before it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Scan {
    pub(super) kind: Kind,
    pub(super) library: Library,
    pub(super) is_exclusive: bool,
    pub(super) from: u32,
    pub(super) count: u32,
    pub(super) to: u32,
    /// Room for the sums of all levels.
    pub(super) scratch: u32,
}

/// Bytes of the sums of so many runs.
fn room(kind: Kind, runs: u32) -> u32 {
    (runs * kind.bytes()).next_multiple_of(256)
}

/// Bytes of scratch memory that it needs. Elements that are in a buffer have so few runs that nothing here
/// overflows.
pub(super) fn scratch(kind: Kind, mut count: u32) -> u32 {
    let mut bytes = 0;
    while count > RUN {
        count = count.div_ceil(RUN);
        bytes += room(kind, count);
    }
    bytes
}

/// How many times elements are added up.
fn levels(mut count: u32) -> u32 {
    let mut levels = 0;
    while count > RUN {
        count = count.div_ceil(RUN);
        levels += 1;
    }
    levels
}

impl Scan {
    pub(super) fn parts(&self) -> u32 {
        2 * levels(self.count) + 1
    }

    pub(super) fn launch(&self, part: u32) -> Launch {
        let levels = levels(self.count);
        let level = part.min((2 * levels).saturating_sub(part));
        let (from, count) = self.level(level);
        let (sums, runs) = self.level(level + 1);
        if part < levels {
            let arguments = vec![number(from), number(count), number(sums)];
            return launch(self.library, "sums", runs, arguments);
        }
        // What was added up is scanned where it is.
        let (to, is_exclusive) = match level {
            0 => (self.to, self.is_exclusive),
            _ => (from, true),
        };
        let is_seeded = u32::from(level < levels);
        let name = if is_exclusive {
            "exclusive"
        } else {
            "inclusive"
        };
        let arguments = [from, count, to, sums, is_seeded].map(number);
        launch(self.library, name, runs, arguments.into())
    }

    /// Where what is scanned at a level is, and how many elements that are.
    fn level(&self, level: u32) -> (u32, u32) {
        let (mut at, mut count) = (self.from, self.count);
        let mut next = self.scratch;
        for _ in 0..level {
            count = count.div_ceil(RUN);
            at = next;
            next = next.wrapping_add(room(self.kind, count));
        }
        (at, count)
    }
}
