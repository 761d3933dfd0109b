//! Where a receiver has items passed on to while it waits, so that it need not be woken for each.

use super::state::{Consumers, Producers, State};
use super::{Item, Queue, Wakers};
use std::sync::Arc;
use std::task::Waker;

/// What takes a waiting receiver's items in its stead.
pub trait Outlet<T>: Send + Sync {
    /// Takes an item, if that needs no wait, and names those who are to be woken for it. It is called
    /// under the queue's lock, and must not come back to the queue.
    ///
    /// # Errors
    /// The item, which the receiver is woken for then.
    fn pass(&self, item: T, wakers: &mut Wakers) -> Result<(), T>;
}

pub(super) struct WaitingReceiver<T> {
    pub(super) waker: Waker,
    pub(super) outlet: Option<Arc<dyn Outlet<T>>>,
}

impl<T: Item> Queue<T> {
    /// Puts an item in, if there is room for it and nobody waits for that; gives it back otherwise.
    pub fn offer_where_room(&self, item: T, wakers: &mut Wakers) -> Result<(), T> {
        let mut state = self.state.lock();
        if state.producers != Producers::Open || !state.waiting_senders.is_empty() {
            return Err(item);
        }
        if let Some((ticket, receiver)) = state.next_receiver() {
            state.accept_for(ticket, item);
            wakers.receiver(receiver.waker);
            return Ok(());
        }
        if !state.has_room_for(&item, &self.signals) {
            return Err(item);
        }
        state.accept(item, &self.signals);
        Ok(())
    }
}

impl<T: Item> State<T> {
    /// Passes an item on, if the receiver whose turn it is has an outlet.
    #[inline]
    pub(super) fn pass(&mut self, item: T, wakers: &mut Wakers) -> Result<(), T> {
        let waiting = self.waiting_receivers.first();
        let Some(outlet) = waiting.and_then(|receiver| receiver.outlet.as_ref()) else {
            return Err(item);
        };
        // Held ones wait beside what is in, which goes first.
        if self.consumers != Consumers::Open {
            return Err(item);
        }
        outlet.pass(item, wakers)?;
        self.counts.accepted += 1;
        self.counts.peak_depth = self.counts.peak_depth.max(1);
        self.passed += 1;
        Ok(())
    }
}
