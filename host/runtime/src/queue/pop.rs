//! Taking items out.

use super::state::{Consumers, Producers, ReceiverTicket, State};
use super::{Item, Queue, wake};
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Why there is nothing to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopError {
    /// The queue is closed and empty: nothing will ever come.
    Closed,
    /// The queue hands out nothing any more.
    Stopped,
}

/// The future of [`Queue::pop`] and [`Queue::pop_many`]: at least one item, in the order of
/// service.
pub struct Pop<'queue, T: Item> {
    queue: &'queue Queue<T>,
    max_items: NonZeroUsize,
    max_bytes: usize,
    /// This receiver's place in the waiting room. It is kept while the receiver waits, so that a
    /// wake-up for nothing does not cost it its turn.
    ticket: Option<ReceiverTicket>,
}

impl<'queue, T: Item> Pop<'queue, T> {
    pub(super) fn new(queue: &'queue Queue<T>, max_items: NonZeroUsize, max_bytes: usize) -> Self {
        Self {
            queue,
            max_items,
            max_bytes,
            ticket: None,
        }
    }
}

impl<T: Item> Future for Pop<'_, T> {
    type Output = Result<Vec<T>, PopError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let queue = self.queue;
        let mut state = queue.lock();
        match state.take(self.ticket, self.max_items, self.max_bytes) {
            Some(result) => {
                let mut wakers = Vec::new();
                if let Some(ticket) = self.ticket.take() {
                    state.waiting_receivers.remove(&ticket);
                }
                state.settle(&mut wakers);
                drop(state);
                wake(wakers);
                Poll::Ready(result)
            }
            None => {
                let ticket = self.ticket.unwrap_or_else(|| state.receiver_ticket());
                state
                    .waiting_receivers
                    .insert(ticket, context.waker().clone());
                drop(state);
                self.ticket = Some(ticket);
                Poll::Pending
            }
        }
    }
}

impl<T: Item> Drop for Pop<'_, T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut wakers = Vec::new();
        let mut state = self.queue.lock();
        state.waiting_receivers.remove(&ticket);
        if let Some(item) = state.promised.remove(&ticket) {
            state.items.put_back(item);
            state.settle(&mut wakers);
        }
        drop(state);
        wake(wakers);
    }
}

impl<T: Item> State<T> {
    /// What a receiver gets now; `None` if it has to wait.
    fn take(
        &mut self,
        ticket: Option<ReceiverTicket>,
        max_items: NonZeroUsize,
        max_bytes: usize,
    ) -> Option<Result<Vec<T>, PopError>> {
        match self.consumers {
            Consumers::Stopped => return Some(Err(PopError::Stopped)),
            Consumers::Held => return None,
            Consumers::Open => {}
        }
        let promised = ticket.and_then(|ticket| self.promised.remove(&ticket));
        let Some(first) = promised.or_else(|| self.items.pop()) else {
            return (self.producers == Producers::Closed).then_some(Err(PopError::Closed));
        };
        let mut bytes = first.bytes();
        let max_items = if first.alone() { 1 } else { max_items.get() };
        let mut taken = vec![first];
        while taken.len() < max_items {
            match self.items.front() {
                Some(next) if !next.alone() && bytes.saturating_add(next.bytes()) <= max_bytes => {
                    bytes += next.bytes();
                    taken.extend(self.items.pop());
                }
                _ => break,
            }
        }
        self.counts.received += taken.len() as u64;
        Some(Ok(taken))
    }
}
