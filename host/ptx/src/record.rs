//! The record of a batch of launches: how a thread says that an item trapped.

use crate::ir::Site;

/// Why an item ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TrapKind {
    /// An access outside of the arena.
    OutOfBounds,
    /// An access off the alignment that its operator promised, or an atomic access off its own.
    Misaligned,
    /// Under [`Policy::Deferred`](crate::Policy::Deferred): an access that was one or the other.
    BadAccess,
    /// An integer divided by zero.
    DivisionByZero,
    /// The quotient, or the integer that a float was to become, does not fit.
    IntegerOverflow,
    /// A NaN was to become an integer.
    BadConversion,
    /// The operator `unreachable`.
    Unreachable,
    /// The item's fuel was used up.
    OutOfFuel,
}

impl std::fmt::Display for TrapKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OutOfBounds => "memory access out of bounds",
            Self::Misaligned => "misaligned memory access",
            Self::BadAccess => "memory access out of bounds or misaligned",
            Self::DivisionByZero => "integer division by zero",
            Self::IntegerOverflow => "integer overflow",
            Self::BadConversion => "conversion of NaN to an integer",
            Self::Unreachable => "unreachable executed",
            Self::OutOfFuel => "out of fuel",
        })
    }
}

/// An operator that can trap, and how. A record names it by its number, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrapSite {
    /// What happens there.
    pub kind: TrapKind,
    /// The index of the function that it is in.
    pub function: u32,
    /// The operator, in bytes from the start of the module. That of the function's end where the
    /// trap is found at the end of the item.
    pub offset: u32,
}

impl TrapSite {
    pub(crate) fn new(kind: TrapKind, site: Site) -> Self {
        Self {
            kind,
            function: site.function,
            offset: site.offset,
        }
    }
}

/// Where the record of a batch of launches lies in device memory: two words of 64 bits.
///
/// Both are [`Record::CLEAR`] before the batch. The first, `lowest`, becomes the least of what items
/// that trapped are packed into, and so tells of the first launch in which one did, and of its first
/// item: on any grid, in every run. An item that comes after that is not begun. The second, `latch`,
/// only the host writes: where it is not clear, launches do nothing. It copies `lowest` there between
/// runs of the same launches, so that the later do not hide what the first found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record;

impl Record {
    /// Bytes of the record, which must be aligned to as many.
    pub const SIZE: usize = 16;
    /// Where `lowest` is.
    pub const LOWEST: usize = 0;
    /// Where `latch` is.
    pub const LATCH: usize = 8;
    /// What a word is where nothing has happened.
    pub const CLEAR: u64 = u64::MAX;
    /// What the host writes to `lowest` to end the launches that run, and those behind.
    pub const CANCEL: u64 = 0;
    /// The most launches of a batch: their ordinals have 12 bits.
    pub const LAUNCHES: u32 = 1 << (64 - Self::ORDINAL);
    /// The most items of a launch: their indices have 32 bits.
    pub const ITEMS: u64 = 1 << (Self::ORDINAL - Self::INDEX);
    /// The most sites of a translation. Their numbers have 20 bits, of which none and all set say
    /// something else.
    pub(crate) const SITES: usize = (1 << Self::INDEX) - 2;
    /// The lowest bit of the ordinal in `lowest`.
    pub(crate) const ORDINAL: u32 = 52;
    /// The lowest bit of the item's index.
    pub(crate) const INDEX: u32 = 20;
}

/// Why the launches of a batch did not run to their ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The host ended them.
    Cancelled,
    /// An item trapped.
    Trapped {
        /// The number of the launch in its batch, as it was given.
        ordinal: u32,
        /// The item, counted from the launch's `first`.
        index: u32,
        /// The number of the site in the translation of that launch.
        site: u32,
    },
}

impl Ending {
    /// What `lowest` says once the launches have ended; none where all ran to their ends.
    pub fn read(lowest: u64) -> Option<Self> {
        match lowest {
            Record::CLEAR => None,
            Record::CANCEL => Some(Self::Cancelled),
            word => Some(Self::Trapped {
                ordinal: (word >> Record::ORDINAL) as u32,
                index: (word >> Record::INDEX) as u32,
                site: word as u32 & ((1 << Record::INDEX) - 1),
            }),
        }
    }
}

/// The first trap of a batch of launches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trapped {
    /// What happened.
    pub kind: TrapKind,
    /// The number of the launch in its batch, as it was given.
    pub ordinal: u32,
    /// The item, counted from the launch's `first`.
    pub index: u32,
    /// The index of the function that it happened in.
    pub function: u32,
    /// The operator: as [`TrapSite::offset`].
    pub offset: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_nothing_or_that_it_was_cancelled_or_which_item_trapped() {
        assert_eq!(Ending::read(Record::CLEAR), None);
        assert_eq!(Ending::read(Record::CANCEL), Some(Ending::Cancelled));
        for (ordinal, index, site) in [
            (0, 0, 1),
            (7, 9, 5),
            (Record::LAUNCHES - 1, u32::MAX, Record::SITES as u32),
        ] {
            let word = u64::from(ordinal) << 52 | u64::from(index) << 20 | u64::from(site);
            let trapped = Ending::Trapped {
                ordinal,
                index,
                site,
            };
            assert_eq!(Ending::read(word), Some(trapped));
        }
    }
}
