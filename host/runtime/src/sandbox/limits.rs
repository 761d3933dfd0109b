//! Bounds on what one kernel may use.

use crate::error::InvalidOptionError;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The least stack, on which most small kernels run.
const STACK_LEAST: usize = 64 << 10;

/// The most stack: each kernel that runs has its own.
const STACK_MOST: usize = 4 << 20;

/// Bounds on what one kernel may use. The defaults are sound for a kernel by a stranger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes over all linear memories and tables of the kernel, and what it has sent and nobody has
    /// received. 256 MiB by default.
    pub memory_bytes: u64,
    /// Elements over all its tables. 100 000 by default.
    pub table_elements: u64,
    /// Core instances of the kernel; as many memories, and as many tables. 64 by default, more
    /// than toolchains emit.
    pub instances: usize,
    /// How deep the kernel's calls may go, in bytes of stack: a power of two from 64 KiB to 4 MiB.
    /// 512 KiB by default.
    pub stack_bytes: usize,
    /// The largest message, in bytes, in either direction. 1 MiB by default.
    pub message_bytes: usize,
    /// Bytes of payload in each of the two queues, beside the number of messages that
    /// [`queue_size`](crate::LaunchOptions::queue_size) bounds. A single message always fits. What
    /// is in the output queue counts towards `memory_bytes`, too. 64 MiB by default.
    pub queue_bytes: usize,
    /// How much fuel a kernel burns before it yields to others; about one unit an instruction.
    /// 1 000 000 by default, which is about 100 µs of work.
    pub fuel_slice: u64,
    /// All the fuel that the kernel ever gets. Without bound by default.
    pub fuel_total: Option<u64>,
    /// How much of a core the kernel may use over time: 0.25 is a quarter, 1 all of one. A kernel
    /// that has used more waits until it has credit again. Without bound by default.
    pub cpu_share: Option<f64>,
    /// The kernel's part among those that are busy: its fuel slices are so many times as long. 1 by
    /// default, 100 at most.
    pub weight: u32,
    /// Time on the clock for each message: so long after a receive the kernel must receive again,
    /// or return; after one that brought several messages, so many times as long. A handler must
    /// return in that time, and a snapshot has that of one message. A pause does not count, nor does a
    /// send that waits for room. 5 min by default.
    #[serde(with = "humantime_serde")]
    pub message_time: Duration,
    /// Fuel for what runs at launch, before the kernel is activated: initialisers of the
    /// component, and its `restore`. 10 000 000 000 by default, which is a few seconds of work at most.
    pub initialiser_fuel: u64,
    /// Time for each of the same. 10 s by default.
    #[serde(with = "humantime_serde")]
    pub initialiser_time: Duration,
    /// The longest log line, in bytes; longer ones are cut. 8 KiB by default.
    pub log_line_bytes: usize,
    /// Log bytes per second; what is over it is dropped and counted. 64 KiB by default.
    pub log_bytes_per_second: u64,
    /// The largest component, in bytes. [`COMPONENT_BYTES`](Self::COMPONENT_BYTES) by default and
    /// at most.
    pub component_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 256 << 20,
            table_elements: 100_000,
            instances: 64,
            stack_bytes: Self::STACK_BYTES,
            message_bytes: 1 << 20,
            queue_bytes: 64 << 20,
            fuel_slice: 1_000_000,
            fuel_total: None,
            cpu_share: None,
            weight: 1,
            message_time: Duration::from_secs(300),
            initialiser_fuel: 10_000_000_000,
            initialiser_time: Duration::from_secs(10),
            log_line_bytes: 8 << 10,
            log_bytes_per_second: 64 << 10,
            component_bytes: Self::COMPONENT_BYTES,
        }
    }
}

impl Limits {
    /// The largest component that is loaded for any kernel, in bytes.
    pub const COMPONENT_BYTES: u64 = 64 << 20;

    /// The [`stack_bytes`](Self::stack_bytes) that a kernel has unless it asks for others.
    pub(crate) const STACK_BYTES: usize = 512 << 10;

    /// Resource handles that one kernel may hold.
    pub(crate) const HANDLES: usize = 4096;

    /// The largest [`weight`](Self::weight): with it a kernel keeps its thread for some 10 ms.
    const MOST_WEIGHT: u32 = 100;

    /// # Errors
    /// If a limit has a value that cannot be meant.
    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        let invalid = |option, value, reason| {
            Err(InvalidOptionError {
                option,
                value,
                reason,
            })
        };
        if self.fuel_slice == 0 {
            let reason = "a kernel must get at least one unit of fuel between two yields";
            return invalid("fuel_slice", "0".to_owned(), reason);
        }
        if !(1..=Self::MOST_WEIGHT).contains(&self.weight) {
            return invalid("weight", self.weight.to_string(), "it is 1 to 100");
        }
        if !self.stack_bytes.is_power_of_two()
            || !(STACK_LEAST..=STACK_MOST).contains(&self.stack_bytes)
        {
            let reason = "it is a power of two from 64 KiB (65536) to 4 MiB (4194304)";
            return invalid("stack_bytes", self.stack_bytes.to_string(), reason);
        }
        if self.message_time.is_zero() {
            let reason = "it takes time to receive a message; leave it out for its default";
            return invalid("message_time", "0s".to_owned(), reason);
        }
        if self.component_bytes > Self::COMPONENT_BYTES {
            let reason = "it is 64 MiB (67108864) at most";
            return invalid("component_bytes", self.component_bytes.to_string(), reason);
        }
        if let Some(share) = self.cpu_share
            && !(share > 0.0 && share.is_finite())
        {
            let reason = "it is a number of cores above 0, such as 0.25";
            return invalid("cpu_share", share.to_string(), reason);
        }
        Ok(())
    }

    /// The most bytes that one call of a kernel may hand to the host, or a handler return: a full
    /// batch of messages and some room. wasmtime counts what it allocates for the arguments against it.
    pub(crate) fn host_call_bytes(&self) -> usize {
        self.message_bytes.saturating_mul(2).saturating_add(1 << 20)
    }

    /// Fuel between two yields.
    pub(crate) fn slice(&self) -> u64 {
        self.fuel_slice.saturating_mul(u64::from(self.weight))
    }

    /// The fuel that the kernel is given, once; more than it can ever burn if it has no bound.
    pub(crate) fn fuel(&self) -> u64 {
        self.fuel_total.unwrap_or(u64::MAX)
    }
}
