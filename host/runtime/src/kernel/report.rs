//! What a kernel is, and was.

use super::Kernel;
use crate::lifecycle::{Ending, KernelId};
use crate::telemetry::KernelTelemetry;
use serde::{Deserialize, Serialize};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What came of a termination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Termination {
    /// The kernel.
    pub kernel_id: KernelId,
    /// How it ended.
    pub ending: Ending,
    /// Messages in its input queue that it never received.
    pub dropped_input: u64,
    /// Messages in its output queue that nobody received.
    pub dropped_output: u64,
}

impl Kernel {
    pub(super) fn termination(&self) -> Termination {
        let (dropped_input, dropped_output) = self.ports.dropped_at_end();
        let kernel_id = self.ports.id.clone();
        Termination {
            kernel_id,
            ending: self.ending(),
            dropped_input,
            dropped_output,
        }
    }

    /// The kernel's figures; `None` with telemetry off.
    pub(crate) fn telemetry(&self) -> Option<KernelTelemetry> {
        let meter = self.ports.meter.as_ref()?;
        let uptime = self.ports.status.uptime();
        let messages_processed = meter.processed.load(Ordering::Relaxed);
        let (replies_delivered, replies_unclaimed) = self.ports.calls.counts();
        let (input, output) = (self.ports.input.counts(), self.ports.output.counts());
        let dead_letters = self.ports.dead_letters.counts();
        Some(KernelTelemetry {
            kernel_id: self.ports.id.clone(),
            status: self.status(),
            uptime,
            messages_received: meter.received.load(Ordering::Relaxed),
            messages_processed,
            messages_sent: meter.sent.load(Ordering::Relaxed),
            messages_dropped: input.dropped() + output.dropped() + replies_unclaimed,
            throughput: per_second(messages_processed, uptime),
            latency: meter.latency(),
            dead_letters: dead_letters.total,
            dead_letters_dropped: dead_letters.dropped,
            errors: meter.errors.load(Ordering::Relaxed),
            last_error: meter.last_error(),
            input,
            output,
            replies_delivered,
            replies_unclaimed,
            fuel_consumed: meter.fuel.load(Ordering::Relaxed),
            fuel_slices: meter.fuel_slices.load(Ordering::Relaxed),
            credit_waits: meter.credit_waits.load(Ordering::Relaxed),
            memory_bytes: self.ports.memory_bytes.load(Ordering::Relaxed),
            log_lines_dropped: self.ports.journal.dropped(),
        })
    }

    /// Depths of the two queues now.
    pub(crate) fn depths(&self) -> (usize, usize) {
        (self.ports.input.depth(), self.ports.output.depth())
    }

    pub(crate) fn queue_counts(&self) -> [crate::queue::QueueCounts; 2] {
        [self.ports.input.counts(), self.ports.output.counts()]
    }
}

fn per_second(count: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}
