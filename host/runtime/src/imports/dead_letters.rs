//! Messages that a kernel died with in hand, kept to be looked at.

use crate::message::Message;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::OnceLock;

/// A message that a kernel had in hand when it died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message, as the kernel received it.
    pub message: Message,
    /// How often it was given to the kernel.
    pub attempts: u32,
    /// How the kernel ended, in a line.
    pub reason: String,
}

/// The newest dead letters of one kernel: as many, and as many bytes, as one of its queues holds.
#[derive(Debug)]
pub(crate) struct DeadLetters {
    capacity: usize,
    capacity_bytes: usize,
    /// Made with the first: few kernels among very many have any.
    kept: OnceLock<Box<Mutex<Kept>>>,
}

#[derive(Debug, Default)]
struct Kept {
    letters: VecDeque<DeadLetter>,
    bytes: usize,
    counts: DeadLetterCounts,
}

/// How many dead letters there were.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DeadLetterCounts {
    pub(crate) total: u64,
    /// Those that made room for newer ones, unseen.
    pub(crate) dropped: u64,
}

impl DeadLetters {
    pub(super) fn new(capacity: NonZeroUsize, capacity_bytes: usize) -> Self {
        Self {
            capacity: capacity.get(),
            capacity_bytes,
            kept: OnceLock::new(),
        }
    }

    pub(crate) fn add(&self, letter: DeadLetter) {
        let kept = &mut *self.kept.get_or_init(Box::default).lock();
        kept.counts.total += 1;
        kept.bytes = kept.bytes.saturating_add(letter.message.payload.len());
        kept.letters.push_back(letter);
        // The newest stays, however large it is.
        while kept.letters.len() > 1
            && (kept.letters.len() > self.capacity || kept.bytes > self.capacity_bytes)
        {
            let Some(oldest) = kept.letters.pop_front() else {
                break;
            };
            kept.bytes = kept.bytes.saturating_sub(oldest.message.payload.len());
            kept.counts.dropped += 1;
        }
    }

    /// Takes them out, oldest first.
    pub(crate) fn take(&self) -> Vec<DeadLetter> {
        let Some(kept) = self.kept.get() else {
            return Vec::new();
        };
        let mut kept = kept.lock();
        kept.bytes = 0;
        std::mem::take(&mut kept.letters).into()
    }

    pub(crate) fn counts(&self) -> DeadLetterCounts {
        let Some(kept) = self.kept.get() else {
            return DeadLetterCounts::default();
        };
        kept.lock().counts
    }
}
