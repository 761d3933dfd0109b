//! Wakers against each other and against whoever polls. A wake-up that nobody sees to shows as a
//! missing number.

use crate::claim::Claim;
use crate::threads::{AtomicU64, model, thread};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A task that is polled by whoever wakes it.
struct Task {
    claim: Claim,
    /// What has come for it.
    arrived: AtomicU64,
    /// What of it was seen in a poll.
    seen: AtomicU64,
    polled_by: AtomicU64,
}

impl Task {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            claim: Claim::new(),
            arrived: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            polled_by: AtomicU64::new(0),
        })
    }

    /// Has something come for it, and wakes it.
    fn arrive(&self) {
        // The claim alone orders this with the poll that sees it.
        self.arrived.fetch_add(1, Ordering::Relaxed);
        if self.claim.take() {
            while !self.claim.poll(|| self.poll()) {}
        }
    }

    fn poll(&self) {
        assert_eq!(self.polled_by.fetch_add(1, Ordering::Relaxed), 0);
        let arrived = self.arrived.load(Ordering::Relaxed);
        self.seen.store(arrived, Ordering::Relaxed);
        self.polled_by.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn whatever_wakes_a_task_is_seen_by_a_poll_and_never_by_two_at_once() {
    model(|| {
        let task = Task::new();
        let others = [(); 2].map(|()| {
            let task = task.clone();
            thread::spawn(move || task.arrive())
        });
        task.arrive();
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(task.seen.load(Ordering::Relaxed), 3);
    });
}

#[test]
fn a_task_that_wakes_itself_is_polled_again() {
    model(|| {
        let task = Task::new();
        let other = {
            let task = task.clone();
            thread::spawn(move || task.arrive())
        };
        if task.claim.take() {
            assert!(!task.claim.poll(|| assert!(!task.claim.take())));
            while !task.claim.poll(|| task.poll()) {}
        }
        other.join().unwrap();
        assert_eq!(task.seen.load(Ordering::Relaxed), 1);
    });
}
