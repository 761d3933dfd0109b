//! What is in a memory, told by where it differs from what others of its kind began with.
//!
//! A kernel that rests has written to few bytes of the pages that it has touched: the rest is zeros, or
//! came with its component. What it has written is folded into one piece, and its pages are given back.

use std::sync::OnceLock;

/// Bytes that are looked at together. The system's pages are as large, or a power of two larger.
pub(super) const CHUNK_BYTES: usize = 4 << 10;

/// Bytes that are compared at once.
const WORD_BYTES: usize = 8;

/// So many words that are as in the base do not end a difference: telling of another would be as long.
const GAP_WORDS: usize = 1;

static ZEROS: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];

/// What memories of one component begin with, as far as it is known. Any other content would serve as
/// well, and fold less.
#[derive(Default)]
pub(crate) struct Base {
    chunks: OnceLock<Vec<Chunk>>,
}

/// `None` for zeros.
type Chunk = Option<Box<[u8]>>;

impl Base {
    /// Takes a memory for what all begin with, unless there is one.
    pub(super) fn learn<'memory>(&self, memory: impl FnOnce() -> Option<&'memory [u8]>) {
        self.chunks.get_or_init(|| {
            let chunks = memory().unwrap_or_default().chunks(CHUNK_BYTES);
            chunks
                .map(|chunk| (!is_zero(chunk)).then(|| chunk.into()))
                .collect()
        });
    }

    /// Those that are not zeros, and their numbers.
    fn chunks(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let chunks = self.chunks.get().into_iter().flatten().enumerate();
        chunks.filter_map(|(number, chunk)| Some((number, chunk.as_deref()?)))
    }

    fn chunk(&self, number: usize) -> Option<&[u8]> {
        self.chunks.get()?.get(number)?.as_deref()
    }
}

/// What was in a memory: for each difference from the base where it is and its length, in four bytes
/// each, and what was there.
pub(super) struct Folded(Box<[u8]>);

impl Folded {
    /// Folds a memory, of which no more than these chunks can be other than zeros. `None` if that would
    /// save little.
    pub(super) fn of(
        memory: &[u8],
        base: &Base,
        is_written: impl Fn(usize) -> bool,
    ) -> Option<Self> {
        let mut folded = Vec::new();
        let mut written = 0;
        for (number, chunk) in memory.chunks(CHUNK_BYTES).enumerate() {
            let before = base.chunk(number);
            if is_written(number) {
                written += chunk.len();
            } else if before.is_none() {
                continue;
            }
            let start = number.checked_mul(CHUNK_BYTES)?;
            fold_chunk(&mut folded, start, chunk, before.unwrap_or(&ZEROS))?;
            if folded.len() > memory.len() {
                return None;
            }
        }
        (folded.len() <= written / 2).then(|| Self(folded.into()))
    }

    /// Makes a memory full of zeros what it was.
    pub(super) fn unfold(&self, memory: &mut [u8], base: &Base) {
        for (number, chunk) in base.chunks() {
            let start = number.saturating_mul(CHUNK_BYTES);
            if let Some(part) = memory.get_mut(start..start.saturating_add(chunk.len())) {
                part.copy_from_slice(chunk);
            }
        }
        let mut rest = &*self.0;
        while let Some((start, length, after)) = header(rest)
            && let Some((bytes, next)) = after.split_at_checked(length)
            && let Some(part) = memory.get_mut(start..start.saturating_add(length))
        {
            part.copy_from_slice(bytes);
            rest = next;
        }
    }

    /// How many bytes it takes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.len()
    }
}

/// Where a difference is and its length, and what comes after that.
fn header(folded: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (start, rest) = folded.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let number = |bytes: &[u8; 4]| u32::from_ne_bytes(*bytes) as usize;
    Some((number(start), number(length), rest))
}

/// Tells what differs in a chunk that begins at `start`.
fn fold_chunk(folded: &mut Vec<u8>, start: usize, chunk: &[u8], before: &[u8]) -> Option<()> {
    let words = chunk.chunks(WORD_BYTES).zip(before.chunks(WORD_BYTES));
    let mut differing: Option<(usize, usize)> = None;
    for (number, (now, before)) in words.enumerate() {
        if now == before {
            continue;
        }
        differing = Some(match differing {
            Some((first, last)) if number - last <= GAP_WORDS + 1 => (first, number),
            Some(done) => {
                tell(folded, start, chunk, done)?;
                (number, number)
            }
            None => (number, number),
        });
    }
    match differing {
        Some(last) => tell(folded, start, chunk, last),
        None => Some(()),
    }
}

fn tell(folded: &mut Vec<u8>, start: usize, chunk: &[u8], words: (usize, usize)) -> Option<()> {
    let (first, last) = words;
    let from = first * WORD_BYTES;
    let bytes = chunk.get(from..chunk.len().min((last + 1) * WORD_BYTES))?;
    folded.extend(u32::try_from(start + from).ok()?.to_ne_bytes());
    folded.extend(u32::try_from(bytes.len()).ok()?.to_ne_bytes());
    folded.extend(bytes);
    Some(())
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHUNKS: usize = 5;

    /// A memory of zeros but for these bytes.
    fn memory(written: &[(usize, u8)]) -> Vec<u8> {
        let mut memory = vec![0; CHUNKS * CHUNK_BYTES];
        for &(at, byte) in written {
            memory[at] = byte;
        }
        memory
    }

    fn written() -> impl Strategy<Value = Vec<(usize, u8)>> {
        prop::collection::vec((0..CHUNKS * CHUNK_BYTES, any::<u8>()), 0..200)
    }

    proptest! {
        #[test]
        fn what_was_folded_is_unfolded(
            begins: bool,
            same in 0..CHUNKS,
            base in written(),
            now in written(),
        ) {
            let first = memory(&base);
            let base = Base::default();
            base.learn(|| begins.then_some(&*first));
            let mut now = memory(&now);
            let same = same * CHUNK_BYTES;
            now[..same].copy_from_slice(&first[..same]);
            let is_written = |number: usize| {
                let start = number * CHUNK_BYTES;
                !is_zero(&now[start..start + CHUNK_BYTES])
            };
            if let Some(folded) = Folded::of(&now, &base, is_written) {
                let mut unfolded = vec![0; now.len()];
                folded.unfold(&mut unfolded, &base);
                prop_assert!(unfolded == now);
            }
        }
    }

    #[test]
    fn what_is_as_it_began_takes_nothing() {
        let (base, first) = (Base::default(), memory(&[(1, 1), (2 * CHUNK_BYTES, 2)]));
        base.learn(|| Some(&first));
        let folded = Folded::of(&first, &base, |_| true).unwrap();
        assert_eq!(folded.bytes(), 0);
    }

    #[test]
    fn zeros_where_there_were_none_are_a_difference() {
        let (base, first) = (Base::default(), memory(&[(9, 1)]));
        base.learn(|| Some(&first));
        let zeros = memory(&[]);
        // It was given back, say, so nothing of it is written.
        assert!(Folded::of(&zeros, &base, |_| false).is_none());
        let folded = Folded::of(&zeros, &base, |number| number == 1).unwrap();
        let mut unfolded = memory(&[]);
        folded.unfold(&mut unfolded, &base);
        assert_eq!(unfolded, zeros);
    }

    #[test]
    fn a_memory_full_of_differences_is_not_folded() {
        let full = vec![1; CHUNKS * CHUNK_BYTES];
        assert!(Folded::of(&full, &Base::default(), |_| true).is_none());
    }
}
