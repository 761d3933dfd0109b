//! All kernels at a glance.

use super::registry::Entry;
use super::{Backend, RingKernelRuntime};
use crate::lifecycle::{Ending, KernelId, KernelState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All kernels of a runtime at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeSummary {
    /// What data-parallel work is to run on.
    pub backend: Backend,
    /// Whether telemetry is kept.
    pub telemetry: bool,
    /// How many messages a queue holds unless a launch says otherwise.
    pub default_queue_size: usize,
    /// How many kernels are in each state; states without any are left out.
    pub states: BTreeMap<KernelState, usize>,
    /// Messages that all kernels' input queues have taken.
    pub messages_accepted: u64,
    /// Messages that all kernels have received.
    pub messages_received: u64,
    /// Messages that all kernels' output queues have taken. Replies to calls are not among them.
    pub messages_sent: u64,
    /// Messages that were dropped in all queues.
    pub messages_dropped: u64,
    /// The kernels, in the order in which their names came.
    pub kernels: Vec<KernelSummary>,
}

/// One kernel at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelSummary {
    /// The kernel.
    pub kernel_id: KernelId,
    /// Its state.
    pub state: KernelState,
    /// How it ended, where it has.
    pub ending: Option<Ending>,
    /// Messages that wait for it.
    pub input_depth: usize,
    /// Messages of it that wait to be received.
    pub output_depth: usize,
}

impl RingKernelRuntime {
    /// All kernels at a glance.
    pub fn summary(&self) -> RuntimeSummary {
        let mut summary = RuntimeSummary {
            backend: self.shared.backend,
            telemetry: self.shared.telemetry,
            default_queue_size: self.shared.default_queue_size.get(),
            states: BTreeMap::new(),
            messages_accepted: 0,
            messages_received: 0,
            messages_sent: 0,
            messages_dropped: 0,
            kernels: Vec::new(),
        };
        for (kernel_id, entry) in self.shared.registry.all() {
            summary.add(kernel_id, &entry);
        }
        summary
    }
}

impl RuntimeSummary {
    fn add(&mut self, kernel_id: KernelId, entry: &Entry) {
        let mut line = KernelSummary {
            kernel_id,
            state: entry.state(),
            ending: None,
            input_depth: 0,
            output_depth: 0,
        };
        if let Entry::Launched(kernel) = entry {
            let status = kernel.status();
            let [input, output] = kernel.queue_counts();
            (line.state, line.ending) = (status.state, status.ending);
            (line.input_depth, line.output_depth) = kernel.depths();
            self.messages_accepted += input.accepted;
            self.messages_received += input.received;
            self.messages_sent += output.accepted;
            self.messages_dropped += input.dropped() + output.dropped();
        }
        *self.states.entry(line.state).or_default() += 1;
        self.kernels.push(line);
    }
}
