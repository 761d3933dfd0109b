//! Two ways to run the same kernel: close to the processor, or in great number.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a kernel is run. Nothing of what a kernel can do, and of what it is kept from, depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Each kernel has address space and a stack of its own, and the processor checks its accesses.
    /// For kernels that compute; some thousand fit into a process.
    #[default]
    Fast,
    /// Memories lie side by side, stacks are shared, and each access is checked by an instruction,
    /// which code that works on much memory feels. A kernel that waits costs some KiB, and a million
    /// fit into a process. On Linux on x86-64 and AArch64; elsewhere it is as `fast`.
    Dense,
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Fast => "fast",
            Self::Dense => "dense",
        })
    }
}
