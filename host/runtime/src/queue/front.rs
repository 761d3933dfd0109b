//! The receivers' side: items that have left the senders' side, in the order of service.

use super::Item;
use crate::sync::{AtomicU8, AtomicU64, Ordering};
use std::collections::VecDeque;

/// What receivers take from. Nothing in it is received yet: it still takes its room, and goes back
/// to the senders' side where a pause, an end or a message of a higher band comes in between.
pub struct Front<T> {
    pub(super) items: VecDeque<T>,
    /// How many items the receiver at hand has taken, and their bytes.
    pub(super) taken: (u64, u64),
}

impl<T: Item> Front<T> {
    pub(super) fn new() -> Self {
        Self {
            items: VecDeque::new(),
            taken: (0, 0),
        }
    }

    /// Takes the next item.
    pub fn take(&mut self) -> Option<T> {
        let item = self.items.pop_front()?;
        self.taken.0 += 1;
        self.taken.1 += item.bytes() as u64;
        Some(item)
    }

    /// Takes the next item and, up to `max_items` items and `max_bytes` bytes in all, those behind
    /// it that go with it. `each` gets them, in their order.
    pub fn take_many(
        &mut self,
        max_items: usize,
        max_bytes: usize,
        goes_with_it: impl Fn(&T) -> bool,
        mut each: impl FnMut(T),
    ) {
        let Some(first) = self.take() else { return };
        let mut bytes = first.bytes();
        let mut left = if first.alone() { 1 } else { max_items };
        each(first);
        while let Some(next) = self.items.front() {
            bytes = bytes.saturating_add(next.bytes());
            left = left.saturating_sub(1);
            if left == 0 || bytes > max_bytes || next.alone() || !goes_with_it(next) {
                return;
            }
            let Some(next) = self.take() else { return };
            each(next);
        }
    }

    /// What may be taken next, in its order; there may be more behind it.
    pub fn waiting(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }
}

/// What the two sides tell each other without each other's lock.
pub(super) struct Signals {
    /// Items that were ever handed out. Counted under the front's lock.
    handed: AtomicU64,
    /// Their bytes.
    handed_bytes: AtomicU64,
    flags: AtomicU8,
}

/// An item has come that is to be served before some that are in the front.
const OVERTAKEN: u8 = 1;

/// A sender waits for room, or is about to.
const ROOM_WANTED: u8 = 2;

impl Signals {
    pub(super) fn new() -> Self {
        Self {
            handed: AtomicU64::new(0),
            handed_bytes: AtomicU64::new(0),
            flags: AtomicU8::new(0),
        }
    }

    /// Items that were ever handed out, and their bytes. Of the two, the bytes may be the newer.
    pub(super) fn handed(&self) -> (u64, u64) {
        let items = self.handed.load(Ordering::Acquire);
        (items, self.handed_bytes.load(Ordering::Relaxed))
    }

    /// Counts items that are handed out. To be called under the front's lock.
    pub(super) fn hand_out(&self, items: u64, bytes: u64) {
        let before = self.handed_bytes.load(Ordering::Relaxed);
        self.handed_bytes
            .store(before.wrapping_add(bytes), Ordering::Relaxed);
        let before = self.handed.load(Ordering::Relaxed);
        self.handed
            .store(before.wrapping_add(items), Ordering::Release);
    }

    pub(super) fn is_overtaken(&self) -> bool {
        self.flags.load(Ordering::Acquire) & OVERTAKEN != 0
    }

    pub(super) fn set_overtaken(&self) {
        self.flags.fetch_or(OVERTAKEN, Ordering::AcqRel);
    }

    /// Whether it was.
    pub(super) fn clear_overtaken(&self) -> bool {
        self.flags.fetch_and(!OVERTAKEN, Ordering::AcqRel) & OVERTAKEN != 0
    }

    /// To be asked after something was handed out. A read that changes nothing but comes in one
    /// order with all changes of the flags: whoever wants room after it sees what was handed out
    /// before it.
    pub(super) fn is_room_wanted(&self) -> bool {
        self.flags.fetch_or(0, Ordering::AcqRel) & ROOM_WANTED != 0
    }

    /// To be said before the last look at what was handed out.
    pub(super) fn want_room(&self) {
        self.flags.fetch_or(ROOM_WANTED, Ordering::AcqRel);
    }

    pub(super) fn want_no_room(&self) {
        self.flags.fetch_and(!ROOM_WANTED, Ordering::AcqRel);
    }
}
