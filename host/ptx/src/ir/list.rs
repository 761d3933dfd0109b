//! A list that only its own keys index.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A position in a list.
pub trait Key: Copy {
    /// The key of this position.
    fn new(index: u32) -> Self;
    /// The position.
    fn index(self) -> u32;
}

/// A list that grows only, indexed by what [`push`](List::push) returned.
#[derive(Debug)]
pub struct List<K, T> {
    items: Vec<T>,
    key: PhantomData<K>,
}

impl<K, T> Default for List<K, T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            key: PhantomData,
        }
    }
}

impl<K: Key, T> List<K, T> {
    /// Adds at the end. The limit on instructions keeps lists far below 2^32.
    pub fn push(&mut self, item: T) -> K {
        let key = K::new(self.items.len() as u32);
        self.items.push(item);
        key
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = K> + use<K, T> {
        (0..self.items.len() as u32).map(K::new)
    }

    /// Whether there is an item for the key, which may be of a longer list.
    pub fn holds(&self, key: K) -> bool {
        (key.index() as usize) < self.items.len()
    }

    /// A list for the same keys.
    pub fn map<U>(&self, make: impl FnMut(&T) -> U) -> List<K, U> {
        List {
            items: self.items.iter().map(make).collect(),
            key: PhantomData,
        }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "a key is made by this list's push, and lists never shrink"
)]
impl<K: Key, T> Index<K> for List<K, T> {
    type Output = T;

    fn index(&self, key: K) -> &T {
        &self.items[key.index() as usize]
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "a key is made by this list's push, and lists never shrink"
)]
impl<K: Key, T> IndexMut<K> for List<K, T> {
    fn index_mut(&mut self, key: K) -> &mut T {
        &mut self.items[key.index() as usize]
    }
}
