//! A bounded queue between senders and receivers, with four priority bands and backpressure.
//!
//! Everything happens under one short lock, and nothing is decided outside it:
//! - A sender that has to wait leaves its message in the queue's waiting room. Whoever takes a
//!   message out moves the next waiting one in. So a waiting sender cannot be overtaken by a later
//!   one of its band, cannot miss a wake-up, and learns under the lock whether its message was
//!   taken when it gives up.
//! - A receiver that has to wait leaves its waker. The next item is promised to it, and it is woken:
//!   nobody can snatch the item away. If it goes away in between, the item goes back to where it
//!   was, and to the next receiver.
//!
//! The queue knows nothing of kernels, WebAssembly or clocks. `tests/loom` checks this very source
//! in every interleaving.

mod bands;
mod counts;
mod pop;
mod push;
mod state;

use crate::sync::{Mutex, MutexGuard};
use bands::Bands;
use state::{Consumers, Producers, State};
use std::num::NonZeroUsize;

pub use bands::Item;
pub use counts::QueueCounts;
pub use pop::{Pop, PopError};
pub use push::{Push, Pushed, Refusal, Refused};
pub use state::Overflow;

/// The queue. Shared by reference; every operation takes `&self`.
pub struct Queue<T> {
    state: Mutex<State<T>>,
}

impl<T: Item> Queue<T> {
    /// An empty queue for at most `capacity` items of at most `capacity_bytes` together. An empty
    /// queue takes any item, however large.
    pub fn new(capacity: NonZeroUsize, capacity_bytes: usize, overflow: Overflow) -> Self {
        Self {
            state: Mutex::new(State::new(capacity, capacity_bytes, overflow)),
        }
    }

    /// Puts an item in, as a future that waits while the queue is full (if its overflow rule is to
    /// wait). Dropping the future withdraws an item that has not been taken yet.
    pub fn push(&self, item: T) -> Push<'_, T> {
        Push::new(self, item)
    }

    /// Takes up to `max_items` items and, past the first, up to `max_bytes` bytes: as a future
    /// that waits for the first. Dropping the future takes nothing.
    pub fn pop_many(&self, max_items: NonZeroUsize, max_bytes: usize) -> Pop<'_, T> {
        Pop::new(self, max_items, max_bytes)
    }

    /// Takes one item.
    pub fn pop(&self) -> Pop<'_, T> {
        self.pop_many(NonZeroUsize::MIN, 0)
    }

    /// No item is taken from here on; those that are in can still be received. Wakes everybody.
    pub fn close(&self) {
        self.change(|state| state.producers = Producers::Closed);
    }

    /// From here on an item is taken only where there is room for it. Wakes waiting senders, whose
    /// items are refused.
    pub fn refuse_waiting(&self) {
        self.change(|state| {
            if state.producers == Producers::Open {
                state.producers = Producers::Unwaiting;
            }
        });
    }

    /// No item is handed out until `release`. Receivers wait.
    pub fn hold(&self) {
        self.change(|state| {
            if state.consumers == Consumers::Open {
                state.take_promises_back();
                state.consumers = Consumers::Held;
            }
        });
    }

    /// Ends a `hold`.
    pub fn release(&self) {
        self.change(|state| {
            if state.consumers == Consumers::Held {
                state.consumers = Consumers::Open;
            }
        });
    }

    /// No item is handed out ever again: receivers get [`PopError::Stopped`] at once.
    pub fn stop_receivers(&self) {
        self.change(|state| {
            state.take_promises_back();
            state.consumers = Consumers::Stopped;
        });
    }

    /// Puts items back that were taken, in the order in which they were: they are the next of their
    /// bands, also where the queue is full or takes nothing new.
    pub fn give_back(&self, items: Vec<T>) {
        self.change(|state| {
            let count = items.len() as u64;
            state.counts.received = state.counts.received.saturating_sub(count);
            state.counts.returned += count;
            for item in items.into_iter().rev() {
                state.items.put_back(item);
            }
        });
    }

    /// Bounds the bytes that the queue holds, beside what it was made with, from here on. Raised
    /// again, it takes in those who wait.
    ///
    /// # Errors
    /// If it holds more: how much. Then nothing has changed.
    pub fn bound_bytes(&self, bytes: usize) -> Result<(), usize> {
        let mut wakers = Vec::new();
        {
            let mut state = self.lock();
            let held = state.items.bytes();
            if held > bytes {
                return Err(held);
            }
            state.bound_bytes = bytes;
            state.settle(&mut wakers);
        }
        wake(wakers);
        Ok(())
    }

    /// Drops what is in, counts it, and returns it. What a waiting receiver has been promised is
    /// its.
    pub fn clear(&self) -> Vec<T> {
        self.change(|state| {
            let cleared = state.items.drain();
            state.counts.dropped_at_end += cleared.len() as u64;
            cleared
        })
    }

    /// Whether it takes nothing any more, and nothing is left in it.
    pub fn is_finished(&self) -> bool {
        let state = self.lock();
        state.producers == Producers::Closed && state.depth() == 0
    }

    /// How many items are in.
    pub fn depth(&self) -> usize {
        self.lock().depth()
    }

    /// What has happened so far.
    pub fn counts(&self) -> QueueCounts {
        let state = self.lock();
        QueueCounts {
            depth: state.depth() as u64,
            depth_bytes: state.items.bytes() as u64,
            ..state.counts
        }
    }

    /// Makes a change that concerns everybody who waits, and wakes them.
    fn change<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let mut wakers = Vec::new();
        let result = {
            let mut state = self.lock();
            let result = change(&mut state);
            state.settle(&mut wakers);
            state.all_wakers(&mut wakers);
            result
        };
        wake(wakers);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock()
    }
}

/// Wakes tasks after the lock is released, so that none runs into it.
fn wake(wakers: impl IntoIterator<Item = std::task::Waker>) {
    wakers.into_iter().for_each(std::task::Waker::wake);
}
