//! The input queue.

use std::time::Duration;

use super::Context;
use crate::envelope::Envelope;
use crate::error::{DecodeError, Malformed, ReceiveError};
use crate::host::Payload;
use crate::message::Message;

impl<Input: Message, Output: Message> Context<Input, Output> {
    /// Takes the next message, waiting until there is one.
    ///
    /// # Errors
    /// [`ReceiveError::Closed`] and [`ReceiveError::Terminating`] when the kernel should end,
    /// [`ReceiveError::Malformed`] for a message that is no `Input`.
    pub fn receive(&self) -> Result<Input, ReceiveError> {
        Ok(self.receive_envelope(None)?.message)
    }

    /// Takes the next message, waiting for one as long as `timeout`.
    ///
    /// # Errors
    /// As [`receive`](Self::receive), and [`ReceiveError::Timeout`] if none came.
    pub fn receive_timeout(&self, timeout: Duration) -> Result<Input, ReceiveError> {
        Ok(self.receive_envelope(Some(timeout))?.message)
    }

    /// Takes the next message with its envelope. Without a timeout it waits until there is one.
    ///
    /// # Errors
    /// As [`receive_timeout`](Self::receive_timeout).
    pub fn receive_envelope(
        &self,
        timeout: Option<Duration>,
    ) -> Result<Envelope<Input>, ReceiveError> {
        Ok(open(self.host.receive(timeout)?)?)
    }

    /// Takes up to `max` messages in one call: waits for the first as
    /// [`receive_timeout`](Self::receive_timeout) does (without a timeout until there is one) and
    /// takes with it those that are there. The host bounds how many bytes one call returns.
    ///
    /// Messages that are no `Input` are logged and left out, so that the list may be empty; a
    /// kernel that wants to see them calls [`receive_envelopes`](Self::receive_envelopes).
    ///
    /// # Errors
    /// [`ReceiveError::Timeout`], [`ReceiveError::Closed`] or [`ReceiveError::Terminating`].
    pub fn receive_batch(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Input>, ReceiveError> {
        let batch = self.receive_envelopes(max, timeout)?;
        Ok(batch
            .into_iter()
            .filter_map(log_malformed)
            .map(|envelope| envelope.message)
            .collect())
    }

    /// Takes up to `max` messages with their envelopes, as [`receive_batch`](Self::receive_batch)
    /// does. A message that is no `Input` stands in its place in the list.
    ///
    /// A kernel that answers the messages of a batch names each one's correlation, for instance
    /// with [`Envelope::reply`]: an answer that names none goes to the last of them.
    ///
    /// # Errors
    /// As [`receive_batch`](Self::receive_batch).
    pub fn receive_envelopes(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Result<Envelope<Input>, Malformed>>, ReceiveError> {
        let batch = self.host.receive_batch(max, timeout)?;
        Ok(batch.into_iter().map(open).collect())
    }
}

/// Logs a message that does not decode, and drops it.
pub(crate) fn log_malformed<Input>(
    received: Result<Envelope<Input>, Malformed>,
) -> Option<Envelope<Input>> {
    received
        .inspect_err(|malformed| crate::warn!("skipped: {malformed}"))
        .ok()
}

/// Decodes a message.
pub(crate) fn open<'a, Input: Message>(
    envelope: Envelope<impl Into<Payload<'a>>>,
) -> Result<Envelope<Input>, Malformed> {
    let Envelope {
        id,
        correlation,
        priority,
        message: payload,
    } = envelope;
    match Input::decode(payload.into()) {
        Ok(message) => Ok(Envelope {
            id,
            correlation,
            priority,
            message,
        }),
        Err(DecodeError { payload, reason }) => Err(Malformed {
            id,
            correlation,
            priority,
            payload,
            reason,
        }),
    }
}
