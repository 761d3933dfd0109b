//! Bounds on a compiler's process.

use crate::error::InvalidOptionError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bounds on the process that compiles one component. The defaults leave room for the largest
/// kernels that toolchains emit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompilerLimits {
    /// Bytes of address space, which is what memory is counted in where programs are started: the
    /// program itself takes some tens of MiB of it. 2 GiB by default, 64 MiB at least. Kept on
    /// Linux only.
    pub memory_bytes: u64,
    /// Seconds of processor time. 60 by default. Kept on Linux only.
    pub cpu_seconds: u64,
    /// Seconds from the start to the answer. 120 by default.
    pub wall_seconds: u64,
    /// Bytes of compiled code. 512 MiB by default.
    pub code_bytes: u64,
}

impl Default for CompilerLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 2 << 30,
            cpu_seconds: 60,
            wall_seconds: 120,
            code_bytes: 512 << 20,
        }
    }
}

/// A program that is given less may not even come to the point where it can say so.
const LEAST_MEMORY_BYTES: u64 = 64 << 20;

impl CompilerLimits {
    /// The lesser of each two.
    pub fn within(&self, ceiling: &Self) -> Self {
        Self {
            memory_bytes: self.memory_bytes.min(ceiling.memory_bytes),
            cpu_seconds: self.cpu_seconds.min(ceiling.cpu_seconds),
            wall_seconds: self.wall_seconds.min(ceiling.wall_seconds),
            code_bytes: self.code_bytes.min(ceiling.code_bytes),
        }
    }

    /// # Errors
    /// If nothing could be compiled within them.
    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        const ZERO: &str = "nothing could be compiled; leave it out for its default";
        let (option, value, reason) = if self.memory_bytes < LEAST_MEMORY_BYTES {
            (
                "memory_bytes of the compiler",
                self.memory_bytes,
                "a compiler takes 64 MiB (67108864) for itself; leave it out for its default",
            )
        } else if self.cpu_seconds == 0 {
            ("cpu_seconds of the compiler", 0, ZERO)
        } else if self.wall_seconds == 0 {
            ("wall_seconds of the compiler", 0, ZERO)
        } else if self.code_bytes == 0 {
            ("code_bytes of the compiler", 0, ZERO)
        } else {
            return Ok(());
        };
        Err(InvalidOptionError {
            option,
            value: value.to_string(),
            reason,
        })
    }
}

/// The limit that a compilation went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompilerLimit {
    /// [`CompilerLimits::memory_bytes`].
    Memory(u64),
    /// [`CompilerLimits::cpu_seconds`].
    Cpu(u64),
    /// [`CompilerLimits::wall_seconds`].
    Wall(u64),
    /// [`CompilerLimits::code_bytes`].
    Code(u64),
}

impl fmt::Display for CompilerLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(
                formatter,
                "{bytes} bytes of memory (memory_bytes of the compiler's limits)"
            ),
            Self::Cpu(seconds) => write!(
                formatter,
                "{seconds} s of processor time (cpu_seconds of the compiler's limits)"
            ),
            Self::Wall(seconds) => write!(
                formatter,
                "{seconds} s from start to answer (wall_seconds of the compiler's limits)"
            ),
            Self::Code(bytes) => write!(
                formatter,
                "{bytes} bytes of compiled code (code_bytes of the compiler's limits)"
            ),
        }
    }
}
