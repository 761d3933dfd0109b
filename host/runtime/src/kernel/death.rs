//! The report on a kernel that has ended.

use super::Kernel;
use crate::imports::LogLine;
use crate::lifecycle::{Ending, KernelId};
use crate::message::MessageId;
use crate::module::Digest;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Everything that is left of a kernel that has ended: what an operator needs to find out why.
/// Kept until the kernel is removed, with telemetry on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeathReport {
    /// The kernel.
    pub kernel_id: KernelId,
    /// The component that it ran.
    pub component: Digest,
    /// How it ended; for a trap with its backtrace.
    pub ending: Ending,
    /// How long it had been running since it was activated.
    pub uptime: Duration,
    /// The message that it received last. Where it ended in a failure, that is the one to look at.
    pub last_message: Option<MessageId>,
    /// All the fuel that it burnt, about one unit an instruction.
    pub fuel_consumed: u64,
    /// The linear memory and tables that it held at its end, in bytes.
    pub memory_bytes: u64,
    /// Messages that it never received.
    pub dropped_input: u64,
    /// Messages that it had sent and that were dropped with it.
    pub dropped_output: u64,
    /// The last lines that it logged, oldest first; at most 64 KiB.
    pub log: Vec<LogLine>,
}

impl Kernel {
    /// The report; `None` while the kernel is alive.
    pub(crate) fn death_report(&self) -> Option<DeathReport> {
        let ending = self.ports.status.ending()?;
        let last_message = self.ports.last_message.load(Ordering::Relaxed);
        let (dropped_input, dropped_output) = self.ports.dropped_at_end();
        Some(DeathReport {
            kernel_id: self.ports.id.clone(),
            component: self.component,
            ending,
            uptime: self.ports.status.uptime(),
            // Ids are counted from 1.
            last_message: (last_message > 0).then_some(MessageId(last_message)),
            fuel_consumed: self.ports.fuel_at_end.load(Ordering::Relaxed),
            memory_bytes: self.ports.memory_bytes.load(Ordering::Relaxed),
            dropped_input,
            dropped_output,
            log: self.ports.journal.lines(),
        })
    }
}

impl fmt::Display for DeathReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "kernel {:?} {}",
            self.kernel_id.as_str(),
            self.ending
        )?;
        writeln!(formatter, "component      sha256:{}", self.component)?;
        writeln!(formatter, "ran for        {:?}", self.uptime)?;
        match self.last_message {
            Some(id) => writeln!(formatter, "last message   {id}")?,
            None => writeln!(formatter, "last message   none")?,
        }
        writeln!(formatter, "fuel           {}", self.fuel_consumed)?;
        writeln!(formatter, "memory         {} bytes", self.memory_bytes)?;
        let (input, output) = (self.dropped_input, self.dropped_output);
        writeln!(
            formatter,
            "dropped        {input} not received, {output} not delivered"
        )?;
        for line in &self.log {
            writeln!(formatter, "log            {:?}: {}", line.level, line.text)?;
        }
        Ok(())
    }
}
