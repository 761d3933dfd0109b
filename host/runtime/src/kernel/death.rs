//! The report on a kernel that has died.

use crate::imports::{LogLine, Ports};
use crate::lifecycle::{Ending, KernelId};
use crate::message::MessageId;
use crate::module::Digest;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Everything that is left of a kernel that has died: what an operator needs to find out why. Kept
/// until the kernel is removed or dies again, with telemetry on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeathReport {
    /// The kernel.
    pub kernel_id: KernelId,
    /// The component that it ran.
    pub component: Digest,
    /// How it ended; for a trap with its backtrace.
    pub ending: Ending,
    /// What followed.
    pub aftermath: Aftermath,
    /// How often it had been started again before.
    pub restarts: u64,
    /// How long it had been running since it was activated.
    pub uptime: Duration,
    /// The message that it received last. Where it ended in a failure, that is the one to look at.
    pub last_message: Option<MessageId>,
    /// All the fuel that it burnt, about one unit an instruction.
    pub fuel_consumed: u64,
    /// The linear memory and tables that it held at its end, in bytes.
    pub memory_bytes: u64,
    /// Messages that it never received, and that were dropped with it.
    pub dropped_input: u64,
    /// Messages that it had sent and that were dropped with it.
    pub dropped_output: u64,
    /// What was left of it, where core dumps are written and it trapped. The file is removed when
    /// there are too many.
    pub core_dump: Option<PathBuf>,
    /// The last lines that it logged, oldest first; at most 64 KiB.
    pub log: Vec<LogLine>,
}

/// What followed a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aftermath {
    /// The kernel stays down: it is not of a kind to be started again after such an end.
    StaysDown,
    /// The kernel stays down: it was started again too often.
    BudgetSpent {
        /// How many restarts it had, or its group.
        restarts: u32,
        /// Within which time.
        #[serde(with = "humantime_serde")]
        window: Duration,
    },
    /// The kernel was started again.
    Restarted {
        /// After so long.
        #[serde(with = "humantime_serde")]
        after: Duration,
    },
}

impl DeathReport {
    pub(super) fn of(
        ports: &Ports,
        component: Digest,
        ending: Ending,
        aftermath: Aftermath,
    ) -> Self {
        let last_message = ports.last_message.load(Ordering::Relaxed);
        let (dropped_input, dropped_output) = ports.dropped_at_end();
        Self {
            kernel_id: ports.id.clone(),
            component,
            ending,
            aftermath,
            restarts: ports.status.status().restarts,
            uptime: ports.status.uptime(),
            // Ids are counted from 1.
            last_message: (last_message > 0).then_some(MessageId(last_message)),
            fuel_consumed: ports.fuel_at_end.load(Ordering::Relaxed),
            memory_bytes: ports.memory_bytes.load(Ordering::Relaxed),
            dropped_input,
            dropped_output,
            core_dump: None,
            log: ports.journal.lines(),
        }
    }
}

impl fmt::Display for Aftermath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StaysDown => write!(formatter, "it stays down"),
            Self::BudgetSpent { restarts, window } => write!(
                formatter,
                "it stays down: its {restarts} restarts within {window:?} are spent"
            ),
            Self::Restarted { after } => write!(formatter, "started again after {after:?}"),
        }
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
        writeln!(formatter, "    component      sha256:{}", self.component)?;
        writeln!(formatter, "    ran for        {:?}", self.uptime)?;
        if self.restarts > 0 || self.aftermath != Aftermath::StaysDown {
            let (restarts, aftermath) = (self.restarts, self.aftermath);
            writeln!(
                formatter,
                "    restarts       {restarts} before; {aftermath}"
            )?;
        }
        match self.last_message {
            Some(id) => writeln!(formatter, "    last message   {id}")?,
            None => writeln!(formatter, "    last message   none")?,
        }
        writeln!(formatter, "    fuel           {}", self.fuel_consumed)?;
        writeln!(formatter, "    memory         {} bytes", self.memory_bytes)?;
        let (input, output) = (self.dropped_input, self.dropped_output);
        writeln!(
            formatter,
            "    dropped        {input} not received, {output} not delivered"
        )?;
        if let Some(path) = &self.core_dump {
            writeln!(formatter, "    core dump      {}", path.display())?;
        }
        for line in &self.log {
            writeln!(formatter, "    log            {} {}", line.level, line.text)?;
        }
        Ok(())
    }
}
