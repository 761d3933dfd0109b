//! The senders' side: what its lock protects.

use super::front::{Front, Signals};
use super::outlet::{Outlet, WaitingReceiver};
use super::waiting::Waiting;
use super::{Bands, Item, QueueCounts, Wakers};
use crate::message::Priority;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::task::Waker;

/// The most items that are moved to the front before they are asked for. What a move back costs is
/// bounded by it.
const READ_AHEAD: usize = 256;

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

/// What has been moved to the front, and what of it is known to be handed out.
#[derive(Debug, Default)]
struct Moved {
    items: u64,
    bytes: u64,
    handed: u64,
    handed_bytes: u64,
    /// The lowest band in the front, when something was last moved there.
    lowest: Option<Priority>,
}

pub(super) struct State<T> {
    /// What is on this side and promised to nobody.
    pub(super) items: Bands<T>,
    moved: Moved,
    capacity: usize,
    capacity_bytes: usize,
    /// A second bound on the bytes, which can be changed.
    pub(super) bound_bytes: usize,
    pub(super) overflow: Overflow,
    pub(super) producers: Producers,
    pub(super) consumers: Consumers,
    /// All but what is received, which the front counts.
    pub(super) counts: QueueCounts,
    /// Items that outlets took, which are received, too.
    pub(super) passed: u64,
    /// A ticket that is gone from here stands for an item that was taken in: only its own sender
    /// removes it for any other reason.
    pub(super) waiting_senders: Waiting<SenderTicket, WaitingSender<T>>,
    pub(super) waiting_receivers: Waiting<ReceiverTicket, WaitingReceiver<T>>,
    /// Items promised to receivers that were waiting and have been woken, until they are polled.
    /// Only while receivers are open.
    pub(super) promised: Waiting<ReceiverTicket, T>,
    next_ticket: u64,
}

