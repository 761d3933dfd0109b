//! The error record: how a thread says that an item trapped.

/// Why an item ended early. The numbers are those in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum TrapKind {
    /// An access outside of the arena.
    OutOfBounds = 1,
    /// An access off the alignment that its operator promised, or an atomic access off its own.
    Misaligned = 2,
    /// Under [`Policy::Deferred`](crate::Policy::Deferred): an access that was one or the other.
    BadAccess = 3,
    /// An integer divided by zero.
    DivisionByZero = 4,
    /// The quotient, or the integer that a float was to become, does not fit.
    IntegerOverflow = 5,
    /// A NaN was to become an integer.
    BadConversion = 6,
    /// The operator `unreachable`.
    Unreachable = 7,
    /// The item's fuel was used up.
    OutOfFuel = 8,
    /// Not a trap of the function: the host wrote this into the record to end the launch.
    Cancelled = 9,
}

impl TrapKind {
    const ALL: [Self; 9] = [
        Self::OutOfBounds,
        Self::Misaligned,
        Self::BadAccess,
        Self::DivisionByZero,
        Self::IntegerOverflow,
        Self::BadConversion,
        Self::Unreachable,
        Self::OutOfFuel,
        Self::Cancelled,
    ];

    fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u32 == number)
    }
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
            Self::Cancelled => "cancelled",
        })
    }
}

/// The first trap of a launch: the record is written once, by whichever thread comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorRecord {
    /// What happened.
    pub kind: TrapKind,
    /// The index of the function that it happened in.
    pub function: u32,
    /// The item.
    pub item: u64,
    /// The operator, in bytes from the start of the module. That of the function's end where the
    /// trap was found at the end of the item.
    pub offset: u32,
}

impl ErrorRecord {
    /// Bytes of the record in device memory. It must be 8-byte aligned, and zero before the launch.
    /// A thread that finds it not to be zero starts no second item.
    pub const SIZE: usize = 24;
    pub(crate) const FUNCTION: usize = 4;
    pub(crate) const ITEM: usize = 8;
    pub(crate) const OFFSET: usize = 16;

    /// Reads the record after the launch has ended; none where no item trapped.
    pub fn read(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let word = |at: usize| {
            let word = bytes.get(at..)?.first_chunk::<4>()?;
            Some(u32::from_le_bytes(*word))
        };
        let item = bytes.get(Self::ITEM..)?.first_chunk::<8>()?;
        Some(Self {
            kind: TrapKind::from_number(word(0)?)?,
            function: word(Self::FUNCTION)?,
            item: u64::from_le_bytes(*item),
            offset: word(Self::OFFSET)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zeroed_record_says_that_nothing_trapped() {
        assert_eq!(ErrorRecord::read(&[0; ErrorRecord::SIZE]), None);
    }

    #[test]
    fn every_kind_is_read_back() {
        for kind in TrapKind::ALL {
            let mut bytes = [0; ErrorRecord::SIZE];
            bytes[0] = kind as u8;
            bytes[ErrorRecord::FUNCTION] = 7;
            bytes[ErrorRecord::ITEM + 4] = 1;
            bytes[ErrorRecord::OFFSET] = 9;
            let record = ErrorRecord {
                kind,
                function: 7,
                item: 1 << 32,
                offset: 9,
            };
            assert_eq!(ErrorRecord::read(&bytes), Some(record));
        }
    }
}
