//! What depends on what wasmtime fixes for each engine: the tier, and the size of a kernel's stack.

use super::{Limits, Tier};
use parking_lot::Mutex;
use std::collections::HashMap;

/// The room that the host's functions have below a kernel's own stack, in bytes.
pub(super) const HOST_BYTES: usize = 3 << 19;

/// What an engine is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EngineKind {
    pub(crate) tier: Tier,
    pub(crate) stack_bytes: usize,
}

impl EngineKind {
    /// What most kernels are launched with.
    pub(crate) const DEFAULT: Self = Self {
        tier: Tier::Fast,
        stack_bytes: Limits::STACK_BYTES,
    };
}

/// Something that is made once for each kind of engine, when it is first asked for. There are few
/// kinds, so what was made is kept.
pub(crate) struct PerEngine<T> {
    made: Mutex<HashMap<EngineKind, T>>,
}

impl<T: Clone> PerEngine<T> {
    pub(crate) fn new() -> Self {
        Self {
            made: Mutex::default(),
        }
    }

    /// # Errors
    /// If it has to be made and cannot be.
    pub(crate) fn get_or_make(
        &self,
        kind: EngineKind,
        make: impl FnOnce() -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let mut made = self.made.lock();
        if let Some(made) = made.get(&kind) {
            return Ok(made.clone());
        }
        let new = make()?;
        made.insert(kind, new.clone());
        Ok(new)
    }
}
