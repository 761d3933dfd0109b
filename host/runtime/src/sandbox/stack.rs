//! What depends on the size of a kernel's stack, which wasmtime fixes for each engine.

use parking_lot::Mutex;
use std::collections::HashMap;

/// The room that the host's functions have below a kernel's own stack, in bytes.
pub(super) const HOST_BYTES: usize = 3 << 19;

/// Something that is made once for each stack size, when it is first asked for. There are few
/// sizes, so what was made is kept.
pub(crate) struct PerStack<T> {
    made: Mutex<HashMap<usize, T>>,
}

impl<T: Clone> PerStack<T> {
    pub(crate) fn new() -> Self {
        Self {
            made: Mutex::default(),
        }
    }

    /// # Errors
    /// If it has to be made and cannot be.
    pub(crate) fn get_or_make(
        &self,
        stack_bytes: usize,
        make: impl FnOnce() -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let mut made = self.made.lock();
        if let Some(made) = made.get(&stack_bytes) {
            return Ok(made.clone());
        }
        let new = make()?;
        made.insert(stack_bytes, new.clone());
        Ok(new)
    }
}
