//! What a caller may choose about a translation.

/// How accesses to the arena are fenced.
///
/// Under every policy an access that is in bounds and aligned as its operator says does what
/// WebAssembly says, and no other access leaves the arena or is misaligned on the device. A division
/// by zero and every other trap of WebAssembly is recorded under every policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// One AND clears the bits of the address that would take it out of the arena or off its
    /// alignment. Such an access reads or writes some other place of the arena, and nobody is told.
    /// The arena's size must be a power of two.
    #[default]
    Mask,
    /// Every access is checked before it is made; a bad one is a trap, as in WebAssembly.
    Trap,
    /// As [`Policy::Mask`], and a flag remembers that an access was bad: the item ends with an error
    /// record, though what it did after the bad access stays done. The arena's size must be a power
    /// of two.
    Deferred,
}

/// The architecture that PTX is written for. It runs on later ones too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Target {
    /// Compute capability 8.0: A100.
    #[default]
    Sm80,
    /// Compute capability 9.0: H100.
    Sm90,
}

impl Target {
    /// The name in PTX, as `sm_80`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sm80 => "sm_80",
            Self::Sm90 => "sm_90",
        }
    }
}

/// How large a translation may become. A stranger's module cannot take more than these of the
/// translator's memory and time, or of what compiles its PTX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Bytes of the module.
    pub module_bytes: usize,
    /// Instructions after all calls have been inlined. Locals, and values that blocks pass on,
    /// count too.
    pub instructions: usize,
    /// How deep calls may be nested.
    pub calls: usize,
    /// Bytes of the C stack of an item. On the CPU it has no more than the default.
    pub stack_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            module_bytes: 16 << 20,
            instructions: 50_000,
            calls: 64,
            stack_bytes: 64 << 10,
        }
    }
}

/// What is chosen about a translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Options {
    /// How accesses are fenced.
    pub policy: Policy,
    /// What the PTX is written for.
    pub target: Target,
    /// How large it may become.
    pub limits: Limits,
}
