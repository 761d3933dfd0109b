//! Work that is recorded once and done again and again by one call.

use super::{Context, Fault};
use cudarc::driver::result::graph;
use cudarc::driver::sys::{CUgraph, CUgraphExec, CUgraphInstantiate_flags};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Recorded work, ready to be done.
pub(crate) struct Graph {
    raw: CUgraphExec,
    context: Arc<Context>,
}

// SAFETY: as for `Context`; it is only ever done by the thread whose turn its stream is.
unsafe impl Send for Graph {}
// SAFETY: as above.
unsafe impl Sync for Graph {}

impl Graph {
    /// Takes what a stream has recorded.
    pub(super) fn new(recorded: CUgraph, context: &Arc<Context>) -> Result<Self, Fault> {
        // SAFETY: the capture has just ended with it.
        let ready = unsafe { graph::instantiate(recorded, CUgraphInstantiate_flags(0)) };
        // SAFETY: as above. What is made of it stays.
        let freed = unsafe { graph::destroy(recorded) };
        let raw = ready.map_err(|error| context.fault(error))?;
        let graph = Self {
            raw,
            context: context.clone(),
        };
        freed.map_err(|error| context.fault(error))?;
        Ok(graph)
    }

    pub(super) fn raw(&self) -> CUgraphExec {
        self.raw
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        let raw = AssertUnwindSafe(self.raw);
        self.context.free(move || {
            // SAFETY: `new` has made it, and it has been waited for whenever it was done.
            let _ = unsafe { graph::exec_destroy(*raw) };
        });
    }
}
