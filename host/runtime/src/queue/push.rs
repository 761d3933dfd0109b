//! Putting an item in.

use super::state::{Producers, SenderTicket, State, WaitingSender};
use super::{Item, Overflow, Queue, wake};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// An item that the queue took charge of, and what it cost.
#[derive(Debug, PartialEq, Eq)]
pub enum Pushed<T> {
    /// It is in.
    Accepted,
    /// It is in, and these older ones were dropped for it.
    Displaced(Vec<T>),
    /// It was dropped, as the overflow rule says.
    Dropped(T),
}

/// An item that the queue did not take, given back.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused<T> {
    /// The item.
    pub item: T,
    /// Why it was not taken.
    pub refusal: Refusal,
}

/// Why an item was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The queue is full and its rule, or the sender's patience, says not to wait.
    Full,
    /// The queue is full and nobody may wait for it any more.
    Unwaiting,
    /// The queue takes nothing any more.
    Closed,
}

/// The future of [`Queue::push`].
pub struct Push<'queue, T: Item> {
    queue: &'queue Queue<T>,
    place: Place<T>,
}

enum Place<T> {
    /// The item has not met the queue yet.
    InHand(T),
    /// The item is in the waiting room.
    Waiting(SenderTicket),
    Done,
}

// Nothing in a `Push` is pinned: the item is moved out of it and never borrowed across a poll.
impl<T: Item> Unpin for Push<'_, T> {}

impl<'queue, T: Item> Push<'queue, T> {
    pub(super) fn new(queue: &'queue Queue<T>, item: T) -> Self {
        Self {
            queue,
            place: Place::InHand(item),
        }
    }

    /// Ends the wait. The item is either taken by now, or comes back as refused because the queue
    /// is full: there is no third outcome.
    pub fn give_up(mut self) -> Result<Pushed<T>, Refused<T>> {
        let queue = self.queue;
        let mut state = queue.lock();
        let (item, refusal) = match std::mem::replace(&mut self.place, Place::Done) {
            Place::InHand(item) => (item, Refusal::Full),
            Place::Waiting(ticket) => match state.waiting_senders.remove(&ticket) {
                Some(waiting) => (waiting.item, state.refusal()),
                None => return Ok(Pushed::Accepted),
            },
            Place::Done => return Ok(Pushed::Accepted),
        };
        if refusal == Refusal::Full {
            state.counts.refused_full += 1;
        }
        Err(Refused { item, refusal })
    }
}

impl<T: Item> Future for Push<'_, T> {
    type Output = Result<Pushed<T>, Refused<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let queue = self.queue;
        let mut state = queue.lock();
        match std::mem::replace(&mut self.place, Place::Done) {
            Place::InHand(item) => {
                let outcome = state.offer(item, context.waker());
                let mut wakers = Vec::new();
                state.settle(&mut wakers);
                drop(state);
                wake(wakers);
                match outcome {
                    Offer::Decided(result) => Poll::Ready(result),
                    Offer::Waits(ticket) => {
                        self.place = Place::Waiting(ticket);
                        Poll::Pending
                    }
                }
            }
            Place::Waiting(ticket) => {
                let refusal = state.refusal();
                let Some(waiting) = state.waiting_senders.get_mut(&ticket) else {
                    return Poll::Ready(Ok(Pushed::Accepted));
                };
                if refusal == Refusal::Full {
                    waiting.waker.clone_from(context.waker());
                    drop(state);
                    self.place = Place::Waiting(ticket);
                    return Poll::Pending;
                }
                match state.waiting_senders.remove(&ticket) {
                    Some(waiting) => Poll::Ready(Err(Refused {
                        item: waiting.item,
                        refusal,
                    })),
                    None => Poll::Ready(Ok(Pushed::Accepted)),
                }
            }
            // Polled again after it was done; what it was for has happened.
            Place::Done => Poll::Ready(Ok(Pushed::Accepted)),
        }
    }
}

impl<T: Item> Drop for Push<'_, T> {
    fn drop(&mut self) {
        if let Place::Waiting(ticket) = self.place {
            self.queue.lock().waiting_senders.remove(&ticket);
        }
    }
}

enum Offer<T> {
    Decided(Result<Pushed<T>, Refused<T>>),
    Waits(SenderTicket),
}

impl<T: Item> State<T> {
    /// Why an item that has to wait now would be refused; `Full` while it may still wait.
    fn refusal(&self) -> Refusal {
        match self.producers {
            Producers::Open => Refusal::Full,
            Producers::Unwaiting => Refusal::Unwaiting,
            Producers::Closed => Refusal::Closed,
        }
    }

    fn offer(&mut self, item: T, waker: &Waker) -> Offer<T> {
        if self.producers == Producers::Closed {
            return Offer::Decided(Err(Refused {
                item,
                refusal: Refusal::Closed,
            }));
        }
        if self.has_room_for(&item) {
            self.accept(item);
            return Offer::Decided(Ok(Pushed::Accepted));
        }
        match self.overflow {
            Overflow::Wait if self.producers == Producers::Unwaiting => {
                Offer::Decided(Err(Refused {
                    item,
                    refusal: Refusal::Unwaiting,
                }))
            }
            Overflow::Wait => {
                let ticket = self.sender_ticket(&item);
                self.waiting_senders.insert(
                    ticket,
                    WaitingSender {
                        item,
                        waker: waker.clone(),
                    },
                );
                Offer::Waits(ticket)
            }
            Overflow::Reject => {
                self.counts.refused_full += 1;
                Offer::Decided(Err(Refused {
                    item,
                    refusal: Refusal::Full,
                }))
            }
            Overflow::DropNewest => self.drop_newest(item),
            Overflow::DropOldest => self.drop_oldest(item),
        }
    }

    fn drop_oldest(&mut self, item: T) -> Offer<T> {
        let (above, bytes_above) = self.items.above(item.priority());
        if !self.has_room_beside(above, bytes_above, &item) {
            return self.drop_newest(item);
        }
        let mut displaced = Vec::new();
        // Ends at the latest when only what is above is left, with which there is room.
        while !self.has_room_for(&item) {
            displaced.extend(self.items.lose());
        }
        self.counts.dropped_oldest += displaced.len() as u64;
        self.accept(item);
        Offer::Decided(Ok(Pushed::Displaced(displaced)))
    }

    fn drop_newest(&mut self, item: T) -> Offer<T> {
        self.counts.dropped_newest += 1;
        Offer::Decided(Ok(Pushed::Dropped(item)))
    }
}
