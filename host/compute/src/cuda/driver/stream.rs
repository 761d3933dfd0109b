//! A line of work on the device.

use super::{Context, Fault, Graph, Kernel, Memory, Pinned};
use cudarc::driver::result::{self, stream};
use cudarc::driver::sys::{CUstream, CUstreamCaptureMode};
use std::ffi::c_void;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// A line of work, done in order. The thread has entered the context.
pub(crate) struct Stream {
    raw: CUstream,
    pub(super) context: Arc<Context>,
}

// SAFETY: as for `Context`.
unsafe impl Send for Stream {}
// SAFETY: as for `Context`.
unsafe impl Sync for Stream {}

impl Stream {
    pub(crate) fn new(context: &Arc<Context>) -> Result<Self, Fault> {
        let raw = stream::create(stream::StreamKind::NonBlocking)
            .map_err(|error| context.fault(error))?;
        Ok(Self {
            raw,
            context: context.clone(),
        })
    }

    pub(super) fn raw(&self) -> CUstream {
        self.raw
    }

    fn asked<T>(&self, answer: Result<T, cudarc::driver::DriverError>) -> Result<T, Fault> {
        answer.map_err(|error| self.context.fault(error))
    }

    /// Waits for all that was asked for.
    pub(crate) fn wait(&self) -> Result<(), Fault> {
        // SAFETY: the stream is alive, as `self` is.
        self.asked(unsafe { stream::synchronize(self.raw) })
    }

    /// Sets bytes of device memory.
    pub(crate) fn fill(
        &self,
        memory: &Memory,
        from: u64,
        length: usize,
        byte: u8,
    ) -> Result<(), Fault> {
        let at = memory.part(from, length)?;
        // SAFETY: `part` has checked that the bytes are in the memory, which is freed on its stream and so
        // behind this, or when nothing runs.
        self.asked(unsafe { result::memset_d8_async(at, byte, length, self.raw) })
    }

    /// Copies between two parts of device memory that do not overlap.
    pub(crate) fn copy(
        &self,
        (from, from_at): (&Memory, u64),
        (to, to_at): (&Memory, u64),
        length: usize,
    ) -> Result<(), Fault> {
        let (from, to) = (from.part(from_at, length)?, to.part(to_at, length)?);
        // SAFETY: as in `fill`, for both.
        self.asked(unsafe { result::memcpy_dtod_async(to, from, length, self.raw) })
    }

    /// Writes bytes that are pinned to the device. They stay as they are until it has been waited for:
    /// who owns `Pinned` sees to that.
    pub(crate) fn upload(
        &self,
        pinned: &Pinned,
        from: usize,
        (memory, at): (&Memory, u64),
        length: usize,
    ) -> Result<(), Fault> {
        let to = memory.part(at, length)?;
        let bytes = pinned.part(from, length)?;
        // SAFETY: as in `fill`; the bytes are pinned, and freed only after a wait (see `Pinned`).
        self.asked(unsafe { result::memcpy_htod_async(to, bytes, self.raw) })
    }

    /// Reads bytes of the device into pinned ones, which are there when it has been waited for.
    pub(crate) fn download(
        &self,
        (memory, at): (&Memory, u64),
        pinned: &mut Pinned,
        to: usize,
        length: usize,
    ) -> Result<(), Fault> {
        let from = memory.part(at, length)?;
        let bytes = pinned.part_mut(to, length)?;
        // SAFETY: as in `upload`.
        self.asked(unsafe { result::memcpy_dtoh_async(bytes, from, self.raw) })
    }

    /// Runs a kernel.
    ///
    /// # Safety
    /// The parameters are those that the kernel takes, in order, each in a cell of its own; what they
    /// point to lives until it has been waited for.
    pub(crate) unsafe fn launch(
        &self,
        kernel: &Kernel,
        blocks: u32,
        threads: u32,
        parameters: &mut [u64],
    ) -> Result<(), Fault> {
        let mut cells: Vec<*mut c_void> = parameters
            .iter_mut()
            .map(|cell| std::ptr::from_mut(cell).cast())
            .collect();
        let (grid, block) = ((blocks, 1, 1), (threads, 1, 1));
        // SAFETY: the kernel's module is loaded, as it holds it; the driver copies the parameters before
        // it returns; the rest is the caller's word.
        let answer =
            unsafe { result::launch_kernel(kernel.raw(), grid, block, 0, self.raw, &mut cells) };
        self.asked(answer)
    }

    /// Has what `record` asks for recorded instead of done.
    pub(crate) fn capture(
        &self,
        record: impl FnOnce() -> Result<(), Fault>,
    ) -> Result<Graph, Fault> {
        let mode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
        // SAFETY: the stream is alive, and only this thread uses it now.
        self.asked(unsafe { stream::begin_capture(self.raw, mode) })?;
        let recorded = record();
        // SAFETY: as above; it has begun.
        let graph = self.asked(unsafe { stream::end_capture(self.raw) })?;
        let graph = Graph::new(graph, &self.context);
        recorded.and(graph)
    }

    /// Does what a graph has recorded.
    ///
    /// # Safety
    /// What was recorded can still be done: all that it uses is alive until it has been waited for.
    pub(crate) unsafe fn replay(&self, graph: &Graph) -> Result<(), Fault> {
        // SAFETY: both are alive; the rest is the caller's word.
        self.asked(unsafe { result::graph::launch(graph.raw(), self.raw) })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let raw = AssertUnwindSafe(self.raw);
        self.context.free(move || {
            // SAFETY: `new` has made it. What runs on it goes on, and the driver frees it then.
            let _ = unsafe { stream::destroy(*raw) };
        });
    }
}
