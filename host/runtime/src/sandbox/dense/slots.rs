//! Room for memories, side by side in few mappings.
//!
//! A process has some 65 000 mappings, so no memory has one of its own. Slots of a size lie in slabs,
//! which are readable and writable as a whole: no part of a slab is a mapping apart, however its
//! slots come and go. A slot is handed out full of zeros.

use super::mapping::Mapping;
use parking_lot::Mutex;
use std::io;
use std::ptr::NonNull;
use std::sync::Arc;

/// The size of the smallest slots: a page of WebAssembly.
const LEAST_BYTES: usize = 64 << 10;

/// Larger slots than these have a mapping of their own.
const MOST_BYTES: usize = SLAB_BYTES / 2;

/// The size of a slab.
const SLAB_BYTES: usize = 64 << 20;

/// How many sizes there are of slots that lie in slabs.
const SIZES: usize = (MOST_BYTES / LEAST_BYTES).ilog2() as usize + 1;

/// All slots of one engine.
#[derive(Default)]
pub(super) struct Slots {
    /// Those that are free, by size.
    free: Mutex<[Vec<Slot>; SIZES]>,
}

/// A part of a mapping.
pub(super) struct Slot {
    mapping: Arc<Mapping>,
    offset: usize,
    bytes: usize,
}

impl Slots {
    /// A slot of at least so many bytes, full of zeros.
    ///
    /// # Errors
    /// If there is no address space left.
    pub(super) fn take(&self, bytes: usize) -> io::Result<Slot> {
        let bytes = bytes
            .max(LEAST_BYTES)
            .checked_next_power_of_two()
            .ok_or(io::ErrorKind::OutOfMemory)?;
        let mut free = self.free.lock();
        let Some(free) = free.get_mut(size(bytes)) else {
            drop(free);
            let mapping = Arc::new(Mapping::new(bytes)?);
            return Ok(Slot {
                mapping,
                offset: 0,
                bytes,
            });
        };
        if free.is_empty() {
            let slab = Arc::new(Mapping::new(SLAB_BYTES)?);
            // The first is taken first.
            let offsets = (0..SLAB_BYTES).step_by(bytes).rev();
            free.extend(offsets.map(|offset| Slot {
                mapping: slab.clone(),
                offset,
                bytes,
            }));
        }
        free.pop().ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    /// Takes a slot back, of which so many bytes may have been written, in whole pages.
    ///
    /// # Safety
    /// Nobody uses what is in it.
    pub(super) unsafe fn give_back(&self, slot: Slot, written: usize) {
        if size(slot.bytes) >= SIZES {
            return;
        }
        // SAFETY: no more was written than the slot has; the caller promises that nobody uses it.
        let cleared = unsafe { slot.clear(written) };
        // Another kernel must not find what this one left: rather is the slot lost.
        if cleared.is_ok()
            && let Some(free) = self.free.lock().get_mut(size(slot.bytes))
        {
            free.push(slot);
        }
    }
}

impl Slot {
    pub(super) fn base(&self) -> NonNull<u8> {
        // SAFETY: `offset` is within the mapping: `take` made it so.
        unsafe { self.mapping.base().add(self.offset) }
    }

    /// Gives back the memory of its first bytes, which are whole pages. They read as zeros again.
    ///
    /// # Errors
    /// If the system refuses; then they are as they were.
    ///
    /// # Safety
    /// Nobody uses what is in them, and the slot has so many.
    pub(super) unsafe fn clear(&self, bytes: usize) -> io::Result<()> {
        // SAFETY: the slot is within its mapping; the caller promises the rest.
        Ok(unsafe { self.mapping.clear(self.offset, bytes) }?)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The place of a slot's size among the sizes.
fn size(bytes: usize) -> usize {
    (bytes / LEAST_BYTES).ilog2() as usize
}
