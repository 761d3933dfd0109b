//! Taking items out.

use super::front::Front;
use super::state::{Consumers, Overflow, Producers, ReceiverTicket, State};
use super::{Item, Outlet, Queue, Wakers};
use crate::sync::MutexGuard;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Why there is nothing to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopError {
    /// The queue is closed and empty: nothing will ever come.
    Closed,
    /// The queue hands out nothing any more.
    Stopped,
}

/// The future of [`Queue::pop`] and [`Queue::take`].
pub struct Pop<'queue, T: Item, Take> {
    queue: &'queue Queue<T>,
    wanted: usize,
    take: Option<Take>,
    pub(super) outlet: Option<Arc<dyn Outlet<T>>>,
    /// This receiver's place in the waiting room. It is kept while the receiver waits, so that a
    /// wake-up for nothing does not cost it its turn.
    ticket: Option<ReceiverTicket>,
}

// Nothing in a `Pop` is pinned: its function is moved out of it to be called.
impl<T: Item, Take> Unpin for Pop<'_, T, Take> {}

impl<'queue, T: Item, Take> Pop<'queue, T, Take> {
    pub(super) fn new(queue: &'queue Queue<T>, wanted: usize, take: Take) -> Self {
        Self {
            queue,
            wanted,
            take: Some(take),
            outlet: None,
            ticket: None,
        }
    }
}

impl<T: Item, R, Take: FnOnce(&mut Front<T>) -> R> Pop<'_, T, Take> {
    /// What there is to take now; `None` if the receiver would have to wait.
    pub fn now(mut self) -> Option<Result<R, PopError>> {
        match self.attempt(None) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    #[inline]
    fn attempt(&mut self, context: Option<&Context<'_>>) -> Poll<Result<R, PopError>> {
        let queue = self.queue;
        let mut front = queue.front.lock();
        if self.ticket.is_none()
            && front.items.len() >= self.wanted
            && !queue.signals.is_overtaken()
        {
            let Some(result) = hand_out(queue, &mut front, self.take.take()) else {
                return Poll::Pending;
            };
            drop(front);
            if queue.signals.is_room_wanted() {
                queue.settle();
            }
            return Poll::Ready(Ok(result));
        }
        self.attempt_slowly(front, context)
    }

    /// The same where both sides are needed.
    fn attempt_slowly(
        &mut self,
        mut front: MutexGuard<'_, Front<T>>,
        context: Option<&Context<'_>>,
    ) -> Poll<Result<R, PopError>> {
        let queue = self.queue;
        let mut state = queue.state.lock();
        if queue.signals.is_overtaken() {
            state.recall(&mut front, &queue.signals);
        }
        match state.fill(self.ticket, self.wanted, &mut front) {
            Some(Ok(())) => {
                let mut wakers = Wakers::new();
                if let Some(ticket) = self.ticket.take() {
                    state.waiting_receivers.remove(&ticket);
                }
                let result = hand_out(queue, &mut front, self.take.take());
                if state.overflow == Overflow::DropOldest {
                    state.recall(&mut front, &queue.signals);
                }
                state.settle(&queue.signals, &mut wakers);
                drop(state);
                drop(front);
                wakers.wake();
                result.map_or(Poll::Pending, |result| Poll::Ready(Ok(result)))
            }
            Some(Err(error)) => {
                if let Some(ticket) = self.ticket.take() {
                    state.waiting_receivers.remove(&ticket);
                }
                Poll::Ready(Err(error))
            }
            None => {
                if let Some(context) = context {
                    let ticket = self.ticket.unwrap_or_else(|| state.receiver_ticket());
                    state.wait_to_receive(ticket, context.waker(), self.outlet.as_ref());
                    self.ticket = Some(ticket);
                }
                Poll::Pending
            }
        }
    }
}

/// Has the receiver take what it wants, and counts it. `None` if it has done so before.
fn hand_out<T: Item, R>(
    queue: &Queue<T>,
    front: &mut MutexGuard<'_, Front<T>>,
    take: Option<impl FnOnce(&mut Front<T>) -> R>,
) -> Option<R> {
    front.taken = (0, 0);
    let result = take?(front);
    let (items, bytes) = front.taken;
    if items > 0 {
        queue.signals.hand_out(items, bytes);
    }
    Some(result)
}

impl<T: Item, R, Take: FnOnce(&mut Front<T>) -> R> Future for Pop<'_, T, Take> {
    type Output = Result<R, PopError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.attempt(Some(context))
    }
}

impl<T: Item, Take> Drop for Pop<'_, T, Take> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let queue = self.queue;
        let mut wakers = Wakers::new();
        let mut front = queue.front.lock();
        let mut state = queue.state.lock();
        state.waiting_receivers.remove(&ticket);
        if let Some(item) = state.promised.remove(&ticket) {
            // It is older than what is in the front.
            state.recall(&mut front, &queue.signals);
            state.items.put_back(item);
            state.settle(&queue.signals, &mut wakers);
        }
        drop(state);
        drop(front);
        wakers.wake();
    }
}

impl<T: Item> State<T> {
    /// Sees to it that there is something in the front to take; `None` if the receiver has to wait.
    fn fill(
        &mut self,
        ticket: Option<ReceiverTicket>,
        wanted: usize,
        front: &mut Front<T>,
    ) -> Option<Result<(), PopError>> {
        match self.consumers {
            Consumers::Stopped => return Some(Err(PopError::Stopped)),
            Consumers::Held => return None,
            Consumers::Open => {}
        }
        if let Some(item) = ticket.and_then(|ticket| self.promised.remove(&ticket)) {
            self.serve_promised(item, front);
        }
        self.serve(wanted, front);
        if front.items.is_empty() {
            return (self.producers == Producers::Closed).then_some(Err(PopError::Closed));
        }
        Some(Ok(()))
    }
}
