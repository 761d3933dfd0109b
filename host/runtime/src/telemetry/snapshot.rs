//! The figures as a caller gets them.

use crate::lifecycle::{KernelId, Status};
use crate::queue::QueueCounts;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A kernel's figures at one moment; after its end, the final ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelTelemetry {
    /// The kernel.
    pub kernel_id: KernelId,
    /// Its state, since when, and how it ended.
    pub status: Status,
    /// How long it has been running since it was activated, pauses included.
    pub uptime: Duration,
    /// Messages that the kernel received.
    pub messages_received: u64,
    /// Messages that it is done with: answered, or left behind for the next one.
    pub messages_processed: u64,
    /// Messages that it sent, replies to calls included.
    pub messages_sent: u64,
    /// Messages that were dropped: those of both queues, and replies to calls whose caller had
    /// gone.
    pub messages_dropped: u64,
    /// Processed messages per second of uptime.
    pub throughput: f64,
    /// From the moment a message was given to the input queue, so with the wait for room in it, to
    /// the kernel's first answer to it.
    pub latency: LatencySummary,
    /// Messages that the kernel died with in hand and that are not tried again.
    pub dead_letters: u64,
    /// Dead letters that made room for newer ones before anybody took them.
    pub dead_letters_dropped: u64,
    /// What went wrong: a failed ending, a message refused for its size.
    pub errors: u64,
    /// The last of those.
    pub last_error: Option<String>,
    /// The input queue.
    pub input: QueueCounts,
    /// The output queue.
    pub output: QueueCounts,
    /// Replies to calls, handed straight to their callers.
    pub replies_delivered: u64,
    /// Replies to calls whose caller had gone.
    pub replies_unclaimed: u64,
    /// Fuel consumed, about one unit an instruction. While the kernel runs it is as of its last
    /// yield or call to the host.
    pub fuel_consumed: u64,
    /// How often the kernel used up a fuel slice and yielded.
    pub fuel_slices: u64,
    /// How often it had used more than its share of a core, and waited for credit.
    pub credit_waits: u64,
    /// Bytes of linear memory and tables.
    pub memory_bytes: u64,
    /// Log lines that were dropped because the kernel logged too much.
    pub log_lines_dropped: u64,
}

/// A latency distribution, to two significant digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencySummary {
    /// How many were measured.
    pub count: u64,
    /// The shortest.
    pub min: Duration,
    /// Half of all were at most this.
    pub p50: Duration,
    /// 99 of 100 were at most this.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

impl LatencySummary {
    pub(super) fn of(histogram: &Histogram<u64>) -> Self {
        if histogram.is_empty() {
            return Self::default();
        }
        Self {
            count: histogram.len(),
            min: Duration::from_nanos(histogram.min()),
            p50: Duration::from_nanos(histogram.value_at_quantile(0.5)),
            p99: Duration::from_nanos(histogram.value_at_quantile(0.99)),
            max: Duration::from_nanos(histogram.max()),
        }
    }
}
