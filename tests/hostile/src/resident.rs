//! The resident memory of this process, watched from a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked at.
const INTERVAL: Duration = Duration::from_millis(2);

/// Bytes of this process that are in memory now, as `/proc/self/status` gives them.
///
/// # Panics
/// Where there is no such file: on anything but Linux.
pub(crate) fn now() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process");
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    kibibytes.expect("Linux gives it in kB") * 1024
}

/// Keeps the peak from when it is made.
pub(crate) struct Watch {
    before: u64,
    over: Arc<AtomicBool>,
    watcher: JoinHandle<u64>,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = over.clone();
        let watcher = std::thread::spawn(move || {
            let mut peak = now();
            while !seen.load(Ordering::Relaxed) {
                std::thread::sleep(INTERVAL);
                peak = peak.max(now());
            }
            peak
        });
        Self {
            before: now(),
            over,
            watcher,
        }
    }

    /// How much was in memory at the peak beyond what was there at the beginning.
    pub(crate) fn growth(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        let peak = self.watcher.join().expect("the watcher does not panic");
        peak.saturating_sub(self.before)
    }
}
