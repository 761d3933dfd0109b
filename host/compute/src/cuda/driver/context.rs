//! The devices that the driver knows, and a context on one of them.

use super::Fault;
use cudarc::driver::result::{self, device};
use cudarc::driver::sys::{self, CUcontext, CUdevice, CUdevice_attribute};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A device, as the driver describes it.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    device: CUdevice,
    pub(crate) name: String,
    pub(crate) memory_bytes: u64,
    /// Its multiprocessors.
    pub(crate) processors: u32,
    /// The most threads that one of them has at once.
    pub(crate) threads: u32,
    /// Its compute capability, as 90 for 9.0.
    pub(crate) capability: u32,
    /// The version of CUDA that the driver is of, as 12040 for 12.4.
    pub(crate) driver: i32,
}

/// A context on a device: its memory, streams and code. What goes wrong in it for good ends it.
pub(crate) struct Context {
    raw: CUcontext,
    is_lost: AtomicBool,
}

// SAFETY: a context may be used from any thread, which makes it its current one first (`enter`), and the
// driver's functions may be called by several at once.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// The devices of this machine; none where there is no driver, or one that does not work.
pub(crate) fn cards() -> Vec<Card> {
    // cudarc panics where a function is missing in the driver.
    catch_unwind(|| {
        // SAFETY: it looks for the driver's library, and loads it: trusted, as the rest of the system is.
        if !unsafe { sys::is_culib_present() } || result::init().is_err() {
            return Vec::new();
        }
        let count = device::get_count().unwrap_or(0);
        (0..count).filter_map(|number| card(number).ok()).collect()
    })
    .unwrap_or_default()
}

fn card(number: i32) -> Result<Card, cudarc::driver::DriverError> {
    let device = device::get(number)?;
    let attribute = |attribute| {
        // SAFETY: `get` has just returned the device.
        let value = unsafe { device::get_attribute(device, attribute) }?;
        Ok::<_, cudarc::driver::DriverError>(u32::try_from(value).unwrap_or(0))
    };
    let major = attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
    let minor = attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
    // SAFETY: as above.
    let memory = unsafe { device::total_mem(device) }?;
    Ok(Card {
        device,
        name: device::get_name(device)?,
        memory_bytes: u64::try_from(memory).unwrap_or(u64::MAX),
        processors: attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?,
        threads: attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR)?,
        capability: major.saturating_mul(10).saturating_add(minor),
        driver: version()?,
    })
}

fn version() -> Result<i32, cudarc::driver::DriverError> {
    let mut version = 0;
    // SAFETY: the place is written.
    unsafe { sys::cuDriverGetVersion(&raw mut version) }.result()?;
    Ok(version)
}

impl Context {
    /// A context of its own on a device, so that what other libraries of this process do in theirs is
    /// apart from it.
    pub(crate) fn new(card: &Card) -> Result<Arc<Self>, Fault> {
        let flags = sys::CUctx_flags_enum::CU_CTX_SCHED_BLOCKING_SYNC as u32;
        // SAFETY: the driver has named this device.
        let raw = unsafe { result::ctx::create_v3(flags, card.device) }.map_err(Fault::of)?;
        Ok(Arc::new(Self {
            raw,
            is_lost: AtomicBool::new(false),
        }))
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
    }

    /// Nothing that is in it can be used any more.
    pub(crate) fn lose(&self) {
        self.is_lost.store(true, Ordering::Relaxed);
    }

    /// Makes it the current one of this thread, as each call that follows needs.
    pub(crate) fn enter(&self) -> Result<(), Fault> {
        if self.is_lost() {
            return Err(Fault::Lost("its context has failed before".to_owned()));
        }
        // SAFETY: it is destroyed no sooner than `self`.
        unsafe { result::ctx::set_current(self.raw) }.map_err(|error| self.fault(error))
    }

    /// What an error is, of a call in this context.
    pub(super) fn fault(&self, error: cudarc::driver::DriverError) -> Fault {
        let fault = Fault::of(error);
        if matches!(fault, Fault::Lost(_)) {
            self.lose();
        }
        fault
    }

    /// Frees something, in this context; not if it is lost, for then that goes with the context. What
    /// goes wrong while it is freed is of no use to anybody.
    pub(super) fn free(&self, free: impl FnOnce() + std::panic::UnwindSafe) {
        if self.enter().is_ok() {
            let _ = catch_unwind(free);
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let raw = std::panic::AssertUnwindSafe(self.raw);
        let _ = catch_unwind(|| {
            // SAFETY: `new` has made it, and all that is in it holds it and so is gone.
            unsafe { sys::cuCtxDestroy_v2(*raw) }
        });
    }
}
