//! The grant of data-parallel work.

use crate::error::InvalidOptionError;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much data-parallel work a kernel may have done, on a GPU or on the CPU's cores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compute {
    /// Bytes over all its spaces, and twice those of messages to residents. They do not count towards the kernel's own memory. 256 MiB by default.
    pub memory_bytes: u64,
    /// How many submissions may be under way: with so many, the next one waits. And how many functions may
    /// stay on devices. 16 by default.
    pub in_flight: u32,
    /// All the time that devices ever work for the kernel, over all their lanes. Without bound by default.
    #[serde(with = "humantime_serde")]
    pub device_time: Option<Duration>,
}

impl Default for Compute {
    fn default() -> Self {
        Self {
            memory_bytes: 256 << 20,
            in_flight: 16,
            device_time: None,
        }
    }
}

impl Compute {
    /// # Errors
    /// If a bound has a value that cannot be meant.
    pub(super) fn check(&self) -> Result<(), InvalidOptionError> {
        if self.in_flight == 0 {
            return Err(InvalidOptionError {
                option: "grants.compute.in_flight",
                value: "0".to_owned(),
                reason: "nothing could ever be submitted; it is 1 or more",
            });
        }
        Ok(())
    }
}
