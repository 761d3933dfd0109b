//! One first-in-first-out line a priority.

use crate::message::Priority;
use std::collections::VecDeque;

/// What the queue must know of what it carries.
pub trait Item {
    /// The band it travels in.
    fn priority(&self) -> Priority;
    /// How much it weighs when a receiver bounds its batch by bytes.
    fn bytes(&self) -> usize;
}

/// Four lines. The highest is served first, the lowest is the first to lose an item.
pub(super) struct Bands<T> {
    lines: [VecDeque<T>; 4],
    length: usize,
}

impl<T> Bands<T> {
    pub(super) fn new() -> Self {
        Self {
            lines: std::array::from_fn(|_| VecDeque::new()),
            length: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(super) fn push(&mut self, priority: Priority, item: T) {
        self.line(priority).push_back(item);
        self.length += 1;
    }

    /// Puts an item back that was taken and not received.
    pub(super) fn put_back(&mut self, priority: Priority, item: T) {
        self.line(priority).push_front(item);
        self.length += 1;
    }

    fn line(&mut self, priority: Priority) -> &mut VecDeque<T> {
        let [low, normal, high, urgent] = &mut self.lines;
        match priority {
            Priority::Low => low,
            Priority::Normal => normal,
            Priority::High => high,
            Priority::Urgent => urgent,
        }
    }

    /// The next item to be served: the oldest of the highest band.
    pub(super) fn front(&self) -> Option<&T> {
        self.lines.iter().rev().find_map(VecDeque::front)
    }

    /// Takes the next item to be served.
    pub(super) fn pop(&mut self) -> Option<T> {
        let item = self.lines.iter_mut().rev().find_map(VecDeque::pop_front)?;
        self.length -= 1;
        Some(item)
    }

    /// The item to lose first: the oldest of the lowest band.
    pub(super) fn first_to_lose(&self) -> Option<&T> {
        self.lines.iter().find_map(VecDeque::front)
    }

    /// Takes the item to lose first.
    pub(super) fn lose(&mut self) -> Option<T> {
        let item = self.lines.iter_mut().find_map(VecDeque::pop_front)?;
        self.length -= 1;
        Some(item)
    }

    /// Takes everything, in the order of service.
    pub(super) fn drain(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.pop()).collect()
    }
}
