//! The memory of a space, as the host writes and reads it.

use super::layout::PAGE;
use crate::ComputeError;
use std::ops::Range;
use wasmtime::{Engine, MemoryType, SharedMemory};

/// The memory of a space. The host accesses it only in the space's own order, which no launch is
/// running in then: see [`Current`](super::job::Current).
pub(super) struct Memory(SharedMemory);

impl Memory {
    /// A memory of zeros.
    pub(super) fn new(engine: &Engine, bytes: u64, requested: u64) -> Result<Self, ComputeError> {
        let refused = |reason| ComputeError::OutOfMemory { requested, reason };
        let pages = u32::try_from(bytes.div_ceil(PAGE))
            .ok()
            .filter(|&pages| pages <= 1 << 16)
            .ok_or_else(|| {
                refused(format!(
                    "with the program's own data a space would have {bytes}, and 4 GiB is the most"
                ))
            })?;
        SharedMemory::new(engine, MemoryType::shared(pages, pages))
            .map(Self)
            .map_err(|error| refused(format!("the system gives no memory: {error:#}")))
    }

    pub(super) fn shared(&self) -> &SharedMemory {
        &self.0
    }

    pub(super) fn bytes(&self) -> u64 {
        u64::try_from(self.0.data_size()).unwrap_or(u64::MAX)
    }

    /// Where such a part of it begins. None of it is where not all of it is inside.
    pub(super) fn at(&self, address: u32, length: usize) -> Option<*mut u8> {
        let begin = usize::try_from(address).ok()?;
        let data = self.0.data();
        let part = data.get(Range {
            start: begin,
            end: begin.checked_add(length)?,
        })?;
        Some(part.as_ptr().cast_mut().cast())
    }

    pub(super) fn write(&self, address: u32, bytes: &[u8]) {
        if let Some(to) = self.at(address, bytes.len()) {
            // SAFETY: `at` has checked that as many bytes lie there; they are in cells, so they may be
            // written, and nobody else accesses them now, as said at `Memory`. `bytes` is not in the
            // memory, of which no reference is given out.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        }
    }

    pub(super) fn fill(&self, address: u32, length: u32, byte: u8) {
        let Ok(length) = usize::try_from(length) else {
            return;
        };
        if let Some(to) = self.at(address, length) {
            // SAFETY: as in `write`.
            unsafe { std::ptr::write_bytes(to, byte, length) };
        }
    }

    pub(super) fn copy(&self, from: u32, to: u32, length: u32) {
        let Ok(length) = usize::try_from(length) else {
            return;
        };
        if let Some((from, to)) = self.at(from, length).zip(self.at(to, length)) {
            // SAFETY: as in `write`, for both; `copy` lets them overlap.
            unsafe { std::ptr::copy(from, to, length) };
        }
    }

    pub(super) fn read(&self, address: u32, length: u32) -> Result<Vec<u8>, ComputeError> {
        let no_room = || ComputeError::OutOfMemory {
            requested: length.into(),
            reason: "the host has no room for a copy; read less at once".to_owned(),
        };
        let length = usize::try_from(length).map_err(|_| no_room())?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| no_room())?;
        if let Some(from) = self.at(address, length) {
            // SAFETY: as in `write`; `bytes` has room for as many, which are all written before its
            // length says so.
            unsafe {
                std::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), length);
                bytes.set_len(length);
            }
        }
        Ok(bytes)
    }
}
