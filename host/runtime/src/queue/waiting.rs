//! Those who wait, in the order in which they are to be served.

use std::collections::VecDeque;

/// A map in the order of its keys, for few entries that mostly come and go in that order. Unlike a
/// tree it keeps its memory when it is empty: a queue's waiting room is empty after every message.
pub(super) struct Waiting<K, V> {
    entries: VecDeque<(K, V)>,
}

impl<K: Ord + Copy, V> Waiting<K, V> {
    pub(super) fn new() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }

    pub(super) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts a value in its place, instead of what was there under the same key.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, present)) = self.entries.get_mut(at) {
                    *present = value;
                }
            }
            Err(at) if at == self.entries.len() => self.entries.push_back((key, value)),
            Err(at) => self.entries.insert(at, (key, value)),
        }
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.find(key).ok()?;
        let entry = if at + 1 == self.entries.len() {
            self.entries.pop_back()
        } else {
            self.entries.remove(at)
        };
        entry.map(|(_, value)| value)
    }

    pub(super) fn first(&self) -> Option<&V> {
        self.entries.front().map(|(_, value)| value)
    }

    pub(super) fn pop_first(&mut self) -> Option<(K, V)> {
        self.entries.pop_front()
    }

    pub(super) fn pop_last(&mut self) -> Option<(K, V)> {
        self.entries.pop_back()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Where a key is, or belongs.
    fn find(&self, key: &K) -> Result<usize, usize> {
        // Nearly always it is the only one, or comes last.
        match self.entries.back() {
            Some((last, _)) if last == key => Ok(self.entries.len() - 1),
            Some((last, _)) if last > key => {
                self.entries.binary_search_by(|(other, _)| other.cmp(key))
            }
            _ => Err(self.entries.len()),
        }
    }
}
