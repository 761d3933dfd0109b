//! What kinds of executors are measured on.

use std::fmt;

/// The kinds of tokio runtime that messages are measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// The multi-thread scheduler with two workers.
    TwoWorkers,
    /// Everything on one thread.
    OneThread,
}

impl Flavour {
    /// Both, the one whose figures count first.
    pub const ALL: [Self; 2] = [Self::TwoWorkers, Self::OneThread];

    /// How many threads run tasks.
    pub fn workers(self) -> usize {
        match self {
            Self::TwoWorkers => 2,
            Self::OneThread => 1,
        }
    }
}

impl fmt::Display for Flavour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::TwoWorkers => "two workers",
            Self::OneThread => "one thread",
        })
    }
}
