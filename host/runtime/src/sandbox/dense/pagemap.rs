//! Which pages of this process were written, as the system tells.

use super::fold::CHUNK_BYTES;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;

/// What the system keeps for each page, in bytes.
const ENTRY_BYTES: usize = size_of::<u64>();

/// Of an entry: the page is in memory, or was moved out of it. What is neither reads as zeros.
const PRESENT_OR_SWAPPED: u64 = 3 << 62;

/// Linux's `/proc/self/pagemap`.
pub(super) struct Pagemap {
    file: File,
    page_bytes: usize,
}

impl Pagemap {
    /// `None` where the system does not tell.
    pub(super) fn open() -> Option<Self> {
        let file = File::open("/proc/self/pagemap").ok()?;
        // SAFETY: it only returns a number.
        let page_bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let page_bytes = usize::try_from(page_bytes).ok()?;
        (page_bytes >= CHUNK_BYTES).then_some(Self { file, page_bytes })
    }

    /// For each chunk of so many bytes from a page's beginning whether it may be other than zeros.
    /// `None` where the system does not tell.
    pub(super) fn written(&self, base: NonNull<u8>, bytes: usize) -> Option<Vec<bool>> {
        let page = base.addr().get() / self.page_bytes;
        let mut entries = vec![0; bytes.div_ceil(self.page_bytes).checked_mul(ENTRY_BYTES)?];
        let at = u64::try_from(page.checked_mul(ENTRY_BYTES)?).ok()?;
        self.file.read_exact_at(&mut entries, at).ok()?;
        let (entries, _) = entries.as_chunks::<ENTRY_BYTES>();
        let chunks_each = self.page_bytes / CHUNK_BYTES;
        let chunks = entries.iter().flat_map(|entry| {
            let written = u64::from_ne_bytes(*entry) & PRESENT_OR_SWAPPED != 0;
            std::iter::repeat_n(written, chunks_each)
        });
        Some(chunks.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::mapping::{Mapping, PAGE_BYTES};
    use super::*;

    #[test]
    fn pages_that_were_written_are_told_from_those_that_were_not() {
        let mapping = Mapping::new(4 * PAGE_BYTES).unwrap();
        let third = mapping.base().as_ptr().wrapping_add(2 * PAGE_BYTES);
        // SAFETY: it is within the mapping, which is ours.
        unsafe { third.write(1) };
        let pagemap = Pagemap::open().unwrap();
        let written = pagemap.written(mapping.base(), 4 * PAGE_BYTES).unwrap();
        let pages = written.chunks(PAGE_BYTES / CHUNK_BYTES);
        let pages: Vec<_> = pages.map(|page| page.contains(&true)).collect();
        assert_eq!(pages, [false, false, true, false]);
    }
}
