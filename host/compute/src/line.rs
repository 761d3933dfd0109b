//! The spaces that wait for a thread of a device.

use crate::space::Inner;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Spaces that wait for a thread, in order: each has a turn, and goes to the end.
#[derive(Default)]
pub(crate) struct Line {
    queue: Mutex<Queue>,
    is_there: Condvar,
    /// How many wait, to be read without the lock.
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Queue {
    spaces: VecDeque<Arc<Inner>>,
    is_closed: bool,
}

impl Line {
    /// The space wants a thread.
    pub(crate) fn add(&self, space: Arc<Inner>) {
        let mut queue = self.queue.lock();
        queue.spaces.push_back(space);
        self.waiting.store(queue.spaces.len(), Ordering::Relaxed);
        drop(queue);
        self.is_there.notify_one();
    }

    /// Whether a space waits while all threads work.
    pub(crate) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// The space whose turn it is, as soon as there is one; none once the line is closed and empty.
    pub(crate) fn next(&self) -> Option<Arc<Inner>> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(space) = queue.spaces.pop_front() {
                self.waiting.store(queue.spaces.len(), Ordering::Relaxed);
                return Some(space);
            }
            if queue.is_closed {
                return None;
            }
            self.is_there.wait(&mut queue);
        }
    }

    /// Nobody will come any more.
    pub(crate) fn close(&self) {
        self.queue.lock().is_closed = true;
        self.is_there.notify_all();
    }
}
