//! Linear memories in slots.

use super::mapping::PAGE_BYTES;
use super::slots::{Slot, Slots};
use std::sync::Arc;
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// Makes the memories of an engine that expects nothing of them: no reservation and no guard, for
/// its code checks each access; and they may move.
#[derive(Default)]
pub(super) struct Memories {
    slots: Arc<Slots>,
}

// SAFETY: what `new_memory` returns is full of zeros (`Slots::take`), readable and writable over all
// of its capacity, and nobody else's. It has neither the reservation nor the guard that an engine can
// be configured to want, so it checks that this one wants none.
unsafe impl MemoryCreator for Memories {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if reserved.is_some_and(|bytes| bytes > 0) || guard > 0 {
            return Err("memories in slots have no reservation and no guard".to_owned());
        }
        let slots = self.slots.clone();
        let slot = slots.take(minimum).map_err(|error| error.to_string())?;
        Ok(Box::new(Memory {
            slot: Some(slot),
            bytes: minimum,
            slots,
        }))
    }
}

/// One linear memory. It stays where it is while it fits into its slot, and moves to a larger one.
struct Memory {
    /// `None` only while it is dropped.
    slot: Option<Slot>,
    bytes: usize,
    slots: Arc<Slots>,
}

// SAFETY: the slot is this memory's alone, stays where it is up to `byte_capacity`, and is readable
// and writable over all of it. What is past `bytes` was never written, for the engine's code checks
// each access, so it grows by zeros.
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        self.bytes
    }

    fn byte_capacity(&self) -> usize {
        self.slot.as_ref().map_or(0, Slot::bytes)
    }

    fn grow_to(&mut self, bytes: usize) -> wasmtime::Result<()> {
        if bytes > self.byte_capacity() {
            let larger = self.slots.take(bytes)?;
            if let Some(smaller) = &self.slot {
                // SAFETY: both slots have at least so many bytes and are this memory's, which
                // nobody else uses while it is borrowed mutably.
                unsafe { copy_written(smaller, &larger, self.bytes) };
            }
            let smaller = self.slot.replace(larger);
            self.give_back(smaller);
        }
        self.bytes = bytes;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        // A dangling pointer to nothing, while it is dropped.
        self.slot
            .as_ref()
            .map_or(std::ptr::dangling_mut(), |slot| slot.base().as_ptr())
    }
}

impl Memory {
    fn give_back(&self, slot: Option<Slot>) {
        if let Some(slot) = slot {
            let written = self.bytes.next_multiple_of(PAGE_BYTES);
            // SAFETY: the engine takes the base of a memory anew after each growth, and drops a
            // memory when nothing runs that could use it.
            unsafe { self.slots.give_back(slot, written) };
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let slot = self.slot.take();
        self.give_back(slot);
    }
}

/// Copies what is in a slot into a fresh one, but for pages of zeros: those would take memory.
///
/// # Safety
/// Both have at least so many bytes, and nobody else uses them meanwhile.
unsafe fn copy_written(from: &Slot, to: &Slot, bytes: usize) {
    // SAFETY: the caller promises that there are so many bytes, and nobody else uses them. They were
    // zeros at first, so they are initialised. The two slots are not the same.
    let (from, to) = unsafe {
        (
            std::slice::from_raw_parts(from.base().as_ptr(), bytes),
            std::slice::from_raw_parts_mut(to.base().as_ptr(), bytes),
        )
    };
    for (from, to) in from.chunks(PAGE_BYTES).zip(to.chunks_mut(PAGE_BYTES)) {
        if from.iter().any(|&byte| byte != 0) {
            to.copy_from_slice(from);
        }
    }
}
