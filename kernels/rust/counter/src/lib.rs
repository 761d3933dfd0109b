//! Counts by key: the first handler to read. The host calls it with messages, and between two calls
//! nothing of it is left but its counts, which the host can take out and put into another.

#![deny(missing_docs)]

use ringhost_sdk::prelude::*;
use std::collections::BTreeMap;

/// What to do with a key.
#[message]
pub enum Request {
    /// Count so much more.
    Add {
        /// What is counted.
        key: String,
        /// How much.
        amount: u64,
    },
    /// Tell the count.
    Read {
        /// What is counted.
        key: String,
    },
    /// Tell all counts.
    ReadAll,
}

/// The count of one key. An [`Add`](Request::Add) is not answered.
#[message]
pub struct Count {
    /// What is counted.
    pub key: String,
    /// How much of it there was.
    pub count: u64,
}

/// All counts, by key: what is kept between two calls, and what a snapshot holds.
#[message]
#[derive(Default)]
pub struct Counts(BTreeMap<String, u64>);

/// Handles one request.
#[ring_handler(snapshot)]
pub fn counter(counts: &mut Counts, request: Request, replies: &mut Replies<Count>) -> Result<()> {
    match request {
        Request::Add { key, amount } => {
            let count = counts.0.entry(key).or_default();
            *count = count.saturating_add(amount);
        }
        Request::Read { key } => {
            let count = counts.0.get(&key).copied().unwrap_or_default();
            replies.push(Count { key, count });
        }
        Request::ReadAll => {
            for (key, &count) in &counts.0 {
                let key = key.clone();
                replies.push(Count { key, count });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::{TestHost, TestRun};

    fn add(key: &str, amount: u64) -> Request {
        let key = key.to_owned();
        Request::Add { key, amount }
    }

    fn read(key: &str) -> Request {
        Request::Read {
            key: key.to_owned(),
        }
    }

    fn run(counts: &mut Counts, requests: impl IntoIterator<Item = Request>) -> TestRun<Count> {
        TestHost::new()
            .send_each(requests)
            .run_handler(|request, replies| counter(counts, request, replies))
    }

    fn counted(run: TestRun<Count>) -> Vec<(String, u64)> {
        assert_eq!(run.result, Ok(()));
        let counts = run.messages().into_iter();
        counts.map(|Count { key, count }| (key, count)).collect()
    }

    #[test]
    fn counts_each_key_for_itself() {
        let requests = [add("a", 2), add("b", 3), add("a", 5), read("a"), read("c")];
        let answers = counted(run(&mut Counts::default(), requests));
        assert_eq!(answers, [("a".to_owned(), 7), ("c".to_owned(), 0)]);
    }

    #[test]
    fn stays_at_the_most_it_can_count() {
        let requests = [add("a", u64::MAX), add("a", 1), read("a")];
        let answers = counted(run(&mut Counts::default(), requests));
        assert_eq!(answers, [("a".to_owned(), u64::MAX)]);
    }

    #[test]
    fn goes_on_from_what_it_had() {
        let mut counts = Counts::default();
        assert_eq!(counted(run(&mut counts, [add("a", 1), add("b", 2)])), []);
        let answers = counted(run(&mut counts, [add("a", 1), Request::ReadAll]));
        assert_eq!(answers, [("a".to_owned(), 2), ("b".to_owned(), 2)]);
    }
}
