//! The counters that a running kernel's host side turns.

use super::LatencySummary;
use crate::message::MessageId;
use hdrhistogram::Histogram;
use lru::LruCache;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

/// Received messages whose answer is still awaited for its latency, at most. A kernel that answers
/// none does not grow the host.
const UNANSWERED: usize = 4096;

/// Latencies are kept from 1 ns to 1 h, to two significant digits.
const LONGEST_NANOSECONDS: u64 = 3_600_000_000_000;

#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) received: AtomicU64,
    pub(crate) processed: AtomicU64,
    pub(crate) sent: AtomicU64,
    pub(crate) fuel: AtomicU64,
    pub(crate) fuel_slices: AtomicU64,
    pub(crate) credit_waits: AtomicU64,
    pub(crate) errors: AtomicU64,
    last_error: Mutex<Option<String>>,
    in_work: Mutex<InWork>,
}

/// The messages that the kernel has received and not answered.
#[derive(Debug)]
struct InWork {
    /// All of them, for latency: when each was sent.
    unanswered: LruCache<MessageId, Instant>,
    /// Those of the last `receive` that do not count as processed yet.
    in_hand: Vec<MessageId>,
    /// `None` only if its fixed bounds were refused, which they are not.
    latency: Option<Histogram<u64>>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self {
            received: AtomicU64::new(0),
            processed: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            fuel: AtomicU64::new(0),
            fuel_slices: AtomicU64::new(0),
            credit_waits: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            last_error: Mutex::new(None),
            in_work: Mutex::new(InWork {
                unanswered: LruCache::unbounded(),
                in_hand: Vec::new(),
                latency: Histogram::new_with_bounds(1, LONGEST_NANOSECONDS, 2).ok(),
            }),
        }
    }

    /// The kernel received a message.
    pub(crate) fn received(&self, correlation: MessageId, sent: Instant) {
        self.received.fetch_add(1, Ordering::Relaxed);
        let mut work = self.in_work.lock();
        work.unanswered.put(correlation, sent);
        if work.unanswered.len() > UNANSWERED {
            work.unanswered.pop_lru();
        }
        work.in_hand.push(correlation);
    }

    /// The kernel sent a message; if it is the first answer to one it received, that one is
    /// processed, and its latency is known.
    pub(crate) fn sent(&self, correlation: MessageId) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut work = self.in_work.lock();
        let work = &mut *work;
        if let Some(sent) = work.unanswered.pop(&correlation) {
            let nanoseconds = u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX);
            if let Some(latency) = &mut work.latency {
                latency.saturating_record(nanoseconds.max(1));
            }
        }
        if let Some(at) = work
            .in_hand
            .iter()
            .position(|&in_hand| in_hand == correlation)
        {
            work.in_hand.swap_remove(at);
            self.processed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The kernel came back for more, or returned: what it still had in hand it is done with,
    /// answered or not.
    pub(crate) fn done_with_hand(&self) {
        let mut work = self.in_work.lock();
        self.processed
            .fetch_add(work.in_hand.len() as u64, Ordering::Relaxed);
        work.in_hand.clear();
    }

    /// The kernel died: what it had in hand it will not be done with.
    pub(crate) fn lose_hand(&self) {
        self.in_work.lock().in_hand.clear();
    }

    /// Something went wrong.
    pub(crate) fn error(&self, text: String) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        *self.last_error.lock() = Some(text);
    }

    pub(crate) fn last_error(&self) -> Option<String> {
        self.last_error.lock().clone()
    }

    pub(crate) fn latency(&self) -> LatencySummary {
        let work = self.in_work.lock();
        work.latency
            .as_ref()
            .map(LatencySummary::of)
            .unwrap_or_default()
    }
}
