//! One first-in-first-out line a priority.

use crate::message::Priority;
use std::collections::VecDeque;

/// What the queue must know of what it carries.
pub trait Item {
    /// The band it travels in.
    fn priority(&self) -> Priority;
    /// How much it weighs where bytes are bounded: in the queue, and in a receiver's batch.
    fn bytes(&self) -> usize;
    /// Whether it is received alone, whatever its receiver asks for.
    fn alone(&self) -> bool {
        false
    }
}

/// Four lines. The highest is served first, the lowest is the first to lose an item.
pub(super) struct Bands<T> {
    lines: [VecDeque<T>; 4],
    length: usize,
    bytes: usize,
}

impl<T: Item> Bands<T> {
    pub(super) fn new() -> Self {
        Self {
            lines: std::array::from_fn(|_| VecDeque::new()),
            length: 0,
            bytes: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(super) fn push(&mut self, item: T) {
        let priority = item.priority();
        self.came(&item);
        self.line(priority).push_back(item);
    }

    /// Puts an item back that was taken and not received.
    pub(super) fn put_back(&mut self, item: T) {
        let priority = item.priority();
        self.came(&item);
        self.line(priority).push_front(item);
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

    /// Takes the next item to be served: the oldest of the highest band.
    pub(super) fn pop(&mut self) -> Option<T> {
        let item = self.lines.iter_mut().rev().find_map(VecDeque::pop_front)?;
        self.went(&item);
        Some(item)
    }

    /// Moves up to `most` items to the end of `served`, in the order of service. Where all are of one
    /// band, it moves them together.
    pub(super) fn serve(&mut self, most: usize, served: &mut VecDeque<T>) {
        let length = self.length;
        let Some(line) = self.lines.iter_mut().find(|line| line.len() == length) else {
            served.extend(std::iter::from_fn(|| self.pop()).take(most));
            return;
        };
        if served.is_empty() && length <= most {
            std::mem::swap(line, served);
            self.length = 0;
            self.bytes = 0;
            return;
        }
        let moved = length.min(most);
        let mut bytes = 0;
        served.extend(line.drain(..moved).inspect(|item| bytes += item.bytes()));
        self.length -= moved;
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// How many items are in bands above this one, and their bytes.
    pub(super) fn above(&self, priority: Priority) -> (usize, usize) {
        let lines = Priority::ALL.into_iter().zip(&self.lines);
        let items = lines
            .filter(|(band, _)| *band > priority)
            .flat_map(|(_, line)| line);
        items.fold((0, 0), |(items, bytes), item| {
            (items + 1, bytes + item.bytes())
        })
    }

    /// Takes the item to lose first: the oldest of the lowest band.
    pub(super) fn lose(&mut self) -> Option<T> {
        let item = self.lines.iter_mut().find_map(VecDeque::pop_front)?;
        self.went(&item);
        Some(item)
    }

    fn came(&mut self, item: &T) {
        self.length += 1;
        self.bytes = self.bytes.saturating_add(item.bytes());
    }

    fn went(&mut self, item: &T) {
        self.length -= 1;
        self.bytes = self.bytes.saturating_sub(item.bytes());
    }

    pub(super) fn shrink(&mut self) {
        self.lines.iter_mut().for_each(VecDeque::shrink_to_fit);
    }

    /// Takes everything, in the order of service.
    pub(super) fn drain(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.pop()).collect()
    }
}
