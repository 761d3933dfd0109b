//! Counts the words of a stream of texts: state that grows with what comes.

#![deny(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use ringhost_sdk::prelude::*;

/// What is longer than this many bytes is no word, and is not counted.
const LONGEST_WORD: usize = 256;

/// An answer is cut near this many bytes, to stay well below a message limit of 1 MiB.
const ANSWER_BYTES: usize = 512 * 1024;

/// More than a [`Count`] takes beside its word.
const COUNT_BYTES: usize = 16;

/// The answer to a text: the words that occur in it.
#[message]
pub struct Counts {
    /// The words, in alphabetical order.
    pub words: Vec<Count>,
    /// How many words, repetitions included, all texts so far have.
    pub total: u64,
    /// How many words follow in further answers to the same text.
    pub remaining: u32,
}

/// How often a word occurred.
#[message]
pub struct Count {
    /// The word, in lower case.
    pub word: String,
    /// How often it occurred in all texts so far.
    pub count: u64,
}

/// Answers each text with its words and how often they occurred since the kernel began. A word is
/// a run of letters and digits.
#[ring_kernel]
pub fn wordcount(context: &mut Context<Raw, Counts>) -> Result<()> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut total = 0;
    context.serve(|text, replies| {
        // What is not UTF-8 parts words, as any other sign does.
        let text = String::from_utf8_lossy(&text).to_lowercase();
        let words = text
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| (1..=LONGEST_WORD).contains(&word.len()));
        let mut seen = BTreeSet::new();
        for word in words {
            // Most words are known: only a new one is worth an allocation.
            match counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(word.to_owned(), 1);
                }
            }
            seen.insert(word);
            total += 1;
        }
        let seen: Vec<Count> = seen
            .into_iter()
            .map(|word| Count {
                word: word.to_owned(),
                count: counts[word],
            })
            .collect();
        answer(&seen, total, replies);
        Ok(())
    })
}

fn answer(mut words: &[Count], total: u64, replies: &mut Replies<Counts>) {
    loop {
        let mut bytes = 0;
        let fitting = words.iter().take_while(|count| {
            bytes += count.word.len() + COUNT_BYTES;
            bytes <= ANSWER_BYTES
        });
        let (part, rest) = words.split_at(fitting.count());
        replies.push(Counts {
            words: part.to_vec(),
            total,
            remaining: u32::try_from(rest.len()).unwrap_or(u32::MAX),
        });
        if rest.is_empty() {
            return;
        }
        words = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    fn answers(texts: &[&[u8]]) -> Vec<Counts> {
        let run = texts
            .iter()
            .fold(TestHost::new(), |host, text| host.send_bytes(*text))
            .run(wordcount);
        assert_eq!(run.result, Ok(()));
        run.messages()
    }

    fn words(counts: &Counts) -> Vec<(&str, u64)> {
        counts
            .words
            .iter()
            .map(|count| (count.word.as_str(), count.count))
            .collect()
    }

    #[test]
    fn counts_go_on_from_text_to_text() {
        let answers = answers(&[b"The cat, the hat.", b"", b"a CAT!"]);
        assert_eq!(words(&answers[0]), [("cat", 1), ("hat", 1), ("the", 2)]);
        assert_eq!((answers[1].words.len(), answers[1].total), (0, 4));
        assert_eq!(words(&answers[2]), [("a", 1), ("cat", 2)]);
        assert_eq!((answers[2].total, answers[2].remaining), (6, 0));
    }

    #[test]
    fn words_are_of_any_alphabet_and_never_endless() {
        let long = "x".repeat(LONGEST_WORD + 1);
        let text = format!("Ärger 42 über_Ärger {long} ДА");
        let answers = answers(&[text.as_bytes(), b"a\xffb"]);
        assert_eq!(
            words(&answers[0]),
            [("42", 1), ("ärger", 2), ("über", 1), ("да", 1)]
        );
        assert_eq!(words(&answers[1]), [("a", 1), ("b", 1)]);
    }

    #[test]
    fn more_words_than_fit_come_in_parts() {
        let text: String = (0..100_000).map(|word| format!("{word} ")).collect();
        let answers = answers(&[text.as_bytes()]);
        assert!(answers.len() > 1);
        let mut left = 100_000;
        for answer in &answers {
            left -= answer.words.len() as u32;
            assert_eq!(answer.remaining, left);
            assert_eq!(answer.total, 100_000);
        }
        assert_eq!(left, 0);
    }
}
