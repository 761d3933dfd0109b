//! Buffers, and who has which part of a space.

use crate::ComputeError;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What each buffer's address is a multiple of.
const ALIGNMENT: u64 = 256;

/// A part of a space; cheap to clone, and freed with the last handle.
#[derive(Clone)]
pub struct Buffer(Arc<Inner>);

struct Inner {
    arena: Arc<Arena>,
    address: u32,
    length: u32,
    /// Set and read in the space's own order.
    is_poisoned: AtomicBool,
}

/// The room for buffers of a space.
pub(crate) struct Arena(Mutex<Rooms>);

struct Rooms {
    /// Where there is room: addresses and lengths. No two touch.
    free: BTreeMap<u64, u64>,
    /// Behind this nothing was ever allocated.
    fresh: u64,
}

impl Buffer {
    /// Its length in bytes.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a buffer is as long as it was asked for"
    )]
    #[must_use]
    pub fn len(&self) -> u32 {
        self.0.length
    }

    /// Its address in the space, which the program's functions get for it.
    #[must_use]
    pub fn address(&self) -> u32 {
        self.0.address
    }

    /// A buffer that is there whatever its arena says.
    pub(crate) fn at(arena: &Arc<Arena>, address: u32, length: u32) -> Self {
        Self(Arc::new(Inner {
            arena: arena.clone(),
            address,
            length,
            is_poisoned: AtomicBool::new(false),
        }))
    }

    pub(crate) fn is_in(&self, arena: &Arc<Arena>) -> bool {
        Arc::ptr_eq(&self.0.arena, arena)
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.0.is_poisoned.load(Ordering::Relaxed)
    }

    pub(crate) fn poison(&self, is_poisoned: bool) {
        self.0.is_poisoned.store(is_poisoned, Ordering::Relaxed);
    }

    /// Where in the space this part of it is.
    pub(crate) fn part(&self, offset: u32, length: u32) -> Result<Part, ComputeError> {
        let end = u64::from(offset).saturating_add(u64::from(length));
        if end > u64::from(self.len()) {
            return Err(ComputeError::InvalidArgument(format!(
                "{length} bytes from {offset} on are not all in a buffer of {} bytes",
                self.len()
            )));
        }
        Ok(Part {
            address: self.address().saturating_add(offset),
            length,
            is_whole: length == self.len(),
        })
    }
}

/// A part of a buffer.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// Its address in the space.
    pub(crate) address: u32,
    pub(crate) length: u32,
    /// Whether it is all of the buffer.
    pub(crate) is_whole: bool,
}

impl Arena {
    pub(crate) fn new(begin: u64, end: u64) -> Self {
        let length = end.saturating_sub(begin);
        let free = if length > 0 {
            BTreeMap::from([(begin, length)])
        } else {
            BTreeMap::new()
        };
        Self(Mutex::new(Rooms { free, fresh: begin }))
    }

    /// A buffer, and whether its part of the space has been one before.
    pub(crate) fn allocate(self: &Arc<Self>, length: u32) -> Result<(Buffer, bool), ComputeError> {
        let size = size(length);
        let mut rooms = self.0.lock();
        let room = rooms.free.iter().find(|&(_, &free)| free >= size);
        let Some((&begin, &free)) = room else {
            let left: u64 = rooms.free.values().sum();
            return Err(ComputeError::OutOfMemory {
                requested: length.into(),
                reason: format!(
                    "{left} bytes of the space are free, in {} parts; drop buffers, or make a larger \
                     space",
                    rooms.free.len()
                ),
            });
        };
        let Ok(address) = u32::try_from(begin) else {
            return Err(ComputeError::InvalidArgument(
                "no address is so large".to_owned(),
            ));
        };
        rooms.free.remove(&begin);
        let end = begin.saturating_add(size);
        if free > size {
            rooms.free.insert(end, free - size);
        }
        let was_used = begin < rooms.fresh;
        rooms.fresh = rooms.fresh.max(end);
        drop(rooms);
        Ok((Buffer::at(self, address, length), was_used))
    }

    fn free(&self, address: u32, length: u32) {
        let (mut begin, mut size) = (u64::from(address), size(length));
        let free = &mut self.0.lock().free;
        if let Some((&before, &its)) = free.range(..begin).next_back()
            && before.saturating_add(its) == begin
        {
            free.remove(&before);
            begin = before;
            size = size.saturating_add(its);
        }
        if let Some(behind) = free.remove(&begin.saturating_add(size)) {
            size = size.saturating_add(behind);
        }
        free.insert(begin, size);
    }
}

/// What a buffer takes of the space: an empty one has an address of its own, too.
fn size(length: u32) -> u64 {
    u64::from(length.max(1)).next_multiple_of(ALIGNMENT)
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.arena.free(self.address, self.length);
    }
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Buffer")
            .field("address", &self.address())
            .field("len", &self.len())
            .finish()
    }
}
