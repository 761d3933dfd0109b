//! What one kernel has of devices: its spaces and what is done in them, within what it is granted.

use super::standing::Standing;
use super::types::Error;
use crate::sandbox::Compute;
use ringhost_compute as compute;
use ringhost_compute::{Devices, Program};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use wasmtime::component::{Resource, ResourceTable};

/// Spaces, buffers, plans, events and residents that one kernel may hold.
const MAX_RESOURCES: usize = 1024;

/// What a kernel computes with: the same for each of its instances.
#[derive(Clone)]
pub(crate) struct Computer {
    pub(crate) devices: Devices,
    pub(crate) program: Program,
    pub(crate) granted: Compute,
    /// Device time that it has used, in nanoseconds.
    pub(crate) used: Arc<AtomicU64>,
}

/// What one instance of a kernel holds.
pub(crate) struct Computing {
    pub(super) computer: Computer,
    pub(super) resources: ResourceTable,
    /// What is under way, and since when.
    flights: Vec<(compute::Event, Instant)>,
    /// What stays on devices.
    pub(super) standing: Standing,
    /// The bytes of its spaces.
    memory: Arc<AtomicU64>,
}

/// A space, and its part of what is granted.
#[derive(Clone)]
pub(crate) struct Space {
    pub(super) space: compute::Space,
    pub(super) _charge: Arc<Charge>,
}

/// A part of a space. It keeps the space.
pub(crate) struct Buffer {
    pub(super) buffer: compute::Buffer,
    pub(super) space: Space,
}

/// Commands of a space. They keep it.
pub(crate) struct Plan {
    pub(super) plan: compute::Plan,
    pub(super) _space: Space,
}

/// What was submitted. It keeps the space.
pub(crate) struct Event {
    pub(super) event: compute::Event,
    pub(super) _space: Option<Space>,
}

/// Bytes that count towards what is granted.
pub(super) struct Charge {
    bytes: u64,
    memory: Arc<AtomicU64>,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.memory.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Computing {
    pub(crate) fn new(computer: Computer) -> Self {
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(MAX_RESOURCES);
        Self {
            computer,
            resources,
            flights: Vec::new(),
            standing: Standing::default(),
            memory: Arc::default(),
        }
    }

    /// Takes so many bytes of what is granted.
    pub(super) fn charge(&mut self, bytes: u64) -> Result<Arc<Charge>, Error> {
        let granted = self.computer.granted.memory_bytes;
        let held = self.memory.load(Ordering::Relaxed);
        if bytes > granted.saturating_sub(held) {
            return Err(Error::Quota(format!(
                "its spaces hold {held} of {granted} bytes, so there is no room for {bytes} more; \
                 grants.compute.memory_bytes grants more"
            )));
        }
        self.memory.fetch_add(bytes, Ordering::Relaxed);
        Ok(Arc::new(Charge {
            bytes,
            memory: self.memory.clone(),
        }))
    }

    /// Keeps something for the kernel.
    pub(super) fn hold<T: Send + 'static>(&mut self, what: T) -> Result<Resource<T>, Error> {
        self.resources.push(what).map_err(|_| {
            Error::Quota(format!(
                "it holds {MAX_RESOURCES} spaces, buffers, plans, events and residents already; drop some"
            ))
        })
    }

    /// # Errors
    /// If the kernel holds no such thing, which wasmtime does not let happen.
    pub(super) fn get<T: 'static>(&self, handle: &Resource<T>) -> wasmtime::Result<&T> {
        Ok(self.resources.get(handle)?)
    }

    /// What is under way, if that is as much as is granted: to be waited for before more is submitted.
    pub(super) fn first_of_many(&mut self) -> Option<compute::Event> {
        let mut first = None;
        let mut count = 0;
        let used = &self.computer.used;
        self.flights.retain(|(event, since)| match event.poll() {
            Some(ended) => {
                // What failed does not say how long it took; no less is counted than it can have.
                let time = ended.map_or_else(|_| since.elapsed(), |stats| stats.device_time);
                let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
                used.fetch_add(time, Ordering::Relaxed);
                false
            }
            None => {
                count += 1;
                first.get_or_insert_with(|| event.clone());
                true
            }
        });
        first.filter(|_| count >= self.computer.granted.in_flight as usize)
    }

    /// Keeps account of what was submitted, and has it end with the time that is left.
    pub(super) fn under_way(&mut self, event: &compute::Event, left: Option<Duration>) {
        self.flights.push((event.clone(), Instant::now()));
        let Some((left, executor)) = left.zip(Handle::try_current().ok()) else {
            return;
        };
        let event = event.clone();
        executor.spawn(async move {
            if tokio::time::timeout(left, event.wait()).await.is_err() {
                event.cancel();
            }
        });
    }

    /// How much device time is left; `None` without a bound.
    ///
    /// # Errors
    /// If none is.
    pub(super) fn time_left(&self) -> Result<Option<Duration>, Error> {
        let Some(granted) = self.computer.granted.device_time else {
            return Ok(None);
        };
        self.standing.settle();
        let used = Duration::from_nanos(self.computer.used.load(Ordering::Relaxed));
        match granted.checked_sub(used) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(Error::Quota(format!(
                "devices have worked {granted:?} for it, and more is not granted; \
                 grants.compute.device_time grants more"
            ))),
        }
    }
}

/// What is under way when a kernel ends is of no use to anybody.
impl Drop for Computing {
    fn drop(&mut self) {
        self.flights.iter().for_each(|(event, _)| event.cancel());
    }
}