impl<T: Item> State<T> {
    pub(super) fn new(capacity: NonZeroUsize, capacity_bytes: usize, overflow: Overflow) -> Self {
        Self {
            items: Bands::new(),
            moved: Moved::default(),
            capacity: capacity.get(),
            capacity_bytes,
            bound_bytes: usize::MAX,
            overflow,
            producers: Producers::Open,
            consumers: Consumers::Open,
            counts: QueueCounts::default(),
            passed: 0,
            waiting_senders: Waiting::new(),
            waiting_receivers: Waiting::new(),
            promised: Waiting::new(),
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

    /// Learns what has been handed out of the front.
    pub(super) fn look(&mut self, signals: &Signals) {
        (self.moved.handed, self.moved.handed_bytes) = signals.handed();
    }

    /// How many items are in the front, and their bytes: as of the last look, so no fewer than
    /// there are.
    fn in_front(&self) -> (usize, usize) {
        let items = self.moved.items.wrapping_sub(self.moved.handed);
        let bytes = self.moved.bytes.wrapping_sub(self.moved.handed_bytes);
        (items as usize, bytes as usize)
    }

    /// How many items are in the queue: accepted, and not received yet. As of the last look.
    pub(super) fn depth(&self) -> usize {
        self.items.len() + self.promised.len() + self.in_front().0
    }

    /// The bytes of what is in the queue and promised to nobody. As of the last look.
    pub(super) fn bytes(&self) -> usize {
        self.items.bytes().saturating_add(self.in_front().1)
    }

    /// How many items were received and did not come back. As of the last look.
    pub(super) fn received(&self) -> u64 {
        let handed = self.moved.handed.wrapping_add(self.passed);
        handed.wrapping_sub(self.counts.returned)
    }

    /// Moves what is next to the front, of which `wanted` are to be handed out at once.
    pub(super) fn serve(&mut self, wanted: usize, front: &mut Front<T>) {
        if self.items.is_empty() {
            return;
        }
        let most = match self.overflow {
            // Which is the oldest is decided on this side.
            Overflow::DropOldest => wanted,
            _ => wanted.max(READ_AHEAD),
        };
        let (items, bytes) = (self.items.len(), self.items.bytes());
        let missing = most.saturating_sub(front.items.len());
        self.items.serve(missing, &mut front.items);
        self.moved.items += (items - self.items.len()) as u64;
        self.moved.bytes += (bytes - self.items.bytes()) as u64;
        self.moved.lowest = front.items.back().map(Item::priority);
    }

    /// Moves an item to the front that is the next of all.
    pub(super) fn serve_promised(&mut self, item: T, front: &mut Front<T>) {
        self.moved.items += 1;
        self.moved.bytes += item.bytes() as u64;
        self.moved.lowest = Some(item.priority());
        front.items.push_front(item);
    }

    /// Moves everything back from the front.
    pub(super) fn recall(&mut self, front: &mut Front<T>, signals: &Signals) {
        signals.clear_overtaken();
        while let Some(item) = front.items.pop_back() {
            self.moved.items -= 1;
            self.moved.bytes -= item.bytes() as u64;
            self.items.put_back(item);
        }
        self.moved.lowest = None;
        self.look(signals);
    }

    /// Whether there is room for an item. What is promised takes none: it is as good as received.
    /// An empty queue takes any item, however large.
    pub(super) fn has_room_for(&mut self, item: &T, signals: &Signals) -> bool {
        if self.seems_to_have_room_for(item) {
            return true;
        }
        self.look(signals);
        self.seems_to_have_room_for(item)
    }

    fn seems_to_have_room_for(&self, item: &T) -> bool {
        let (items, bytes) = self.in_front();
        let others = self.items.len() + items;
        self.has_room_beside(others, self.items.bytes().saturating_add(bytes), item)
    }

    /// Whether there is room for an item beside so many others of so many bytes.
    pub(super) fn has_room_beside(&self, others: usize, bytes: usize, item: &T) -> bool {
        let bytes = bytes.saturating_add(item.bytes());
        let capacity_bytes = self.capacity_bytes.min(self.bound_bytes);
        others == 0 || others < self.capacity && bytes <= capacity_bytes
    }

    /// A receiver that waits and may have an item. Where there is one, nothing is before that item.
    #[inline]
    pub(super) fn next_receiver(&mut self) -> Option<(ReceiverTicket, WaitingReceiver<T>)> {
        if self.waiting_receivers.is_empty() || self.consumers != Consumers::Open {
            return None;
        }
        self.waiting_receivers.pop_first()
    }

    /// Takes an item in and promises it to such a receiver.
    pub(super) fn accept_for(&mut self, ticket: ReceiverTicket, item: T) {
        self.promised.insert(ticket, item);
        self.counts.accepted += 1;
        self.counts.peak_depth = self.counts.peak_depth.max(1);
    }

    #[inline]
    pub(super) fn accept(&mut self, item: T, signals: &Signals) {
        if self
            .moved
            .lowest
            .is_some_and(|lowest| item.priority() > lowest)
        {
            signals.set_overtaken();
        }
        self.items.push(item);
        self.counts.accepted += 1;
        let most = |state: &Self| (state.items.len() + state.in_front().0) as u64;
        if most(self) > self.counts.peak_depth {
            // Looked at only here: it is written at every receive.
            self.look(signals);
            self.counts.peak_depth = self.counts.peak_depth.max(most(self));
        }
    }

    /// After any change: moves waiting items into the room that there is, promises items to
    /// waiting receivers, and names all who are to be woken for it.
    #[inline]
    pub(super) fn settle(&mut self, signals: &Signals, wakers: &mut Wakers) {
        // As after nearly every message.
        if self.waiting_senders.is_empty() && self.waiting_receivers.is_empty() {
            return;
        }
        self.settle_waiting(signals, wakers);
    }

    fn settle_waiting(&mut self, signals: &Signals, wakers: &mut Wakers) {
        // In their order: a large item that waits for room is not overtaken by small ones.
        while self.producers == Producers::Open && self.has_room_for_next_sender(signals) {
            let Some((_, sender)) = self.waiting_senders.pop_first() else {
                break;
            };
            if self.waiting_senders.is_empty() {
                signals.want_no_room();
            }
            self.accept(sender.item, signals);
            wakers.sender(sender.waker);
        }
        while self.consumers == Consumers::Open
            && !self.items.is_empty()
            && let Some((ticket, receiver)) = self.waiting_receivers.pop_first()
        {
            let Some(item) = self.items.pop() else { break };
            self.promised.insert(ticket, item);
            wakers.receiver(receiver.waker);
        }
    }

    fn has_room_for_next_sender(&mut self, signals: &Signals) -> bool {
        if self.waiting_senders.is_empty() {
            return false;
        }
        self.look(signals);
        self.waiting_senders
            .first()
            .is_some_and(|sender| self.seems_to_have_room_for(&sender.item))
    }

    /// Has a receiver wait, or wait on.
    pub(super) fn wait_to_receive(
        &mut self,
        ticket: ReceiverTicket,
        waker: &Waker,
        outlet: Option<&Arc<dyn Outlet<T>>>,
    ) {
        if let Some(waiting) = self.waiting_receivers.get_mut(&ticket) {
            waiting.waker.clone_from(waker);
            return;
        }
        let receiver = WaitingReceiver {
            waker: waker.clone(),
            outlet: outlet.cloned(),
        };
        self.waiting_receivers.insert(ticket, receiver);
    }

    /// Takes all promises back: the items go to where they were, the receivers will ask again.
    pub(super) fn take_promises_back(&mut self) {
        while let Some((_, item)) = self.promised.pop_last() {
            self.items.put_back(item);
        }
    }

    pub(super) fn shrink(&mut self) {
        self.items.shrink();
        self.waiting_senders.shrink();
        self.waiting_receivers.shrink();
        self.promised.shrink();
    }

    /// Everybody who waits, for a change that concerns all. They keep their places.
    pub(super) fn all_wakers(&self, wakers: &mut Wakers) {
        for receiver in self.waiting_receivers.values() {
            wakers.receiver(receiver.waker.clone());
        }
        for sender in self.waiting_senders.values() {
            wakers.sender(sender.waker.clone());
        }
    }
}
