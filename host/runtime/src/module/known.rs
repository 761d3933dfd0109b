//! Components that were loaded lately: their digest need not be computed again.

use super::Digest;
use bytes::Bytes;
use lru::LruCache;
use parking_lot::Mutex;
use std::num::NonZeroUsize;

/// So many are kept, at most.
const KEPT: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// Larger ones, in bytes, are not kept.
const LARGEST: usize = 1 << 20;

/// Components by their digest. That of bytes is told only where they are those of one that is kept:
/// a length, a name or a time of change would not do.
pub(super) struct Known(Mutex<LruCache<Digest, Bytes>>);

impl Known {
    pub(super) fn new() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }

    /// The digest of bytes that lie where those of a kept component do, which is a look at no byte.
    /// Those are kept, so nothing else can have come to lie there.
    pub(super) fn same(&self, bytes: &Bytes) -> Option<Digest> {
        let mut kept = self.0.lock();
        let place = bytes.as_ptr_range();
        let mut entries = kept.iter();
        let found = entries.find(|(_, other)| other.as_ptr_range() == place);
        let digest = found.map(|(digest, _)| *digest)?;
        kept.promote(&digest);
        Some(digest)
    }

    /// The digest of these bytes, which are kept from here on.
    pub(super) fn digest(&self, bytes: &Bytes) -> Digest {
        let same_length = |(digest, other): (&Digest, &Bytes)| {
            (other.len() == bytes.len()).then(|| (*digest, other.clone()))
        };
        // Compared without the lock.
        let candidates: Vec<_> = self.0.lock().iter().filter_map(same_length).collect();
        let equal = candidates.into_iter().find(|(_, other)| other == bytes);
        let digest = equal.map_or_else(|| Digest::of(bytes), |(digest, _)| digest);
        if bytes.len() <= LARGEST {
            self.0.lock().put(digest, bytes.clone());
        }
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_have_one_digest_and_others_their_own() {
        let known = Known::new();
        for text in ["one", "two", "one", "a longer one"] {
            let bytes = Bytes::from(text);
            assert_eq!(known.digest(&bytes), Digest::of(&bytes));
            assert_eq!(known.same(&bytes), Some(Digest::of(&bytes)));
        }
    }

    #[test]
    fn only_what_is_kept_is_known_by_its_place() {
        let known = Known::new();
        let bytes = Bytes::from("a component".to_owned());
        assert_eq!(known.same(&bytes), None);
        let digest = known.digest(&bytes);
        assert_eq!(known.same(&bytes.clone()), Some(digest));
        assert_eq!(known.same(&bytes.slice(1..)), None);
        assert_eq!(known.same(&bytes.slice(..3)), None);
        assert_eq!(known.same(&Bytes::copy_from_slice(&bytes)), None);
    }

    #[test]
    fn the_oldest_and_the_largest_are_not_kept() {
        let known = Known::new();
        let large = Bytes::from(vec![0; LARGEST + 1]);
        known.digest(&large);
        assert_eq!(known.same(&large), None);
        let first = Bytes::from("first".to_owned());
        known.digest(&first);
        for number in 0..KEPT.get() {
            known.digest(&Bytes::from(number.to_string()));
        }
        assert_eq!(known.same(&first), None);
    }
}
