//! Machines that have no `dense` tier: its kernels are run as those of `fast` are.

use std::future::Future;
use std::io;
use std::sync::Arc;
use wasmtime::Config;

/// Where a kernel's calls have their stack: wherever wasmtime makes one.
pub(crate) struct Berth;

impl Berth {
    pub(crate) const fn without_window() -> Self {
        Self
    }

    /// Makes calls into a store here.
    ///
    /// # Safety
    /// As where there are windows.
    pub(crate) unsafe fn make<F: Future>(&mut self, calls: F) -> F {
        calls
    }
}

/// There are none.
pub(crate) struct Windows;

impl Windows {
    pub(crate) fn berth(&self) -> io::Result<Berth> {
        Ok(Berth)
    }
}

/// Changes nothing.
pub(super) fn configure(_: &mut Config, _: usize) -> Arc<Windows> {
    Arc::new(Windows)
}
