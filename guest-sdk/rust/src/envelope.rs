//! A message with what travels beside its bytes.

/// The band in which a message travels. Within a band the order of sending is kept; between bands
/// the higher one is received first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// Background work: received when nothing else waits.
    Low,
    /// What a message has when its sender names nothing.
    #[default]
    Normal,
    /// Overtakes normal traffic.
    High,
    /// Overtakes everything: control messages.
    Urgent,
}

/// A message as the kernel receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<Message> {
    /// Unique among all messages of the host, never zero.
    pub id: u64,
    /// The exchange this message belongs to. For a message that began an exchange it is the
    /// message's own id; an answer carries on the correlation of what it answers.
    pub correlation: u64,
    /// The band it travelled in.
    pub priority: Priority,
    /// What was sent.
    pub message: Message,
}

impl<Message> Envelope<Message> {
    pub(crate) fn map<Other>(self, change: impl FnOnce(Message) -> Other) -> Envelope<Other> {
        Envelope {
            id: self.id,
            correlation: self.correlation,
            priority: self.priority,
            message: change(self.message),
        }
    }

    /// An answer to this message: `message` with this one's correlation and priority.
    pub fn reply<Reply>(&self, message: Reply) -> Outgoing<Reply> {
        Outgoing::new(message)
            .correlation(self.correlation)
            .priority(self.priority)
    }
}

/// A message as the kernel sends it.
///
/// ```
/// use ringhost_sdk::{Outgoing, Priority};
///
/// let alarm = Outgoing::new("too hot").priority(Priority::Urgent);
/// assert_eq!(alarm.correlation, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing<Message> {
    /// What is sent.
    pub message: Message,
    /// The exchange to which it belongs. `None`: that of the message which the kernel received
    /// last.
    pub correlation: Option<u64>,
    /// The band it travels in. `None`: that of the message which the kernel received last.
    pub priority: Option<Priority>,
}

impl<Message> Outgoing<Message> {
    pub(crate) fn map<Other>(self, change: impl FnOnce(Message) -> Other) -> Outgoing<Other> {
        Outgoing {
            message: change(self.message),
            correlation: self.correlation,
            priority: self.priority,
        }
    }

    /// A message that answers what the kernel received last, in the same band.
    pub fn new(message: Message) -> Self {
        Self {
            message,
            correlation: None,
            priority: None,
        }
    }

    /// Names the exchange to which the message belongs.
    #[must_use]
    pub fn correlation(mut self, correlation: u64) -> Self {
        self.correlation = Some(correlation);
        self
    }

    /// Names the band in which the message travels.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }
}
