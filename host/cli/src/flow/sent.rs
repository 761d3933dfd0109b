//! Which line of the input became which message.

use ringhost::MessageId;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many of the newest are known: more than a queue holds that nobody made larger.
const KNOWN: usize = 4096;

/// Which line of the input became which message, for the newest of them.
#[derive(Clone, Default)]
pub struct Sent(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    /// The line that is being sent: its message may be at work before it is known by its id.
    pending: Option<u64>,
    /// In the order of their ids.
    sent: VecDeque<(MessageId, u64)>,
}

impl Sent {
    /// Tells that a line is about to be sent.
    pub fn begin(&self, line: u64) {
        self.lines().pending = Some(line);
    }

    /// Tells that it was, as this message.
    pub fn done(&self, id: MessageId) {
        let mut lines = self.lines();
        if let Some(line) = lines.pending.take() {
            if lines.sent.len() == KNOWN {
                lines.sent.pop_front();
            }
            lines.sent.push_back((id, line));
        }
    }

    /// The line that became the message.
    pub fn line_of(&self, id: MessageId) -> Option<u64> {
        let lines = self.lines();
        match lines.sent.back() {
            Some((newest, _)) if id <= *newest => lines
                .sent
                .binary_search_by_key(&id, |(id, _)| *id)
                .ok()
                .and_then(|place| lines.sent.get(place))
                .map(|(_, line)| *line),
            _ => lines.pending,
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_from_before_they_are_sent_until_many_have_followed() {
        let sent = Sent::default();
        assert_eq!(sent.line_of(MessageId(1)), None);
        for line in 1..=KNOWN as u64 + 1 {
            sent.begin(line);
            assert_eq!(sent.line_of(MessageId(2 * line)), Some(line));
            sent.done(MessageId(2 * line));
            assert_eq!(sent.line_of(MessageId(2 * line)), Some(line));
        }
        assert_eq!(sent.line_of(MessageId(2)), None);
        assert_eq!(sent.line_of(MessageId(4)), Some(2));
        assert_eq!(sent.line_of(MessageId(5)), None);
    }
}
