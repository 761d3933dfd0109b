//! Counts what a kernel holds, and what the host holds for it.

use super::Limits;
use crate::lifecycle::Limit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::ResourceLimiter;

/// What one table element costs the host, in bytes.
const TABLE_ELEMENT_BYTES: u64 = size_of::<usize>() as u64;

/// Told how many bytes are left for what the host holds for the kernel. Where it holds more it says
/// how much, and the kernel's own memory does not grow.
type Leave = Box<dyn Fn(u64) -> Result<(), u64> + Send + Sync>;

/// Counts the memory of one kernel, over all its linear memories and tables, against its limits.
pub(crate) struct Memory {
    allowed: u64,
    /// Bytes now; shared with telemetry.
    used: Arc<AtomicU64>,
    leave: Leave,
    elements_allowed: u64,
    elements: u64,
    instances: usize,
    /// The last growth that was refused, until the kernel shows that it lives on.
    refused: Option<Limit>,
}

impl Memory {
    pub(crate) fn new(
        limits: &Limits,
        used: Arc<AtomicU64>,
        leave: impl Fn(u64) -> Result<(), u64> + Send + Sync + 'static,
    ) -> Self {
        Self {
            allowed: limits.memory_bytes,
            used,
            leave: Box::new(leave),
            elements_allowed: limits.table_elements,
            elements: 0,
            instances: limits.instances,
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
        let used = self.used.load(Ordering::Relaxed).saturating_add(bytes);
        let left = self.allowed.checked_sub(used);
        let held = left.map_or(Err(0), |left| (self.leave)(left));
        if let Err(held) = held {
            self.refused = Some(Limit::Memory {
                allowed: self.allowed,
                requested: used.saturating_add(held),
            });
            return false;
        }
        self.used.store(used, Ordering::Relaxed);
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
        let more = desired.saturating_sub(current) as u64;
        let requested = self.elements.saturating_add(more);
        if requested > self.elements_allowed {
            let allowed = self.elements_allowed;
            self.refused = Some(Limit::TableElements { allowed, requested });
            return Ok(false);
        }
        let grown = self.grow(more.saturating_mul(TABLE_ELEMENT_BYTES));
        if grown {
            self.elements = requested;
        }
        Ok(grown)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.instances
    }
}
