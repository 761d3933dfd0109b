//! What a queue has seen.

use serde::{Deserialize, Serialize};

/// Counts since the queue was made. What was accepted is what was received, plus what is in, plus
/// what was dropped oldest or at the end: there is no other outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCounts {
    /// Messages taken in.
    pub accepted: u64,
    /// Messages handed out, but for those that came back.
    pub received: u64,
    /// Messages that were handed out and came back, because the kernel died with them in hand. They
    /// are handed out again.
    pub returned: u64,
    /// Messages in the queue now.
    pub depth: u64,
    /// Their bytes.
    pub depth_bytes: u64,
    /// The most messages that were in at once.
    pub peak_depth: u64,
    /// Accepted messages that made room for newer ones (overflow rule "drop oldest").
    pub dropped_oldest: u64,
    /// New messages dropped instead of accepted (overflow rule "drop newest").
    pub dropped_newest: u64,
    /// Messages refused because the queue was full, at once or after the sender's timeout. Their
    /// senders were told.
    pub refused_full: u64,
    /// Accepted messages that were still in when the kernel ended.
    pub dropped_at_end: u64,
}

impl QueueCounts {
    /// Messages that were dropped, whatever the reason. Refused messages are not among them: their
    /// senders know.
    pub fn dropped(&self) -> u64 {
        self.dropped_oldest + self.dropped_newest + self.dropped_at_end
    }
}
