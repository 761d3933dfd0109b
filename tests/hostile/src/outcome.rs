//! What the host promises of an attack, and what came of it.

use ringhost::{Ending, Limit};
use std::fmt;

/// What the host promises of an attack. Texts are a part of what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// It is not launched, and this is why.
    Refused(&'static str),
    /// It ends with this trap.
    Trapped(&'static str),
    /// It ends at the limit of its memory.
    MemoryLimit,
    /// It ends at the limit of its tables.
    TableLimit,
    /// It ends at the limit of its call depth.
    StackLimit,
    /// It ends at this limit.
    Exceeded(&'static str),
    /// It ends with this error.
    Failed(&'static str),
    /// It ends by itself and has done no harm.
    Returned,
    /// It runs on, and is stopped by force.
    Contained,
    /// It runs on, and ends when it is asked to.
    EndsWhenAsked,
    /// It dies and is started again, until it is asked to end.
    DiesOn,
}

impl Promise {
    /// True if the attack goes on until it is stopped.
    pub(crate) fn runs_on(self) -> bool {
        matches!(self, Self::Contained | Self::EndsWhenAsked | Self::DiesOn)
    }

    /// True if this came of it.
    pub fn is_kept_by(self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Refused(why), Outcome::Refused(error)) => error.contains(why),
            (Self::Trapped(why), Outcome::Ended(Ending::Trapped(trap))) => {
                trap.reason.contains(why)
            }
            (Self::MemoryLimit, Outcome::Ended(Ending::LimitExceeded { limit, .. })) => {
                matches!(limit, Limit::Memory { .. })
            }
            (Self::TableLimit, Outcome::Ended(Ending::LimitExceeded { limit, .. })) => {
                matches!(limit, Limit::TableElements { .. })
            }
            (Self::StackLimit, Outcome::Ended(Ending::LimitExceeded { limit, .. })) => {
                matches!(limit, Limit::Stack { .. })
            }
            (Self::Exceeded(what), Outcome::Ended(Ending::LimitExceeded { limit, .. })) => {
                limit.to_string().contains(what)
            }
            (Self::Failed(why), Outcome::Ended(Ending::Failed(error))) => error.contains(why),
            (Self::Returned, Outcome::Ended(Ending::Returned)) => true,
            (Self::Contained, Outcome::Stopped(ending)) => *ending == Ending::Stopped,
            (Self::EndsWhenAsked, Outcome::Stopped(ending)) => *ending == Ending::Returned,
            (Self::DiesOn, Outcome::Stopped(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(formatter, "refused: … {why} …"),
            Self::Trapped(why) => write!(formatter, "trapped: {why}"),
            Self::MemoryLimit => write!(formatter, "exceeded its limit of memory"),
            Self::TableLimit => write!(formatter, "exceeded its limit of table elements"),
            Self::StackLimit => write!(formatter, "exceeded its limit of stack"),
            Self::Exceeded(what) => write!(formatter, "exceeded its limit of {what}"),
            Self::Failed(why) => write!(formatter, "returned the error \"{why}\""),
            Self::Returned => write!(formatter, "returned, having done nothing"),
            Self::Contained => write!(formatter, "contained: ran on, stopped by force"),
            Self::EndsWhenAsked => write!(formatter, "contained: ran on, ended when asked to"),
            Self::DiesOn => write!(formatter, "died on, until it was asked to end"),
        }
    }
}

/// What came of an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was not launched; the error.
    Refused(String),
    /// It ended before it was asked to.
    Ended(Ending),
    /// It ran on until it was asked to end, and then ended like this.
    Stopped(Ending),
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => write!(formatter, "refused: {error}"),
            Self::Ended(ending) => write!(formatter, "{ending}"),
            Self::Stopped(ending) => write!(formatter, "ran on, then: {ending}"),
        }
    }
}
