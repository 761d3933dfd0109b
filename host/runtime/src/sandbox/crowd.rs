//! Tells that a process will soon have no mappings left, before it has none.
//!
//! The system bounds how many mappings a process has (`vm.max_map_count`, 65 530 on most). Each kernel
//! of the fast tier has some of its own; where the system makes no more, no kernel can be launched
//! and nothing else in the process gets memory.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Mappings that one kernel of the fast tier takes: its memory, the room before and behind it, and
/// its stack with the guard.
const EACH: usize = 5;

/// With so few left, that is why the system refuses one.
const ROOM: usize = 64;

/// Mappings that are left to everything else in the process.
const OTHERS: usize = 8192;

/// The kernels of a process that have mappings of their own.
pub(crate) struct Crowd {
    instances: AtomicUsize,
    /// `None` where the system does not tell.
    most_mappings: Option<usize>,
    has_warned: AtomicBool,
}

/// Counts as one instance of a kernel while it lives.
pub(crate) struct Member(Arc<Crowd>);

impl Crowd {
    /// A crowd in this process, with as many mappings as the system allows.
    pub(crate) fn new() -> Self {
        Self::with_most_mappings(most_mappings())
    }

    fn with_most_mappings(most_mappings: Option<usize>) -> Self {
        Self {
            instances: AtomicUsize::new(0),
            most_mappings,
            has_warned: AtomicBool::new(false),
        }
    }

    /// One more instance.
    pub(crate) fn join(self: &Arc<Self>) -> Member {
        let instances = self.instances.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some((mappings, most)) = self.is_large(instances)
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            let needed = most.saturating_mul(2);
            tracing::warn!(
                "{instances} kernels of the fast tier take some {mappings} of the {most} mappings \
                 that a process may have: launch them in the dense tier, or raise the bound, with \
                 `sysctl vm.max_map_count={needed}` for twice as many"
            );
        }
        Member(self.clone())
    }

    /// How many mappings the process has and how many it may have, where there is no room for more to
    /// speak of. To be asked when the system has refused one: it takes some milliseconds.
    pub(crate) fn is_full(&self) -> Option<(usize, usize)> {
        let most = self.most_mappings?;
        let mappings = mappings()?;
        (mappings.saturating_add(ROOM) > most).then_some((mappings, most))
    }

    /// The mappings that so many instances take, and how many there may be, where that is soon.
    fn is_large(&self, instances: usize) -> Option<(usize, usize)> {
        let mappings = instances.saturating_mul(EACH);
        let most = self.most_mappings?;
        (mappings > most.saturating_sub(OTHERS)).then_some((mappings, most))
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.0.instances.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many mappings the process has; `None` where the system does not tell. They are counted as they
/// are read: where there is no room for mappings, there may be none for a text of megabytes.
fn mappings() -> Option<usize> {
    let mut maps = File::open("/proc/self/maps").ok()?;
    let mut lines = 0;
    let mut buffer = [0; 4096];
    loop {
        match maps.read(&mut buffer).ok()? {
            0 => return Some(lines),
            read => {
                let part = buffer.get(..read).unwrap_or_default();
                lines += part.iter().filter(|&&byte| byte == b'\n').count();
            }
        }
    }
}

fn most_mappings() -> Option<usize> {
    let bound = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    bound.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_warns_once_before_there_are_no_mappings_left() {
        let crowd = Arc::new(Crowd::with_most_mappings(Some(OTHERS + 10 * EACH)));
        let mut members: Vec<_> = (0..10).map(|_| crowd.join()).collect();
        assert!(!crowd.has_warned.load(Ordering::Relaxed));
        members.pop();
        members.push(crowd.join());
        assert!(!crowd.has_warned.load(Ordering::Relaxed));
        members.push(crowd.join());
        assert!(crowd.has_warned.load(Ordering::Relaxed));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_crowd_is_full_where_the_process_has_as_many_mappings_as_it_may() {
        let mappings = mappings().unwrap();
        assert!(mappings > 10, "{mappings}");
        let full = Crowd::with_most_mappings(Some(10));
        assert!(
            full.is_full()
                .is_some_and(|(mappings, most)| mappings > most)
        );
        assert_eq!(Crowd::with_most_mappings(Some(1 << 30)).is_full(), None);
    }

    #[test]
    fn a_system_that_tells_no_bound_has_none() {
        let crowd = Crowd::with_most_mappings(None);
        assert_eq!(crowd.is_large(usize::MAX), None);
    }
}
