//! Code on the device.

use super::{Context, Fault};
use cudarc::driver::result::{module, occupancy};
use cudarc::driver::sys::{CUfunction, CUmodule};
use std::ffi::CString;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// A kernel in the sense of CUDA: a function that is run by a grid of threads.
pub(crate) struct Kernel {
    module: CUmodule,
    function: CUfunction,
    context: Arc<Context>,
}

// SAFETY: as for `Context`.
unsafe impl Send for Kernel {}
// SAFETY: as for `Context`.
unsafe impl Sync for Kernel {}

impl Kernel {
    /// Loads code that [`compile`](super::compile) has made for this device. The thread has entered the
    /// context.
    pub(crate) fn new(context: &Arc<Context>, code: &[u8], entry: &str) -> Result<Self, Fault> {
        let entry = CString::new(entry)
            .map_err(|_| Fault::NoCode("there is a zero in a name".to_owned()))?;
        // SAFETY: it is code of the driver's own, which says how long it is, and is copied.
        let module = unsafe { module::load_data(code.as_ptr().cast()) }
            .map_err(|error| context.fault(error))?;
        let mut kernel = Self {
            module,
            function: std::ptr::null_mut(),
            context: context.clone(),
        };
        // SAFETY: the module is loaded.
        kernel.function =
            unsafe { module::get_function(module, entry) }.map_err(|error| context.fault(error))?;
        Ok(kernel)
    }

    pub(super) fn raw(&self) -> CUfunction {
        self.function
    }

    /// How many blocks of so many threads a multiprocessor has at once.
    pub(crate) fn blocks(&self, threads: u32) -> Result<u32, Fault> {
        let threads = i32::try_from(threads).unwrap_or(i32::MAX);
        // SAFETY: the function is in a module that is loaded.
        let blocks =
            unsafe { occupancy::max_active_block_per_multiprocessor(self.function, threads, 0) }
                .map_err(|error| self.context.fault(error))?;
        Ok(u32::try_from(blocks).unwrap_or(0).max(1))
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        let module = AssertUnwindSafe(self.module);
        self.context.free(move || {
            // SAFETY: `new` has loaded it, and who launches it holds it until that has been waited for.
            let _ = unsafe { module::unload(*module) };
        });
    }
}
