//! A point in a stream's work.

use super::{Context, Fault, Stream};
use cudarc::driver::result::event;
use cudarc::driver::sys::{CUevent, CUevent_flags, CUresult};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a thread asks again and again before it sleeps: that is shorter than to be woken.
const SPIN: Duration = Duration::from_micros(50);

/// A point in a stream's work, which can be waited for.
pub(crate) struct Mark {
    raw: CUevent,
    context: Arc<Context>,
}

// SAFETY: as for `Context`.
unsafe impl Send for Mark {}
// SAFETY: as for `Context`.
unsafe impl Sync for Mark {}

impl Mark {
    pub(crate) fn new(context: &Arc<Context>) -> Result<Self, Fault> {
        let raw = event::create(CUevent_flags::CU_EVENT_BLOCKING_SYNC)
            .map_err(|error| context.fault(error))?;
        Ok(Self {
            raw,
            context: context.clone(),
        })
    }

    /// Sets it behind all that was asked for of the stream.
    pub(crate) fn set(&self, stream: &Stream) -> Result<(), Fault> {
        // SAFETY: both are alive.
        unsafe { event::record(self.raw, stream.raw()) }.map_err(|error| self.context.fault(error))
    }

    /// Waits until the stream's work has come to it.
    pub(crate) fn wait(&self) -> Result<(), Fault> {
        let began = Instant::now();
        loop {
            // SAFETY: the event is alive.
            match unsafe { event::query(self.raw) } {
                Ok(()) => return Ok(()),
                Err(error) if error.0 != CUresult::CUDA_ERROR_NOT_READY => {
                    return Err(self.context.fault(error));
                }
                Err(_) if began.elapsed() > SPIN => break,
                Err(_) => std::hint::spin_loop(),
            }
        }
        // SAFETY: as above.
        unsafe { event::synchronize(self.raw) }.map_err(|error| self.context.fault(error))
    }

    /// Whether the stream's work has come to it.
    pub(crate) fn is_reached(&self) -> Result<bool, Fault> {
        // SAFETY: the event is alive.
        match unsafe { event::query(self.raw) } {
            Ok(()) => Ok(true),
            Err(error) if error.0 == CUresult::CUDA_ERROR_NOT_READY => Ok(false),
            Err(error) => Err(self.context.fault(error)),
        }
    }

    /// How long the device worked between this and a later one. Both have been waited for.
    pub(crate) fn until(&self, end: &Self) -> Result<Duration, Fault> {
        // SAFETY: both are alive, and set on the same stream.
        let milliseconds = unsafe { event::elapsed(self.raw, end.raw) }
            .map_err(|error| self.context.fault(error))?;
        Ok(Duration::try_from_secs_f32(milliseconds / 1e3).unwrap_or_default())
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let raw = AssertUnwindSafe(self.raw);
        self.context.free(move || {
            // SAFETY: `new` has made it.
            let _ = unsafe { event::destroy(*raw) };
        });
    }
}
