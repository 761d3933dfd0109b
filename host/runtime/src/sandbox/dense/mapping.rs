//! Address space.

use rustix::io;
use rustix::mm::{
    Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap_anonymous, mprotect, munmap,
};
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};

/// Bytes of a page. The system's own pages are as large or larger by a power of two on no processor
/// that this is built for but AArch64, where they have 64 KiB at most.
pub(super) const PAGE_BYTES: usize = if cfg!(target_arch = "aarch64") {
    64 << 10
} else {
    4 << 10
};

/// Address space of our own. It reads as zeros, and takes memory where it is written.
pub(super) struct Mapping {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: it is address space, which is the same for every thread; `Mapping` itself never reads or
// writes what is there.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// So many bytes, which must be whole pages.
    ///
    /// # Errors
    /// If there is not so much address space, or there are too many mappings.
    pub(super) fn new(bytes: usize) -> io::Result<Self> {
        let (readable, private) = (
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE | MapFlags::NORESERVE,
        );
        // SAFETY: a new mapping, where the system finds room, changes nothing that is there.
        let base = unsafe { mmap_anonymous(null_mut(), bytes, readable, private) }?;
        let base = NonNull::new(base.cast()).ok_or(io::Errno::NOMEM)?;
        let mapping = Self { base, bytes };
        // Huge pages would be taken whole where a few bytes are written. A system without them has
        // no such advice.
        // SAFETY: the advice changes nothing that can be read or written.
        let _ = unsafe { madvise(mapping.at(0), bytes, Advice::LinuxNoHugepage) };
        Ok(mapping)
    }

    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes the first page a guard: whoever touches it gets a fault.
    ///
    /// # Errors
    /// If the system refuses.
    pub(super) fn guard_first_page(&self) -> io::Result<()> {
        // SAFETY: the page is ours, and nobody else knows it yet: this is called before the
        // mapping is handed out.
        unsafe { mprotect(self.at(0), PAGE_BYTES, MprotectFlags::empty()) }
    }

    /// Gives back the memory of a part. It reads as zeros again.
    ///
    /// # Errors
    /// If the system refuses; then it is as it was.
    ///
    /// # Safety
    /// The part is within the mapping, and nobody uses what is in it.
    pub(super) unsafe fn clear(&self, offset: usize, bytes: usize) -> io::Result<()> {
        // SAFETY: on Linux a private anonymous mapping reads as zeros after this. The part is ours,
        // and the caller promises that nobody uses it.
        unsafe { madvise(self.at(offset), bytes, Advice::LinuxDontNeed) }
    }

    fn at(&self, offset: usize) -> *mut c_void {
        self.base.as_ptr().wrapping_add(offset).cast()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours; whoever uses what is in it keeps it alive. An error would say
        // that it is none.
        let _ = unsafe { munmap(self.at(0), self.bytes) };
    }
}
