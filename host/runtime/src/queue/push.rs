//! Putting an item in.

use super::front::Signals;
use super::state::{Producers, SenderTicket, State, WaitingSender};
use super::{Item, Overflow, Queue, Wakers};
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

/// What came of an item that was offered to the queue without a wait.
pub enum Offered<T> {
    /// This.
    Decided(Result<Pushed<T>, Refused<T>>),
    /// It would have to wait for room.
    Waits(T),
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

impl<T: Item> Queue<T> {
    /// Puts an item in if that can be decided without a wait. Beside what came of it, those who are
    /// to be woken for it.
    pub fn offer(&self, item: T) -> (Offered<T>, Wakers) {
        let mut wakers = Wakers::new();
        let mut state = self.state.lock();
        let offered = state.offer(item, &self.signals, &mut wakers);
        (offered, wakers)
    }
}

impl<T: Item> Queue<T> {
    /// Puts items in, one after the other, up to the first that is refused or would have to wait:
    /// what came of that one, and those who are to be woken. `each` is told of what came of those
    /// before it. Neither it nor the iterator may come back to the queue.
    #[inline]
    pub fn offer_many(
        &self,
        items: impl Iterator<Item = T>,
        mut each: impl FnMut(Pushed<T>),
    ) -> (Option<Offered<T>>, Wakers) {
        let mut wakers = Wakers::new();
        let mut state = self.state.lock();
        for item in items {
            match state.offer(item, &self.signals, &mut wakers) {
                Offered::Decided(Ok(pushed)) => each(pushed),
                stopped => return (Some(stopped), wakers),
            }
        }
        (None, wakers)
    }
}

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
        let mut state = self.queue.state.lock();
        let (item, refusal) = match std::mem::replace(&mut self.place, Place::Done) {
            Place::InHand(item) => (item, Refusal::Full),
            Place::Waiting(ticket) => match state.withdraw(&ticket, &self.queue.signals) {
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
        let signals = &queue.signals;
        let mut state = queue.state.lock();
        match std::mem::replace(&mut self.place, Place::Done) {
            Place::InHand(item) => {
                let mut wakers = Wakers::new();
                let polled = match state.offer(item, signals, &mut wakers) {
                    Offered::Decided(result) => Poll::Ready(result),
                    Offered::Waits(item) => {
                        let ticket = state.wait_to_send(item, context.waker(), signals);
                        state.settle(signals, &mut wakers);
                        if state.waiting_senders.get_mut(&ticket).is_some() {
                            self.place = Place::Waiting(ticket);
                            Poll::Pending
                        } else {
                            Poll::Ready(Ok(Pushed::Accepted))
                        }
                    }
                };
                drop(state);
                wakers.wake();
                polled
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
                match state.withdraw(&ticket, signals) {
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
            let mut state = self.queue.state.lock();
            state.withdraw(&ticket, &self.queue.signals);
        }
    }
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

    /// Takes a sender out of the waiting room, if it is there.
    fn withdraw(&mut self, ticket: &SenderTicket, signals: &Signals) -> Option<WaitingSender<T>> {
        let waiting = self.waiting_senders.remove(ticket);
        if self.waiting_senders.is_empty() {
            signals.want_no_room();
        }
        waiting
    }

    /// Has a sender wait for room that comes from here on, or has come and was not seen.
    fn wait_to_send(&mut self, item: T, waker: &Waker, signals: &Signals) -> SenderTicket {
        let ticket = self.sender_ticket(&item);
        let waker = waker.clone();
        self.waiting_senders
            .insert(ticket, WaitingSender { item, waker });
        signals.want_room();
        ticket
    }

    #[inline]
    fn offer(&mut self, item: T, signals: &Signals, wakers: &mut Wakers) -> Offered<T> {
        if !self.waiting_senders.is_empty() {
            // Room that has just come is theirs.
            self.settle(signals, wakers);
        }
        if self.producers == Producers::Closed {
            return Offered::Decided(Err(Refused {
                item,
                refusal: Refusal::Closed,
            }));
        }
        let item = match self.pass(item, wakers) {
            Ok(()) => return Offered::Decided(Ok(Pushed::Accepted)),
            Err(item) => item,
        };
        if let Some((ticket, receiver)) = self.next_receiver() {
            self.accept_for(ticket, item);
            wakers.receiver(receiver.waker);
            return Offered::Decided(Ok(Pushed::Accepted));
        }
        if self.has_room_for(&item, signals) {
            self.accept(item, signals);
            return Offered::Decided(Ok(Pushed::Accepted));
        }
        self.overflow(item, signals)
    }

    /// What comes of an item for which there is no room.
    fn overflow(&mut self, item: T, signals: &Signals) -> Offered<T> {
        let refuse = |item, refusal| Offered::Decided(Err(Refused { item, refusal }));
        match self.overflow {
            Overflow::Wait if self.producers == Producers::Unwaiting => {
                refuse(item, Refusal::Unwaiting)
            }
            Overflow::Wait => Offered::Waits(item),
            Overflow::Reject => {
                self.counts.refused_full += 1;
                refuse(item, Refusal::Full)
            }
            Overflow::DropOldest => Offered::Decided(Ok(self.drop_oldest(item, signals))),
            Overflow::DropNewest => Offered::Decided(Ok(self.drop_newest(item))),
        }
    }

    fn drop_oldest(&mut self, item: T, signals: &Signals) -> Pushed<T> {
        let (above, bytes_above) = self.items.above(item.priority());
        if !self.has_room_beside(above, bytes_above, &item) {
            return self.drop_newest(item);
        }
        let mut displaced = Vec::new();
        // Ends at the latest when only what is above is left, with which there is room.
        while !self.has_room_for(&item, signals)
            && let Some(lost) = self.items.lose()
        {
            displaced.push(lost);
        }
        self.counts.dropped_oldest += displaced.len() as u64;
        self.accept(item, signals);
        Pushed::Displaced(displaced)
    }

    fn drop_newest(&mut self, item: T) -> Pushed<T> {
        self.counts.dropped_newest += 1;
        Pushed::Dropped(item)
    }
}
