//! What the queue's lock protects.

use super::{Bands, Item, QueueCounts};
use crate::message::Priority;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
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

/// Orders the waiting senders: higher band first, then first come first served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SenderTicket {
    band: Reverse<Priority>,
    number: u64,
}

/// Orders the waiting receivers: first come first served.
pub(super) type ReceiverTicket = u64;

pub(super) struct State<T> {
    /// What is in the queue and promised to nobody.
    pub(super) items: Bands<T>,
    pub(super) capacity: usize,
    pub(super) capacity_bytes: usize,
    /// A second bound on the bytes, which can be changed.
    pub(super) bound_bytes: usize,
    pub(super) overflow: Overflow,
    pub(super) producers: Producers,
    pub(super) consumers: Consumers,
    pub(super) counts: QueueCounts,
    /// A ticket that is gone from here stands for an item that was taken in: only its own sender
    /// removes it for any other reason.
    pub(super) waiting_senders: BTreeMap<SenderTicket, WaitingSender<T>>,
    pub(super) waiting_receivers: BTreeMap<ReceiverTicket, Waker>,
    /// Items promised to receivers that were waiting and have been woken, until they are polled.
    /// Only while receivers are open.
    pub(super) promised: BTreeMap<ReceiverTicket, T>,
    next_ticket: u64,
}

impl<T: Item> State<T> {
    pub(super) fn new(capacity: NonZeroUsize, capacity_bytes: usize, overflow: Overflow) -> Self {
        Self {
            items: Bands::new(),
            capacity: capacity.get(),
            capacity_bytes,
            bound_bytes: usize::MAX,
            overflow,
            producers: Producers::Open,
            consumers: Consumers::Open,
            counts: QueueCounts::default(),
            waiting_senders: BTreeMap::new(),
            waiting_receivers: BTreeMap::new(),
            promised: BTreeMap::new(),
            next_ticket: 0,
        }
    }

    pub(super) fn receiver_ticket(&mut self) -> ReceiverTicket {
        self.next_ticket += 1;
        self.next_ticket
    }

    pub(super) fn sender_ticket(&mut self, item: &T) -> SenderTicket {
        self.next_ticket += 1;
        SenderTicket {
            band: Reverse(item.priority()),
            number: self.next_ticket,
        }
    }

    /// How many items are in the queue: accepted, and not received yet.
    pub(super) fn depth(&self) -> usize {
        self.items.len() + self.promised.len()
    }

    /// Whether there is room for an item. What is promised takes none: it is as good as received.
    /// An empty queue takes any item, however large.
    pub(super) fn has_room_for(&self, item: &T) -> bool {
        self.has_room_beside(self.items.len(), self.items.bytes(), item)
    }

    /// Whether there is room for an item beside so many others of so many bytes.
    pub(super) fn has_room_beside(&self, others: usize, bytes: usize, item: &T) -> bool {
        let bytes = bytes.saturating_add(item.bytes());
        let capacity_bytes = self.capacity_bytes.min(self.bound_bytes);
        others == 0 || others < self.capacity && bytes <= capacity_bytes
    }

    pub(super) fn accept(&mut self, item: T) {
        self.items.push(item);
        self.counts.accepted += 1;
        self.counts.peak_depth = self.counts.peak_depth.max(self.items.len() as u64);
    }

    /// After any change: moves waiting items into the room that there is, promises items to
    /// waiting receivers, and names all who are to be woken for it.
    pub(super) fn settle(&mut self, wakers: &mut Vec<Waker>) {
        // In their order: a large item that waits for room is not overtaken by small ones.
        while self.producers == Producers::Open
            && self
                .waiting_senders
                .first_key_value()
                .is_some_and(|(_, sender)| self.has_room_for(&sender.item))
        {
            let Some((_, sender)) = self.waiting_senders.pop_first() else {
                break;
            };
            self.accept(sender.item);
            wakers.push(sender.waker);
        }
        while self.consumers == Consumers::Open && !self.items.is_empty() {
            let Some((ticket, waker)) = self.waiting_receivers.pop_first() else {
                break;
            };
            let Some(item) = self.items.pop() else { break };
            self.promised.insert(ticket, item);
            wakers.push(waker);
        }
    }

    /// Takes all promises back: the items go to where they were, the receivers will ask again.
    pub(super) fn take_promises_back(&mut self) {
        while let Some((_, item)) = self.promised.pop_last() {
            self.items.put_back(item);
        }
    }

    /// Everybody who waits, for a change that concerns all. They keep their places.
    pub(super) fn all_wakers(&self, wakers: &mut Vec<Waker>) {
        wakers.extend(self.waiting_receivers.values().cloned());
        wakers.extend(
            self.waiting_senders
                .values()
                .map(|sender| sender.waker.clone()),
        );
    }
}
