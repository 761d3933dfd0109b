//! Bounds on what one kernel may use.

use crate::error::InvalidOptionError;
use crate::lifecycle::Limit;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use wasmtime::ResourceLimiter;

/// Bounds on what one kernel may use. The defaults are sound for a kernel by a stranger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes over all linear memories and tables of the kernel. 256 MiB by default.
    pub memory_bytes: u64,
    /// The largest message, in bytes, in either direction. 1 MiB by default.
    pub message_bytes: usize,
    /// How much fuel a kernel burns before it yields to others; about one unit an instruction.
    /// 1 000 000 by default, which is about 100 µs of work.
    pub fuel_slice: u64,
    /// Fuel for what runs at launch, before the kernel is activated: initialisers of the
    /// component. 10 000 000 000 by default, which is a few seconds of work at most.
    pub initialiser_fuel: u64,
    /// Time for the same. 10 s by default.
    pub initialiser_time: Duration,
    /// The longest log line, in bytes; longer ones are cut. 8 KiB by default.
    pub log_line_bytes: usize,
    /// Log bytes per second; what is over it is dropped and counted. 64 KiB by default.
    pub log_bytes_per_second: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 256 << 20,
            message_bytes: 1 << 20,
            fuel_slice: 1_000_000,
            initialiser_fuel: 10_000_000_000,
            initialiser_time: Duration::from_secs(10),
            log_line_bytes: 8 << 10,
            log_bytes_per_second: 64 << 10,
        }
    }
}

impl Limits {
    /// The largest component that is loaded, in bytes.
    pub const COMPONENT_BYTES: u64 = 64 << 20;

    /// Core instances, memories and tables of one kernel, each: enough for what toolchains emit.
    pub(crate) const INSTANCES: usize = 64;

    /// Resource handles that one kernel may hold.
    pub(crate) const HANDLES: usize = 4096;

    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        if self.fuel_slice == 0 {
            return Err(InvalidOptionError {
                option: "fuel_slice",
                value: "0".to_owned(),
                reason: "a kernel must get at least one unit of fuel between two yields",
            });
        }
        Ok(())
    }

    /// The most bytes that one call of a kernel may hand to the host: a full batch of messages and
    /// some room. wasmtime counts what it allocates for the arguments against it.
    pub(crate) fn host_call_bytes(&self) -> usize {
        self.message_bytes.saturating_mul(2).saturating_add(1 << 20)
    }
}

/// Counts the memory of one kernel, over all its linear memories and tables, against its limit.
#[derive(Debug)]
pub(crate) struct Memory {
    allowed: u64,
    /// Bytes now; shared with telemetry.
    used: Arc<AtomicU64>,
    /// The last growth that was refused, until the kernel shows that it lives on.
    refused: Option<Limit>,
}

/// What one table element costs the host, in bytes.
const TABLE_ELEMENT_BYTES: u64 = size_of::<usize>() as u64;

impl Memory {
    pub(crate) fn new(allowed: u64, used: Arc<AtomicU64>) -> Self {
        Self {
            allowed,
            used,
            refused: None,
        }
    }

    /// The refused growth after which nothing more was heard of the kernel.
    pub(crate) fn refused(&self) -> Option<Limit> {
        self.refused
    }

    /// The kernel went on after a refused growth, so that was not what ended it.
    pub(crate) fn survived(&mut self) {
        self.refused = None;
    }

    fn grow(&mut self, bytes: u64) -> bool {
        let requested = self.used.load(Ordering::Relaxed).saturating_add(bytes);
        if requested > self.allowed {
            self.refused = Some(Limit::Memory {
                allowed: self.allowed,
                requested,
            });
            return false;
        }
        self.used.store(requested, Ordering::Relaxed);
        true
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // A growth past the memory's own maximum fails in any case; it must not be counted.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow(desired.saturating_sub(current) as u64))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let elements = desired.saturating_sub(current) as u64;
        Ok(self.grow(elements.saturating_mul(TABLE_ELEMENT_BYTES)))
    }

    fn instances(&self) -> usize {
        Limits::INSTANCES
    }

    fn tables(&self) -> usize {
        Limits::INSTANCES
    }

    fn memories(&self) -> usize {
        Limits::INSTANCES
    }
}
