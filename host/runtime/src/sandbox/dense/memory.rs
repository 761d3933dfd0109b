//! Linear memories in slots.

use super::fold::{Base, CHUNK_BYTES, Folded};
use super::mapping::PAGE_BYTES;
use super::pagemap::Pagemap;
use super::place::memory_made;
use super::slots::{Slot, Slots};
use parking_lot::Mutex;
use std::sync::Arc;
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// Memories up to this size are folded.
const MOST_FOLDED_BYTES: usize = 1 << 20;

/// No memory is folded in which more was written: folding is one piece of work.
const MOST_WRITTEN_BYTES: usize = 256 << 10;

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
        let body = Arc::new(Body {
            state: Mutex::new(State {
                slot: Some(slot),
                bytes: minimum,
                folded: None,
            }),
            slots,
        });
        memory_made(&body);
        Ok(Box::new(Memory(body)))
    }
}

/// One linear memory, as wasmtime has it.
struct Memory(Arc<Body>);

/// One linear memory. It stays where it is while it fits into its slot, and moves to a larger one.
pub(super) struct Body {
    state: Mutex<State>,
    slots: Arc<Slots>,
}

struct State {
    /// `None` once it is dropped.
    slot: Option<Slot>,
    bytes: usize,
    /// What was in it, if it is folded: then its slot reads as zeros.
    folded: Option<Folded>,
}

// SAFETY: the slot is this memory's alone, stays where it is up to `byte_capacity`, and is readable
// and writable over all of it. What is past `bytes` was never written, for the engine's code checks
// each access, so it grows by zeros. Nobody uses it while it is folded (`Body::fold`).
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        self.0.state.lock().bytes
    }

    fn byte_capacity(&self) -> usize {
        self.0.state.lock().slot.as_ref().map_or(0, Slot::bytes)
    }

    fn grow_to(&mut self, bytes: usize) -> wasmtime::Result<()> {
        let mut state = self.0.state.lock();
        if state.folded.is_some() {
            return Err(wasmtime::Error::msg("a memory that is folded grows"));
        }
        if bytes > state.slot.as_ref().map_or(0, Slot::bytes) {
            let larger = self.0.slots.take(bytes)?;
            if let Some(smaller) = &state.slot {
                // SAFETY: both slots have at least so many bytes and are this memory's, which
                // nobody else uses while it is borrowed mutably.
                unsafe { copy_written(smaller, &larger, state.bytes) };
            }
            let smaller = state.slot.replace(larger);
            self.0.give_back(smaller, state.bytes);
        }
        state.bytes = bytes;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        // A dangling pointer to nothing, while it is dropped.
        let state = self.0.state.lock();
        state
            .slot
            .as_ref()
            .map_or(std::ptr::dangling_mut(), |slot| slot.base().as_ptr())
    }
}

impl Body {
    fn give_back(&self, slot: Option<Slot>, bytes: usize) {
        if let Some(slot) = slot {
            let written = bytes.next_multiple_of(PAGE_BYTES);
            // SAFETY: the engine takes the base of a memory anew after each growth, and drops a
            // memory when nothing runs that could use it.
            unsafe { self.slots.give_back(slot, written) };
        }
    }

    /// Takes what is in it for what all memories of its component begin with, if that is not known.
    ///
    /// # Safety
    /// Nobody writes to it meanwhile.
    pub(super) unsafe fn teach(&self, base: &Base) {
        let state = self.state.lock();
        base.learn(|| {
            let slot = state.slot.as_ref()?;
            let is_small = state.folded.is_none() && state.bytes <= MOST_FOLDED_BYTES;
            // SAFETY: as in `contents`; the caller promises that nobody writes there.
            is_small.then(|| unsafe { contents(slot, state.bytes) })
        });
    }

    /// Folds it, if that is worth it, and gives its pages back.
    ///
    /// # Safety
    /// Nobody reads or writes it before it is unfolded.
    pub(super) unsafe fn fold(&self, base: &Base, pagemap: &Pagemap) {
        let mut state = self.state.lock();
        let State {
            slot: Some(slot),
            bytes,
            folded: folded @ None,
        } = &mut *state
        else {
            return;
        };
        if *bytes > MOST_FOLDED_BYTES {
            return;
        }
        let Some(written) = pagemap.written(slot.base(), *bytes) else {
            return;
        };
        let chunks = written.iter().filter(|&&written| written).count();
        if chunks == 0 || chunks.saturating_mul(CHUNK_BYTES) > MOST_WRITTEN_BYTES {
            return;
        }
        let is_written = |chunk| written.get(chunk).copied().unwrap_or(true);
        // SAFETY: the caller promises that nobody writes there.
        let contents = unsafe { contents(slot, *bytes) };
        let Some(fold) = Folded::of(contents, base, is_written) else {
            return;
        };
        // SAFETY: the caller promises that nobody uses it.
        if unsafe { slot.clear(bytes.next_multiple_of(PAGE_BYTES)) }.is_ok() {
            *folded = Some(fold);
        }
    }

    /// Makes it what it was before it was folded, if it was.
    pub(super) fn unfold(&self, base: &Base) {
        let mut state = self.state.lock();
        let Some(folded) = state.folded.take() else {
            return;
        };
        if let Some(slot) = &state.slot {
            // SAFETY: the slot has so many bytes and is this memory's. They are zeros since it was
            // folded, and who folded it promised that nobody would use it before this.
            let contents =
                unsafe { std::slice::from_raw_parts_mut(slot.base().as_ptr(), state.bytes) };
            folded.unfold(contents, base);
        }
    }

    /// How many bytes it is folded to, if it is.
    #[cfg(test)]
    pub(super) fn folded_bytes(&self) -> Option<usize> {
        self.state.lock().folded.as_ref().map(Folded::bytes)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        let slot = state.slot.take();
        state.folded = None;
        self.0.give_back(slot, state.bytes);
    }
}

/// What is in the memory in a slot.
///
/// # Safety
/// The slot has so many bytes, and nobody writes to them meanwhile.
unsafe fn contents(slot: &Slot, bytes: usize) -> &[u8] {
    // SAFETY: the caller promises that there are so many, and nobody writes to them. They were zeros
    // at first, so they are initialised.
    unsafe { std::slice::from_raw_parts(slot.base().as_ptr(), bytes) }
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
