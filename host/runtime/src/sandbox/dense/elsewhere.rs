//! Machines that have no `dense` tier: its kernels are run as those of `fast` are.

use std::future::{Future, Ready};
use std::io;
use std::sync::Arc;
use wasmtime::Config;

/// Where a kernel's calls have their stack: wherever wasmtime makes one.
pub(crate) struct Berth;

impl Berth {
    pub(crate) const fn without_window() -> Self {
        Self
    }

    pub(crate) const fn begins(&mut self) {}

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
    pub(crate) fn watch(&self) -> Option<Ready<()>> {
        None
    }

    pub(crate) fn berth(&self, _: Arc<Base>, _: Arc<dyn Shrink>) -> io::Result<Berth> {
        Ok(Berth)
    }
}

/// What memories of one component begin with.
#[derive(Default)]
pub(crate) struct Base;

/// What is kept for a kernel and can be made smaller while it rests.
pub(crate) trait Shrink: Send + Sync {
    fn shrink(&self);
}

/// Changes nothing.
pub(super) fn configure(_: &mut Config, _: usize) -> Arc<Windows> {
    Arc::new(Windows)
}
