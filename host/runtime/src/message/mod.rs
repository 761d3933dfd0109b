//! One message: bytes and the envelope that travels with them.

mod payload;
mod typed;

pub use ringhost_schema as schema;

use serde::{Deserialize, Serialize};
use std::fmt;
use tokio::time::Instant;

pub use payload::Payload;
pub use typed::{DecodeError, EncodeError, decode, encode};

/// Names a message: unique in one runtime, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// The band in which a message travels. A higher band is received first; inside a band the order
/// of sending is kept.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Background work.
    Low,
    /// What a message has when its sender names nothing.
    #[default]
    Normal,
    /// Overtakes normal traffic.
    High,
    /// Overtakes everything: control messages.
    Urgent,
}

impl Priority {
    /// All bands, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];
}

/// What travels with the bytes without the kernel having to care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// This message's own name.
    pub id: MessageId,
    /// The exchange it belongs to: the id of the message that began it, unless a sender named
    /// another. An answer carries on the correlation of what it answers.
    pub correlation: MessageId,
    /// The band it travels in.
    pub priority: Priority,
}

/// A message as a receiver gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Name, exchange and band.
    pub envelope: Envelope,
    /// The bytes, as they were sent.
    pub payload: Payload,
    /// When it was given to its queue; known only with telemetry on, which measures latency from it.
    pub(crate) sent: Option<Instant>,
    /// How often a kernel has died with it in hand, and it was put back to be tried again.
    pub(crate) deaths: u32,
}

/// A message as a sender gives it. Made from anything that is bytes; the rest has defaults.
///
/// ```
/// use ringhost::{Outgoing, Priority};
/// let plain = Outgoing::from("hello");
/// let urgent = Outgoing::from(vec![1, 2, 3]).priority(Priority::Urgent);
/// assert!(urgent.priority > plain.priority);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The bytes.
    pub payload: Payload,
    /// The exchange it belongs to; with `None` it begins one.
    pub correlation: Option<MessageId>,
    /// The band it travels in.
    pub priority: Priority,
}

impl Outgoing {
    /// A message of these bytes that begins an exchange, in the normal band.
    pub fn new(payload: impl Into<Payload>) -> Self {
        Self {
            payload: payload.into(),
            correlation: None,
            priority: Priority::Normal,
        }
    }

    /// The same message in another band.
    pub fn priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// The same message as part of an exchange that is under way.
    pub fn correlation(self, correlation: MessageId) -> Self {
        Self {
            correlation: Some(correlation),
            ..self
        }
    }
}

impl<P: Into<Payload>> From<P> for Outgoing {
    fn from(payload: P) -> Self {
        Self::new(payload)
    }
}
