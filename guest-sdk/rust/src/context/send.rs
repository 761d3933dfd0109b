//! The output queue.

use std::time::Duration;

use super::Context;
use crate::envelope::Outgoing;
use crate::error::{EncodeError, SendError};
use crate::host::Payload;
use crate::message::Message;

impl<Input: Message, Output: Message> Context<Input, Output> {
    /// Sends an answer to the message received last, waiting until there is room.
    ///
    /// # Errors
    /// See [`SendError`]; without a timeout there is no [`SendError::Timeout`].
    pub fn send(&self, message: &Output) -> Result<(), SendError> {
        self.send_encoded(message, None)
    }

    /// Sends as [`send`](Self::send) does, waiting for room as long as `timeout`.
    ///
    /// # Errors
    /// See [`SendError`].
    pub fn send_timeout(&self, message: &Output, timeout: Duration) -> Result<(), SendError> {
        self.send_encoded(message, Some(timeout))
    }

    /// Sends a message that names its correlation or priority. Without a timeout it waits until
    /// there is room.
    ///
    /// # Errors
    /// See [`SendError`].
    pub fn send_outgoing(
        &self,
        outgoing: &Outgoing<Output>,
        timeout: Option<Duration>,
    ) -> Result<(), SendError> {
        self.host.send(&encode(outgoing)?, timeout)
    }

    /// Sends messages in their order, in one call. The timeout counts for each message; without
    /// one each waits until there is room. Returns how many were taken, from the front: fewer
    /// than given where one was refused.
    ///
    /// # Errors
    /// See [`SendError`]: why the very first was refused. Where one cannot be encoded, none is
    /// sent.
    pub fn send_batch(
        &self,
        messages: &[Output],
        timeout: Option<Duration>,
    ) -> Result<usize, SendError> {
        let encoded: Result<Vec<_>, EncodeError> = messages
            .iter()
            .map(|message| Ok(Outgoing::new(message.encode()?)))
            .collect();
        self.host.send_batch(&encoded?, timeout)
    }

    /// Sends messages that name their correlation or priority, as [`send_batch`](Self::send_batch)
    /// does.
    ///
    /// # Errors
    /// As [`send_batch`](Self::send_batch).
    pub fn send_outgoing_batch(
        &self,
        messages: &[Outgoing<Output>],
        timeout: Option<Duration>,
    ) -> Result<usize, SendError> {
        let encoded: Result<Vec<_>, EncodeError> = messages.iter().map(encode).collect();
        self.host.send_batch(&encoded?, timeout)
    }

    fn send_encoded(&self, message: &Output, timeout: Option<Duration>) -> Result<(), SendError> {
        self.host.send(&Outgoing::new(message.encode()?), timeout)
    }
}

/// The same message in bytes.
fn encode<Output: Message>(
    outgoing: &Outgoing<Output>,
) -> Result<Outgoing<Payload<'_>>, EncodeError> {
    Ok(Outgoing {
        message: outgoing.message.encode()?,
        correlation: outgoing.correlation,
        priority: outgoing.priority,
    })
}
