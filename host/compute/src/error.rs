//! What can go wrong, each with the cause and the way out.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a component's compute functions cannot be taken out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The bytes are no valid module or component.
    #[error("it is no valid WebAssembly: {0}")]
    Invalid(String),
    /// Functions are marked in more than one of its core modules.
    #[error(
        "{0} of its core modules mark compute functions: mark them all in the kernel's own module"
    )]
    SeveralModules(usize),
    /// A core module without a marked function.
    #[error("it marks no compute function: export one as `compute:NAME`")]
    NothingMarked,
    /// A marked function that cannot be run once for each item.
    #[error(
        "the compute function `{function}` is of type {signature}: its first parameter is the item, \
         an i32, the others are i32, i64, f32 or f64, and it returns nothing"
    )]
    Signature {
        /// The name it is marked with.
        function: String,
        /// What it takes and returns.
        signature: String,
    },
    /// A marked function reaches what it cannot have.
    #[error("the compute function `{function}` cannot be taken out of the kernel: {reason}")]
    Reaches {
        /// The name it is marked with.
        function: String,
        /// What it reaches, and what to do.
        reason: String,
    },
    /// What the section `ring:compute` says of a function is not true or cannot be read.
    #[error("the section ring:compute says `{line}`, but {reason}")]
    Roles {
        /// The line.
        line: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More than the host takes.
    #[error("its compute functions have {actual} {what}, and {most} is the most")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        actual: u64,
        /// How much there may be.
        most: u64,
    },
}

/// Why a call of a space was refused, or what became of its commands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ComputeError {
    /// A function trapped. What its launch could write is poisoned.
    #[error("the compute function `{function}` trapped at item {item}: {code}")]
    Trap {
        /// The function that was launched.
        function: String,
        /// The lowest item that trapped.
        item: u32,
        /// Why.
        code: TrapCode,
    },
    /// There is no room for a space, a buffer or a result.
    #[error("there is no room for {requested} bytes: {reason}")]
    OutOfMemory {
        /// How many bytes were asked for.
        requested: u64,
        /// What they did not fit into, and what to do.
        reason: String,
    },
    /// An argument, offset or length that cannot be meant. Nothing has happened.
    #[error("{0}")]
    InvalidArgument(String),
    /// The buffer holds what a launch left behind that did not run to its end.
    #[error(
        "the buffer holds what a launch left that failed or was cancelled: overwrite all of it \
         first, by a write, a fill or a launch that has it as `out`"
    )]
    Poisoned,
    /// It was cancelled, or its space was dropped.
    #[error("it was cancelled, by its event or because its space was dropped")]
    Cancelled,
    /// So many commands wait already. Nothing has happened.
    #[error("{waiting} commands wait in the space already: wait for an event of theirs first")]
    Full {
        /// How many wait.
        waiting: usize,
    },
    /// The device is gone.
    #[error("the device is lost: {0}; make a new space")]
    DeviceLost(String),
    /// There is no such device.
    #[error("{0}")]
    NoDevice(String),
    /// The program has no such function.
    #[error("the program has no compute function `{function}`; it has {known}")]
    NoFunction {
        /// The name that was asked for.
        function: String,
        /// Those that there are.
        known: String,
    },
}

/// Why an item trapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TrapCode {
    /// An access outside of the space, or an atomic one that is not aligned.
    OutOfBounds,
    /// An integer division by zero.
    DivideByZero,
    /// A quotient that its type cannot hold.
    IntegerOverflow,
    /// A float that no integer of the type is, turned into one.
    BadConversion,
    /// `unreachable`: a panic, an abort, a failed assertion.
    Unreachable,
    /// The item took more turns of loops and calls than its fuel allows.
    OutOfFuel,
    /// The calls went too deep, or the function's frames do not fit into its stack.
    StackOverflow,
    /// A call through a table of what is not there or of another type.
    IndirectCall,
}

impl fmt::Display for TrapCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OutOfBounds => "an access out of bounds",
            Self::DivideByZero => "a division by zero",
            Self::IntegerOverflow => "an integer overflow",
            Self::BadConversion => "a float that the integer's type cannot hold",
            Self::Unreachable => "it came to `unreachable`, as a panic or an abort does",
            Self::OutOfFuel => {
                "it ran out of fuel: raise the launch's fuel, or give each item less to do"
            }
            Self::StackOverflow => "its stack overflowed",
            Self::IndirectCall => "a call through a table of what is not there",
        })
    }
}
