//! What can go wrong between a kernel and its queues.

use crate::envelope::Priority;

/// Why there is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// None came within the timeout. The normal outcome of a quiet moment.
    #[error("no message came in time")]
    Timeout,
    /// None will ever come: the host closed the input and all of it has been received.
    #[error("the input is closed and all of it has been received")]
    Closed,
    /// The host asked the kernel to end.
    #[error("the host asked the kernel to end")]
    Terminating,
    /// There was one, but it is not of the declared type. It has been taken off the queue: the
    /// next call receives the next message.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// A message whose payload is not of the kernel's declared input type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message {id} of {} bytes does not decode: {reason}", payload.len())]
pub struct Malformed {
    /// The message's id.
    pub id: u64,
    /// The exchange it belongs to.
    pub correlation: u64,
    /// The band it travelled in.
    pub priority: Priority,
    /// Its bytes, as they were sent.
    pub payload: Vec<u8>,
    /// Why they do not decode, in words.
    pub reason: String,
}

/// Bytes that are not a message of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} bytes do not decode: {reason}", payload.len())]
pub struct DecodeError {
    /// The bytes.
    pub payload: Vec<u8>,
    /// Why they do not decode, in words.
    pub reason: String,
}

/// Why a message has no encoding, in words. Messages that `#[message]` declares always have one;
/// it takes a `Serialize` written by hand to get here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EncodeError(pub(crate) String);

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The output queue stayed full for the whole timeout.
    #[error("the output queue stayed full for the whole timeout")]
    Timeout,
    /// The output queue is full and the host set it to refuse at once.
    #[error("the output queue is full")]
    Full,
    /// The output queue takes no more messages.
    #[error("the output queue is closed")]
    Closed,
    /// The host asked the kernel to end and there is no room to send without waiting.
    #[error("the host asked the kernel to end and the output queue is full")]
    Terminating,
    /// The payload is larger than the host's message limit.
    #[error("the message is larger than the host's limit of {limit} bytes")]
    TooLarge {
        /// The host's message limit in bytes.
        limit: u64,
    },
    /// The message could not be encoded; nothing was sent.
    #[error("the message cannot be encoded: {0}")]
    Unencodable(#[from] EncodeError),
}

/// How a kernel's result counts: one that left its loop with `?` because the host ended it - the
/// input was closed, or the host asked it to end - has ended well.
pub(crate) fn outcome(result: crate::Result<()>) -> crate::Result<()> {
    match result {
        Err(error) if is_ending(&error) => Ok(()),
        other => other,
    }
}

/// A kernel's result as its host sees it: an error as its text, with its causes.
pub(crate) fn ending(result: crate::Result<()>) -> Result<(), String> {
    outcome(result).map_err(|error| format!("{error:#}"))
}

/// True where a kernel left its work because the host ended it.
pub(crate) fn is_ending(error: &crate::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ReceiveError::Closed | ReceiveError::Terminating)
    ) || matches!(error.downcast_ref(), Some(SendError::Terminating))
}
