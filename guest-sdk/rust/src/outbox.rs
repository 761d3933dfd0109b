//! Replies on their way out, packed.

use crate::envelope::Outgoing;
use crate::error::{ReceiveError, SendError};
use crate::host::{ExchangeError, Host};
use crate::message::Message;
use crate::packed::{PACKED_BYTES, Packed, pack, pack_with, skip};

/// So many bytes are sent before there are more of them, so that one call stays well within what a
/// host takes.
const BYTES: usize = 256 * 1024;

/// Replies that are packed and not sent yet; kept for its memory.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    packed: Vec<u8>,
    replies: usize,
}

impl Outbox {
    /// Packs a reply.
    #[inline]
    pub(crate) fn pack(&mut self, reply: &Outgoing<&[u8]>) {
        pack(reply, &mut self.packed);
        self.replies += 1;
    }

    /// Encodes a reply, and sends it where that is better than to keep it.
    #[inline]
    pub(crate) fn push<Output: Message>(
        &mut self,
        host: &dyn Host,
        reply: &Outgoing<Output>,
    ) -> Result<(), SendError> {
        let Some(bytes) = reply.message.as_bytes() else {
            pack_with(reply, &mut self.packed, Output::append_to)?;
            self.replies += 1;
            return Ok(());
        };
        let reply = Outgoing {
            message: bytes,
            correlation: reply.correlation,
            priority: reply.priority,
        };
        if bytes.len() <= PACKED_BYTES {
            self.pack(&reply);
            return Ok(());
        }
        self.deliver(host)?;
        self.replies = 1;
        match host.send(&reply.map(Into::into), None) {
            Ok(()) => self.replies = 0,
            Err(error) => self.refused(error)?,
        }
        Ok(())
    }

    /// Whether it has so many replies, or so many bytes, that they are better sent.
    pub(crate) fn is_enough(&self, replies: usize) -> bool {
        self.replies >= replies || self.packed.len() >= BYTES
    }

    /// How much there is. What comes behind it can be taken back.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.packed.len(), self.replies)
    }

    /// Takes back what has come since.
    pub(crate) fn take_back(&mut self, (bytes, replies): (usize, usize)) {
        self.packed.truncate(bytes);
        self.replies = replies;
    }

    /// Sends what there is.
    pub(crate) fn deliver(&mut self, host: &dyn Host) -> Result<(), SendError> {
        while self.replies > 0 {
            match host.send_packed(&self.packed) {
                Ok(()) => self.clear(),
                Err((taken, error)) => self.sent_but(taken, error)?,
            }
        }
        Ok(())
    }

    /// Sends what there is and receives up to `max` messages, in one call.
    pub(crate) fn exchange(&mut self, host: &dyn Host, max: u32) -> crate::Result<Packed> {
        loop {
            match host.exchange(&self.packed, max) {
                Ok(batch) => {
                    self.clear();
                    return Ok(batch);
                }
                Err(ExchangeError::Receive(ReceiveError::Timeout)) => self.clear(),
                Err(ExchangeError::Receive(end)) => return Err(end.into()),
                Err(ExchangeError::Send { taken, error }) => self.sent_but(taken, error)?,
            }
        }
    }

    /// Sends what there is and receives the message of this id, if it still is the next one.
    #[inline]
    pub(crate) fn advance(&mut self, host: &dyn Host, next: u64) -> Result<bool, SendError> {
        loop {
            match host.advance(&self.packed, next) {
                Ok(advanced) => {
                    self.clear();
                    return Ok(advanced);
                }
                Err((taken, error)) => self.sent_but(taken, error)?,
            }
        }
    }

    fn clear(&mut self) {
        self.packed.clear();
        self.replies = 0;
    }

    /// The one behind so many that were taken was not.
    #[cold]
    fn sent_but(&mut self, taken: usize, error: SendError) -> Result<(), SendError> {
        skip(&mut self.packed, taken);
        self.replies = self.replies.saturating_sub(taken);
        self.refused(error)
    }

    /// The first one was not taken.
    #[cold]
    fn refused(&mut self, error: SendError) -> Result<(), SendError> {
        match error {
            SendError::Full => {
                crate::warn!("dropped a reply: the output queue is full");
                skip(&mut self.packed, 1);
                self.replies = self.replies.saturating_sub(1);
                Ok(())
            }
            SendError::Terminating => {
                let replies = self.replies;
                crate::warn!("asked to end with {replies} replies unsent");
                Err(SendError::Terminating)
            }
            error => Err(error),
        }
    }
}
