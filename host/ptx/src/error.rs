//! Why a function has no translation.

/// What was too large, of [`Limits`](crate::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::module_bytes`](crate::Limits::module_bytes).
    ModuleBytes,
    /// [`Limits::instructions`](crate::Limits::instructions).
    Instructions,
    /// [`Limits::calls`](crate::Limits::calls).
    Calls,
    /// [`Limits::stack_bytes`](crate::Limits::stack_bytes).
    StackBytes,
    /// Operators that can trap, of which a record can tell so many apart.
    Sites,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ModuleBytes => "bytes of the module",
            Self::Instructions => "instructions with all calls inlined",
            Self::Calls => "calls nested in each other",
            Self::StackBytes => "bytes of the C stack of an item",
            Self::Sites => "operators that can trap",
        })
    }
}

/// Why a function has no translation. Offsets are in bytes from the start of the module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no valid module, or use a proposal that is not in the subset.
    #[error("the compute module is not valid: {message} (at byte {offset})")]
    Invalid {
        /// What the validator says.
        message: String,
        /// Where.
        offset: usize,
    },
    /// The module exports no function of that name.
    #[error("the compute module exports no function `{name}`; it exports {}", list(.exports))]
    NoFunction {
        /// The name that was asked for.
        name: String,
        /// The functions that it exports.
        exports: Vec<String>,
    },
    /// The function's type is not that of a compute function.
    #[error("`{name}` is no compute function: {reason}")]
    Signature {
        /// The function.
        name: String,
        /// What is wrong with its type.
        reason: &'static str,
    },
    /// An operator has no translation.
    #[error("function {function} uses `{operator}` (at byte {offset}), which runs on the CPU only")]
    Unsupported {
        /// The operator, by its name in the text format.
        operator: String,
        /// The index of the function that it is in.
        function: u32,
        /// Where.
        offset: usize,
    },
    /// Something about the module as a whole has no translation.
    #[error("the compute module has {what}, which runs on the CPU only")]
    Module {
        /// What it has.
        what: String,
    },
    /// A function calls itself, directly or through others.
    #[error("function {function} calls itself (at byte {offset}), which runs on the CPU only")]
    Recursion {
        /// The index of the function.
        function: u32,
        /// The call that closes the circle.
        offset: usize,
    },
    /// How much of the C stack a thread needs cannot be told.
    #[error(
        "function {function} moves the stack pointer by an amount that is not constant \
         (at byte {offset}), which runs on the CPU only"
    )]
    Stack {
        /// The index of the function that the move is in.
        function: u32,
        /// Where.
        offset: usize,
    },
    /// The translation would be larger than is allowed.
    #[error("the translation needs more than {most} {limit}")]
    TooLarge {
        /// What it needs too many of.
        limit: Limit,
        /// How many are allowed.
        most: usize,
    },
    /// The translator contradicts the validator: a defect of this crate.
    #[error("the translator lost track (at byte {offset}); please report this module")]
    Inconsistent {
        /// Where.
        offset: usize,
    },
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    if names.len() > SHOWN {
        text.push(format!("{} more", names.len() - SHOWN));
    }
    if text.is_empty() {
        "none".into()
    } else {
        text.join(", ")
    }
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
