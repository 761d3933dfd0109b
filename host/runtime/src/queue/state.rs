//! What the queue's lock protects.

use super::{Bands, Item, QueueCounts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::task::Waker;

/// What a full queue does with one more message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overflow {
    /// The sender waits for room, as long as its timeout allows.
    #[default]
    Wait,
    /// The sender is refused at once.
    Reject,
    /// The oldest message of the lowest band makes room, and is counted. A new message of a still
    /// lower band is the one that is dropped.
    DropOldest,
    /// The new message is dropped, and counted. Its sender is not held up.
    DropNewest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Producers {
    Open,
    /// Only what finds room at once is taken.
    Unwaiting,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consumers {
    Open,
    Held,
    Stopped,
}

/// A sender's item, waiting for room.
pub(super) struct WaitingSender<T> {
    pub(super) item: T,
    pub(super) waker: Waker,
}

pub(super) struct State<T> {
    pub(super) items: Bands<T>,
    pub(super) capacity: usize,
    pub(super) overflow: Overflow,
    pub(super) producers: Producers,
    pub(super) consumers: Consumers,
    pub(super) counts: QueueCounts,
    /// The waiting room, by ticket. A ticket that is gone from here stands for an item that was
    /// taken in: only its own sender removes it for any other reason.
    pub(super) waiting_senders: BTreeMap<Ticket, WaitingSender<T>>,
    pub(super) waiting_receivers: BTreeMap<u64, Waker>,
    next_ticket: u64,
}

/// Orders the waiting room: higher band first, then first come first served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    band: std::cmp::Reverse<crate::message::Priority>,
    number: u64,
}

impl<T: Item> State<T> {
    pub(super) fn new(capacity: NonZeroUsize, overflow: Overflow) -> Self {
        Self {
            items: Bands::new(),
            capacity: capacity.get(),
            overflow,
            producers: Producers::Open,
            consumers: Consumers::Open,
            counts: QueueCounts::default(),
            waiting_senders: BTreeMap::new(),
            waiting_receivers: BTreeMap::new(),
            next_ticket: 0,
        }
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    pub(super) fn ticket(&mut self, item: &T) -> Ticket {
        Ticket {
            band: std::cmp::Reverse(item.priority()),
            number: self.next_number(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.items.len() >= self.capacity
    }

    /// Takes an item in and names the receiver to wake for it.
    pub(super) fn accept(&mut self, item: T) -> Option<Waker> {
        self.items.push(item.priority(), item);
        self.counts.accepted += 1;
        self.counts.peak_depth = self.counts.peak_depth.max(self.items.len() as u64);
        self.next_receiver()
    }

    /// Moves waiting items into the room that there is, and names all who are to be woken.
    pub(super) fn admit_waiting(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while self.producers == Producers::Open && !self.is_full() {
            let Some((_, waiting)) = self.waiting_senders.pop_first() else {
                break;
            };
            wakers.extend(self.accept(waiting.item));
            wakers.push(waiting.waker);
        }
        wakers
    }

    /// The receiver to wake, if there is something for one. It leaves the waiting room: when it is
    /// polled it takes an item, and when it is dropped instead it names the next.
    pub(super) fn next_receiver(&mut self) -> Option<Waker> {
        if self.items.is_empty() || self.consumers != Consumers::Open {
            return None;
        }
        self.waiting_receivers.pop_first().map(|(_, waker)| waker)
    }

    /// Everybody who waits, for a change that concerns all. Senders keep their place; receivers
    /// come back to theirs when they are polled.
    pub(super) fn take_all_wakers(&mut self) -> Vec<Waker> {
        let receivers = std::mem::take(&mut self.waiting_receivers).into_values();
        let senders = self
            .waiting_senders
            .values()
            .map(|waiting| waiting.waker.clone());
        receivers.chain(senders).collect()
    }
}
