//! What a kernel has on devices that stays there.

use super::computing::{Charge, Space};
use super::types::Error;
use crate::sandbox::Compute;
use parking_lot::Mutex;
use ringhost_compute as compute;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::runtime::Handle;

/// How often it is looked, at least, whether what stays on devices has used up its time.
const LOOK: Duration = Duration::from_millis(200);

/// A function that stays on a device. It keeps its space, and ends with its handle.
pub(crate) struct Resident {
    pub(super) resident: compute::Resident,
    /// Nanoseconds of the device that are counted already.
    counted: AtomicU64,
    /// Those of the kernel.
    used: Arc<AtomicU64>,
    _space: Space,
    _charge: Arc<Charge>,
}

/// All that a kernel has on devices that stays there.
#[derive(Default)]
pub(super) struct Standing {
    all: Arc<Mutex<Vec<Weak<Resident>>>>,
    /// Stops them when their time is up, where that is bounded.
    watch: Option<tokio::task::AbortHandle>,
}

impl Resident {
    pub(super) fn new(
        resident: compute::Resident,
        used: &Arc<AtomicU64>,
        space: Space,
        charge: Arc<Charge>,
    ) -> Arc<Self> {
        Arc::new(Self {
            resident,
            counted: AtomicU64::new(0),
            used: used.clone(),
            _space: space,
            _charge: charge,
        })
    }

    /// Counts what it has used of the device since this was last called.
    fn settle(&self) {
        let now = self.resident.stats().device_time.as_nanos();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let before = self.counted.fetch_max(now, Ordering::Relaxed);
        self.used
            .fetch_add(now.saturating_sub(before), Ordering::Relaxed);
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        self.resident.stop();
        self.settle();
    }
}

impl Standing {
    /// # Errors
    /// If as many stay as are granted.
    pub(super) fn check(&self, granted: &Compute) -> Result<(), Error> {
        let mut all = self.all.lock();
        all.retain(|resident| resident.strong_count() > 0);
        if all.len() < granted.in_flight as usize {
            return Ok(());
        }
        Err(Error::Quota(format!(
            "{} functions of it stay on devices already; drop one, or grants.compute.in_flight grants more",
            all.len()
        )))
    }

    /// Keeps account of one more.
    pub(super) fn add(&mut self, resident: &Arc<Resident>, granted: &Compute) {
        self.all.lock().push(Arc::downgrade(resident));
        let (Some(time), None) = (granted.device_time, &self.watch) else {
            return;
        };
        let Ok(executor) = Handle::try_current() else {
            return;
        };
        let (all, used) = (self.all.clone(), resident.used.clone());
        let watch = executor.spawn(async move {
            loop {
                tokio::time::sleep(time.clamp(Duration::from_millis(1), LOOK)).await;
                settle(&all);
                if Duration::from_nanos(used.load(Ordering::Relaxed)) >= time {
                    each(&all, |resident| resident.resident.stop());
                }
            }
        });
        self.watch = Some(watch.abort_handle());
    }

    /// Counts what they have used by now.
    pub(super) fn settle(&self) {
        settle(&self.all);
    }
}

fn settle(all: &Mutex<Vec<Weak<Resident>>>) {
    each(all, Resident::settle);
}

fn each(all: &Mutex<Vec<Weak<Resident>>>, what: impl Fn(&Resident)) {
    let alive: Vec<_> = all.lock().iter().filter_map(Weak::upgrade).collect();
    alive.iter().for_each(|resident| what(resident));
}

impl Drop for Standing {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}
