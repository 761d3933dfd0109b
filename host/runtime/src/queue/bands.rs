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
    normal: VecDeque<T>,
    /// Made when they are first used: few queues among very many have more than one band.
    others: Option<Box<Others<T>>>,
    length: usize,
    bytes: usize,
}

/// The lines of the bands that are not the normal one.
struct Others<T> {
    low: VecDeque<T>,
    high: VecDeque<T>,
    urgent: VecDeque<T>,
}

impl<T: Item> Bands<T> {
    pub(super) fn new() -> Self {
        Self {
            normal: VecDeque::new(),
            others: None,
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
        if priority == Priority::Normal {
            return &mut self.normal;
        }
        let others = self.others.get_or_insert_with(|| {
            Box::new(Others {
                low: VecDeque::new(),
                high: VecDeque::new(),
                urgent: VecDeque::new(),
            })
        });
        match priority {
            Priority::Low => &mut others.low,
            Priority::Normal => &mut self.normal,
            Priority::High => &mut others.high,
            Priority::Urgent => &mut others.urgent,
        }
    }

    /// The lines that there are, lowest first.
    fn lines(&mut self) -> impl DoubleEndedIterator<Item = &mut VecDeque<T>> {
        let [low, high, urgent] = match self.others.as_deref_mut() {
            None => [None, None, None],
            Some(Others { low, high, urgent }) => [Some(low), Some(high), Some(urgent)],
        };
        [low, Some(&mut self.normal), high, urgent]
            .into_iter()
            .flatten()
    }

    /// Takes the next item to be served: the oldest of the highest band.
    pub(super) fn pop(&mut self) -> Option<T> {
        let item = self.lines().rev().find_map(VecDeque::pop_front)?;
        self.went(&item);
        Some(item)
    }

    /// Moves up to `most` items to the end of `served`, in the order of service. Where all are of one
    /// band, it moves them together.
    pub(super) fn serve(&mut self, most: usize, served: &mut VecDeque<T>) {
        let length = self.length;
        let Some(line) = self.lines().find(|line| line.len() == length) else {
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
        let others = self.others.as_deref();
        let [low, high, urgent] = match others {
            None => [None, None, None],
            Some(Others { low, high, urgent }) => [Some(low), Some(high), Some(urgent)],
        };
        let lines = Priority::ALL
            .into_iter()
            .zip([low, Some(&self.normal), high, urgent]);
        let items = lines
            .filter(|(band, _)| *band > priority)
            .filter_map(|(_, line)| line)
            .flatten();
        items.fold((0, 0), |(items, bytes), item| {
            (items + 1, bytes + item.bytes())
        })
    }

    /// Takes the item to lose first: the oldest of the lowest band.
    pub(super) fn lose(&mut self) -> Option<T> {
        let item = self.lines().find_map(VecDeque::pop_front)?;
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
        self.normal.shrink_to_fit();
        if let Some(Others { low, high, urgent }) = self.others.as_deref()
            && [low, high, urgent].into_iter().all(VecDeque::is_empty)
        {
            self.others = None;
        }
    }

    /// Takes everything, in the order of service.
    pub(super) fn drain(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.pop()).collect()
    }
}
