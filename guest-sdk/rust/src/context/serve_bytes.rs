//! The loop for bytes in great number.

use super::Context;
use crate::envelope::{Envelope, Outgoing};
use crate::error::{ReceiveError, SendError, outcome};
use crate::host::ExchangeError;
use crate::message::Raw;
use crate::packed::{Packed, pack, skip};

/// The most messages that are handed over at once.
const BATCH: u32 = 512;

/// What a handler of [`Context::serve_bytes`] answers.
#[derive(Debug, Default)]
pub struct ByteReplies {
    packed: Vec<u8>,
    request: Option<Envelope<()>>,
}

impl ByteReplies {
    /// Adds a reply with the correlation and the priority of the message in hand.
    pub fn push(&mut self, reply: &[u8]) {
        let reply = Outgoing::new(reply.into());
        let reply = match &self.request {
            Some(request) => reply
                .correlation(request.correlation)
                .priority(request.priority),
            None => reply,
        };
        pack(&reply, &mut self.packed);
    }
}

impl Context<Raw, Raw> {
    /// Calls `handle` with each message until the input is closed or the host asks the kernel to
    /// end, as [`serve`](Self::serve) does, for messages in great number: their bytes stay where
    /// they are, and neither they nor their replies cost a call to the host of their own.
    ///
    /// So it is faster, and coarser. Messages are handed over in batches, and a batch's replies are
    /// sent when all of it is done: a reply waits for the handlers of the messages behind. A pause
    /// or an end comes between two batches, and wherever the kernel's fuel slice ends, as ever.
    ///
    /// ```
    /// use ringhost_sdk::prelude::*;
    ///
    /// fn reverse(context: &mut Context) -> Result<()> {
    ///     let mut reversed = Vec::new();
    ///     context.serve_bytes(|message, replies| {
    ///         reversed.clear();
    ///         reversed.extend(message.iter().rev());
    ///         replies.push(&reversed);
    ///         Ok(())
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    /// The handler's error, after the replies to earlier messages were sent; or why a reply could not
    /// be sent. Both end the kernel.
    pub fn serve_bytes(
        &self,
        handle: impl FnMut(&[u8], &mut ByteReplies) -> crate::Result<()>,
    ) -> crate::Result<()> {
        outcome(self.serve_batches(handle))
    }

    fn serve_batches(
        &self,
        mut handle: impl FnMut(&[u8], &mut ByteReplies) -> crate::Result<()>,
    ) -> crate::Result<()> {
        let mut replies = ByteReplies::default();
        loop {
            let mut batch = self.exchange_batch(&mut replies, BATCH)?;
            while let Some(message) = batch.next_in_place() {
                let request = Envelope {
                    id: message.id,
                    correlation: message.correlation,
                    priority: message.priority,
                    message: (),
                };
                replies.request = Some(request);
                let done = replies.packed.len();
                if let Err(error) = handle(message.message, &mut replies) {
                    replies.packed.truncate(done);
                    self.send_packed(&mut replies)?;
                    return Err(error);
                }
            }
        }
    }

    /// Sends what is packed and receives the next batch.
    fn exchange_batch(&self, replies: &mut ByteReplies, max: u32) -> crate::Result<Packed> {
        loop {
            match self.host.exchange_packed(&replies.packed, max) {
                Ok(batch) => {
                    replies.packed.clear();
                    return Ok(batch);
                }
                Err(ExchangeError::Receive(ReceiveError::Timeout)) => replies.packed.clear(),
                Err(ExchangeError::Receive(end)) => return Err(end.into()),
                Err(ExchangeError::Send { taken, error }) => {
                    skip(&mut replies.packed, taken);
                    refused(&mut replies.packed, error)?;
                }
            }
        }
    }

    /// Sends what is packed.
    fn send_packed(&self, replies: &mut ByteReplies) -> Result<(), SendError> {
        while !replies.packed.is_empty() {
            match self.host.send_packed(&replies.packed) {
                Ok(()) => replies.packed.clear(),
                Err((taken, error)) => {
                    skip(&mut replies.packed, taken);
                    refused(&mut replies.packed, error)?;
                }
            }
        }
        Ok(())
    }
}

/// The first of the replies was not taken.
fn refused(packed: &mut Vec<u8>, error: SendError) -> Result<(), SendError> {
    match error {
        SendError::Full => {
            crate::warn!("dropped a reply: the output queue is full");
            skip(packed, 1);
            Ok(())
        }
        SendError::Terminating => {
            crate::warn!("asked to end with replies unsent");
            Err(SendError::Terminating)
        }
        error => Err(error),
    }
}
