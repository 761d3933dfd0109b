//! Memory of the host that what runs on the device reads and writes while the host does.

use super::{Context, Fault};
use cudarc::driver::result;
use cudarc::driver::sys::{self, CU_MEMHOSTALLOC_DEVICEMAP, CU_MEMHOSTALLOC_PORTABLE, CUdeviceptr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Memory of the host that the device reads and writes by an address of its own.
///
/// What is read or written in parts is at that time nobody else's: which parts are whose is said by words,
/// that are read and written as wholes.
pub(crate) struct Mapped {
    begin: *mut u8,
    length: usize,
    on_device: CUdeviceptr,
    context: Arc<Context>,
}

// SAFETY: it is plain memory, which `self` owns, and no thread's own.
unsafe impl Send for Mapped {}
// SAFETY: words are accessed atomically, and parts by the one thread whose turn the space is.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Memory of zeros. The thread has entered the context.
    pub(crate) fn new(context: &Arc<Context>, length: usize) -> Result<Self, Fault> {
        let flags = CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_PORTABLE;
        // SAFETY: it is written whole before it is read: just below.
        let begin = unsafe { result::malloc_host(length, flags) }
            .map_err(|error| context.fault(error))?
            .cast::<u8>();
        // SAFETY: so many bytes are there.
        unsafe { std::ptr::write_bytes(begin, 0, length) };
        let mut mapped = Self {
            begin,
            length,
            on_device: 0,
            context: context.clone(),
        };
        // SAFETY: the place is good to be written, and the memory was mapped when it was allocated.
        unsafe { sys::cuMemHostGetDevicePointer_v2(&mut mapped.on_device, begin.cast(), 0) }
            .result()
            .map_err(|error| context.fault(error))?;
        Ok(mapped)
    }

    /// Where it is, for what runs on the device.
    pub(crate) fn address(&self) -> u64 {
        self.on_device
    }

    /// What a word says, and all that was written before it by who wrote it.
    pub(crate) fn get(&self, at: usize) -> Result<u64, Fault> {
        Ok(self.word(at)?.load(Ordering::Acquire))
    }

    /// Writes a word, behind all that was written before.
    pub(crate) fn set(&self, at: usize, word: u64) -> Result<(), Fault> {
        self.word(at)?.store(word, Ordering::Release);
        Ok(())
    }

    fn word(&self, at: usize) -> Result<&AtomicU64, Fault> {
        let place = self.part(at, size_of::<AtomicU64>())?;
        if !place.cast::<AtomicU64>().is_aligned() {
            return Err(outside());
        }
        // SAFETY: eight bytes are there, aligned, as long as `self`; words are accessed atomically only.
        Ok(unsafe { AtomicU64::from_ptr(place.cast()) })
    }

    /// Writes bytes, which a word then gives to the device.
    pub(crate) fn write(&self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        let to = self.part(at, bytes.len())?;
        // SAFETY: `part` has checked that as many bytes are there. They are ours now, as said at the type,
        // and no slice of them is given out.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    /// As `write`, of zeros.
    pub(crate) fn clear(&self, at: usize, length: usize) -> Result<(), Fault> {
        let to = self.part(at, length)?;
        // SAFETY: as in `write`.
        unsafe { std::ptr::write_bytes(to, 0, length) };
        Ok(())
    }

    /// Reads bytes, which a word has given to the host.
    pub(crate) fn read(&self, at: usize, bytes: &mut [u8]) -> Result<(), Fault> {
        let from = self.part(at, bytes.len())?;
        // SAFETY: as in `write`.
        unsafe { std::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), bytes.len()) };
        Ok(())
    }

    fn part(&self, at: usize, length: usize) -> Result<*mut u8, Fault> {
        let end = at.checked_add(length).ok_or_else(outside)?;
        if end > self.length {
            return Err(outside());
        }
        Ok(self.begin.wrapping_add(at))
    }
}

fn outside() -> Fault {
    Fault::Lost("a part of ours is not in its mapped memory".to_owned())
}

impl Drop for Mapped {
    fn drop(&mut self) {
        let begin = AssertUnwindSafe(self.begin);
        self.context.free(move || {
            // SAFETY: `new` has allocated it, and what ran with it has been waited for, or the context is lost.
            let _ = unsafe { result::free_host(begin.cast()) };
        });
    }
}
