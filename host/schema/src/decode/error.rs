//! What can be wrong with a payload.

use crate::show::brief;
use crate::{Path, Step, Type};

/// A payload that is not of the declared type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem} (at byte {offset} of the payload; do both sides declare the same type?)", .path.prefix())]
pub struct DecodeError {
    /// Where in the value it is.
    pub path: Path,
    /// How many bytes of the payload had been read.
    pub offset: usize,
    /// What is wrong there.
    pub problem: DecodeProblem,
}

/// What can be wrong with a payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeProblem {
    /// The payload ends inside the value.
    #[error("the payload ends where {expected} was expected")]
    Ended {
        /// The declared type.
        expected: String,
    },
    /// Bytes that no value of the type has.
    #[error("found bytes that are no {expected}")]
    Invalid {
        /// The declared type.
        expected: String,
    },
    /// The payload goes on after the value.
    #[error("the value ends and {count} bytes are left over")]
    LeftOver {
        /// How many bytes follow.
        count: usize,
    },
    /// The number of a case that the variant does not have.
    #[error("found case number {found} of a variant with {cases} cases")]
    UnknownCase {
        /// The number in the payload, counted from 0.
        found: u128,
        /// How many cases there are.
        cases: usize,
    },
    /// A key of a map that JSON cannot have for a key.
    #[error("JSON has no keys of the type {declared}")]
    Key {
        /// The declared type of the keys.
        declared: String,
    },
    /// The JSON would be out of all proportion to the payload.
    #[error("the value is too large to be shown as JSON")]
    TooLarge,
}

/// A problem and where it is, on its way out to become a [`DecodeError`].
pub(super) type Fault = (Path, DecodeProblem);

pub(super) fn within((mut path, problem): Fault, step: Step) -> Fault {
    path.enter(step);
    (path, problem)
}

pub(super) fn ended(declared: &Type) -> Fault {
    (
        Path::default(),
        DecodeProblem::Ended {
            expected: brief(&declared.to_string()),
        },
    )
}

pub(super) fn invalid(declared: &Type) -> Fault {
    (
        Path::default(),
        DecodeProblem::Invalid {
            expected: brief(&declared.to_string()),
        },
    )
}
