//! What a kernel has in hand: the messages that it received last, until it receives again.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bits for the number of messages; what is above them numbers the hands.
const COUNT_BITS: u32 = 16;

/// Kept by a kernel's imports and looked at by its gate. Both are the kernel's task, so nothing has
/// to be ordered; the kernel's store, where it would belong, is lent out while the kernel runs.
#[derive(Debug, Default)]
pub(crate) struct Hand(AtomicU64);

impl Hand {
    /// The kernel has received so many messages.
    pub(super) fn take(&self, messages: usize) {
        let number = (self.0.load(Ordering::Relaxed) >> COUNT_BITS).wrapping_add(1);
        let messages = u16::try_from(messages).unwrap_or(u16::MAX);
        self.0.store(
            number << COUNT_BITS | u64::from(messages),
            Ordering::Relaxed,
        );
    }

    /// The kernel is done with what it had.
    pub(crate) fn empty(&self) {
        let number = self.0.load(Ordering::Relaxed) >> COUNT_BITS;
        self.0.store(number << COUNT_BITS, Ordering::Relaxed);
    }

    /// Which hand it is, and of how many messages; `None` if it is empty.
    pub(crate) fn holds(&self) -> Option<(u64, u32)> {
        let hand = self.0.load(Ordering::Relaxed);
        let messages = hand as u32 & ((1 << COUNT_BITS) - 1);
        (messages > 0).then_some((hand >> COUNT_BITS, messages))
    }
}
