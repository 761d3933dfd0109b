//! Memory of the device, and memory of the host that the device reads and writes by itself.

use super::{Context, Fault, Stream};
use cudarc::driver::result;
use cudarc::driver::sys::CUdeviceptr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Memory of the device, as it was when its last owner left it.
pub(crate) struct Memory {
    begin: CUdeviceptr,
    length: u64,
    stream: Arc<Stream>,
}

impl Memory {
    /// Memory that is used on this stream, or when nothing runs on it.
    pub(crate) fn new(stream: &Arc<Stream>, length: u64) -> Result<Self, Fault> {
        let bytes = usize::try_from(length).map_err(|_| Fault::NoMemory)?;
        // SAFETY: the stream is alive. What is in the memory is not read by us before it is written.
        let begin = unsafe { result::malloc_async(stream.raw(), bytes) }
            .map_err(|error| stream.context.fault(error))?;
        Ok(Self {
            begin,
            length,
            stream: stream.clone(),
        })
    }

    /// Where it is, for what runs on the device.
    pub(crate) fn address(&self) -> u64 {
        self.begin
    }

    /// Where a part of it is, all of which is in it.
    pub(super) fn part(&self, from: u64, length: usize) -> Result<CUdeviceptr, Fault> {
        u64::try_from(length)
            .ok()
            .and_then(|length| from.checked_add(length))
            .filter(|end| *end <= self.length)
            .and_then(|_| self.begin.checked_add(from))
            .ok_or_else(|| Fault::Lost("a part of ours is not in its memory".to_owned()))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let (begin, stream) = (self.begin, AssertUnwindSafe(self.stream.raw()));
        self.stream.context.free(move || {
            // SAFETY: `new` has allocated it, on this stream, which is alive as we hold it. It is freed
            // behind all that was asked for there.
            let _ = unsafe { result::free_async(begin, *stream) };
        });
    }
}

/// Memory of the host that stays where it is, so that the device can copy from and to it while the host
/// goes on.
///
/// Who owns it waits for the stream before it writes what the device may still read, or reads what the
/// device may still write; and drops it only when the stream has been waited for, or is lost.
pub(crate) struct Pinned {
    begin: *mut u8,
    length: usize,
    context: Arc<Context>,
}

// SAFETY: it is plain memory, which `self` owns, and no thread's own.
unsafe impl Send for Pinned {}

impl Pinned {
    pub(crate) fn new(context: &Arc<Context>, length: usize) -> Result<Self, Fault> {
        // Neither flag: combined writes would make it slow to read.
        // SAFETY: it is written whole before it is read: just below.
        let begin = unsafe { result::malloc_host(length, 0) }
            .map_err(|error| context.fault(error))?
            .cast::<u8>();
        // SAFETY: so many bytes are there.
        unsafe { std::ptr::write_bytes(begin, 0, length) };
        Ok(Self {
            begin,
            length,
            context: context.clone(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn part(&self, from: usize, length: usize) -> Result<&[u8], Fault> {
        // SAFETY: all of it was written once, and is ours as long as `self`; what the device does in it
        // has been waited for, as said at the type.
        let all = unsafe { std::slice::from_raw_parts(self.begin, self.length) };
        let end = from.checked_add(length);
        end.and_then(|end| all.get(from..end)).ok_or_else(outside)
    }

    pub(crate) fn part_mut(&mut self, from: usize, length: usize) -> Result<&mut [u8], Fault> {
        // SAFETY: as in `part`, and `self` is borrowed for it alone.
        let all = unsafe { std::slice::from_raw_parts_mut(self.begin, self.length) };
        let end = from.checked_add(length);
        end.and_then(|end| all.get_mut(from..end))
            .ok_or_else(outside)
    }
}

fn outside() -> Fault {
    Fault::Lost("a part of ours is not in its pinned memory".to_owned())
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let begin = AssertUnwindSafe(self.begin);
        self.context.free(move || {
            // SAFETY: `new` has allocated it, and nobody uses it, as said at the type.
            let _ = unsafe { result::free_host(begin.cast()) };
        });
    }
}
