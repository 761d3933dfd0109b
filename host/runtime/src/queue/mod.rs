//! A bounded queue between senders and receivers, with four priority bands and backpressure.
//!
//! It has two sides, each under a lock of its own, so that a sender and a receiver rarely meet:
//! - Senders put items on the back. A receiver that finds the front empty moves what there is to
//!   the front, under both locks, and takes from there as long as it lasts.
//! - What is in the front is not received yet. It takes its room, is counted as in, and goes back
//!   where a pause, an end or an item of a higher band comes in between.
//!
//! Everything is decided under these locks:
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
mod front;
mod outlet;
mod pop;
mod push;
mod state;
mod waiting;
mod wakers;

use crate::sync::Mutex;
use bands::Bands;
use front::Signals;
use state::{Consumers, Producers, State};
use std::num::NonZeroUsize;
use std::sync::Arc;

pub use bands::Item;
pub use counts::QueueCounts;
pub use front::Front;
pub use outlet::Outlet;
pub use pop::{Pop, PopError};
pub use push::{Offered, Push, Pushed, Refusal, Refused};
pub use state::Overflow;
pub use wakers::{Wakers, waking_at_the_end};

/// The queue. Shared by reference; every operation takes `&self`.
pub struct Queue<T> {
    /// Locked before `state` where both are.
    front: Mutex<Front<T>>,
    state: Mutex<State<T>>,
    signals: Signals,
}

impl<T: Item> Queue<T> {
    /// An empty queue for at most `capacity` items of at most `capacity_bytes` together. An empty
    /// queue takes any item, however large.
    pub fn new(capacity: NonZeroUsize, capacity_bytes: usize, overflow: Overflow) -> Self {
        Self {
            front: Mutex::new(Front::new()),
            state: Mutex::new(State::new(capacity, capacity_bytes, overflow)),
            signals: Signals::new(),
        }
    }

    /// Puts an item in, as a future that waits while the queue is full (if its overflow rule is to
    /// wait). Dropping the future withdraws an item that has not been taken yet.
    pub fn push(&self, item: T) -> Push<'_, T> {
        Push::new(self, item)
    }

    /// Takes items with this function, which is called when there is at least one: as a future that
    /// waits for it. `wanted` says how many the function would take. Dropping the future takes
    /// nothing.
    pub fn take<R, Take: FnOnce(&mut Front<T>) -> R>(
        &self,
        wanted: NonZeroUsize,
        take: Take,
    ) -> Pop<'_, T, Take> {
        Pop::new(self, wanted.get(), take)
    }

    /// Takes one item.
    pub fn pop(&self) -> Pop<'_, T, impl FnOnce(&mut Front<T>) -> Option<T>> {
        self.take(NonZeroUsize::MIN, Front::take)
    }

    /// The same, with an outlet that is offered each item that comes while the future waits.
    pub fn pop_past(
        &self,
        outlet: Arc<dyn Outlet<T>>,
    ) -> Pop<'_, T, impl FnOnce(&mut Front<T>) -> Option<T>> {
        let mut pop = self.pop();
        pop.outlet = Some(outlet);
        pop
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

    /// Gives back memory that it keeps for more items than it has.
    pub fn shrink(&self) {
        self.front.lock().items.shrink_to_fit();
        self.state.lock().shrink();
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
            state.counts.returned += items.len() as u64;
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
        let mut wakers = Wakers::new();
        {
            let mut state = self.state.lock();
            state.look(&self.signals);
            let held = state.bytes();
            if held > bytes {
                return Err(held);
            }
            state.bound_bytes = bytes;
            state.settle(&self.signals, &mut wakers);
        }
        wakers.wake();
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
        let mut state = self.state.lock();
        state.look(&self.signals);
        state.producers == Producers::Closed && state.depth() == 0
    }

    /// How many items are in.
    pub fn depth(&self) -> usize {
        let mut state = self.state.lock();
        state.look(&self.signals);
        state.depth()
    }

    /// What has happened so far.
    pub fn counts(&self) -> QueueCounts {
        let mut state = self.state.lock();
        state.look(&self.signals);
        QueueCounts {
            received: state.received(),
            depth: state.depth() as u64,
            depth_bytes: state.bytes() as u64,
            ..state.counts
        }
    }

    /// Makes a change that concerns everybody who waits, and wakes them.
    fn change<R>(&self, change: impl FnOnce(&mut State<T>) -> R) -> R {
        let mut wakers = Wakers::new();
        let result = {
            let mut front = self.front.lock();
            let mut state = self.state.lock();
            state.recall(&mut front, &self.signals);
            let result = change(&mut state);
            state.settle(&self.signals, &mut wakers);
            state.all_wakers(&mut wakers);
            result
        };
        wakers.wake();
        result
    }

    /// Lets those in who wait for room that has come.
    fn settle(&self) {
        let mut wakers = Wakers::new();
        self.state.lock().settle(&self.signals, &mut wakers);
        wakers.wake();
    }
}
