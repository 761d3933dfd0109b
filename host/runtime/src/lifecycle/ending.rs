//! How a kernel ended.

use super::KernelId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// How a kernel ended. Every TERMINATED kernel has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its loop was done, by itself or because it was asked to end.
    Returned,
    /// Its loop returned this error text.
    Failed(String),
    /// It did what WebAssembly forbids: unreachable code (which is what a panic becomes), a
    /// division by zero, an access out of bounds, too deep a recursion.
    Trapped(Box<TrapReport>),
    /// It hit one of its limits and could not go on.
    LimitExceeded {
        /// Which limit.
        limit: Limit,
        /// The trap in which that ended; `None` where the host ended it, between two instructions
        /// or while it waited.
        trap: Option<Box<TrapReport>>,
    },
    /// It did not end by itself before the deadline, or the runtime went away.
    Stopped,
    /// It was terminated before it was ever activated.
    NeverActivated,
    /// It was ended because another kernel of its group had failed.
    WithGroup {
        /// That kernel.
        kernel_id: KernelId,
    },
    /// The host failed it: a fault in ringhost, not in the kernel.
    HostFault(String),
}

impl Ending {
    /// True where something went wrong that an operator should look at.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Returned | Self::NeverActivated | Self::Stopped => false,
            Self::Failed(_)
            | Self::Trapped(_)
            | Self::LimitExceeded { .. }
            | Self::WithGroup { .. }
            | Self::HostFault(_) => true,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned => write!(formatter, "returned"),
            Self::Failed(text) => write!(formatter, "returned the error \"{text}\""),
            Self::Trapped(trap) => write!(formatter, "trapped: {trap}"),
            Self::LimitExceeded { limit, trap } => {
                write!(formatter, "exceeded its limit of {limit}")?;
                trap.iter()
                    .try_for_each(|trap| write!(formatter, ": {trap}"))
            }
            Self::Stopped => write!(formatter, "was stopped by force"),
            Self::NeverActivated => write!(formatter, "was terminated before it was activated"),
            Self::WithGroup { kernel_id } => write!(
                formatter,
                "was ended with its group, in which kernel {:?} failed",
                kernel_id.as_str()
            ),
            Self::HostFault(text) => write!(formatter, "was failed by the host: {text}"),
        }
    }
}

/// A limit that a kernel can hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Bytes over all its linear memories and tables.
    Memory {
        /// What it may have, in bytes.
        allowed: u64,
        /// What it asked for, in bytes.
        requested: u64,
    },
    /// Elements over all its tables.
    TableElements {
        /// How many it may have.
        allowed: u64,
        /// How many it asked for.
        requested: u64,
    },
    /// The depth of its calls.
    Stack {
        /// The stack that it may fill, in bytes.
        allowed: u64,
    },
    /// All the fuel it was ever to get.
    Fuel {
        /// How much that was.
        allowed: u64,
    },
    /// Time for the messages that it received last.
    MessageTime {
        /// How much that was, for all of them.
        allowed: Duration,
    },
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { allowed, requested } => {
                write!(
                    formatter,
                    "{allowed} bytes of memory (it asked for {requested})"
                )
            }
            Self::TableElements { allowed, requested } => {
                write!(
                    formatter,
                    "{allowed} table elements (it asked for {requested})"
                )
            }
            Self::Stack { allowed } => write!(formatter, "{allowed} bytes of stack"),
            Self::Fuel { allowed } => write!(formatter, "{allowed} units of fuel"),
            Self::MessageTime { allowed } => {
                write!(formatter, "{allowed:?} for what it received last")
            }
        }
    }
}

/// A trap, as an operator reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrapReport {
    /// What happened, in WebAssembly's words, such as "integer divide by zero".
    pub reason: String,
    /// What the kernel last logged at level error before it trapped, if anything: a panic's
    /// message and location.
    pub message: Option<String>,
    /// Where it happened, innermost call first.
    pub backtrace: Vec<Frame>,
}

impl fmt::Display for TrapReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.reason)?;
        if let Some(message) = &self.message {
            write!(formatter, " ({message})")?;
        }
        for frame in &self.backtrace {
            write!(formatter, "\n    at {frame}")?;
        }
        Ok(())
    }
}

/// One call of a backtrace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The function's name, from the component's name section; its index where that has none.
    pub function: String,
    /// Its source position, where the component carries debug information.
    pub position: Option<String>,
}

impl fmt::Display for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.position {
            Some(position) => write!(formatter, "{} ({position})", self.function),
            None => write!(formatter, "{}", self.function),
        }
    }
}
