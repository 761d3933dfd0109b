//! The loop for bytes in great number.

use super::Context;
use crate::envelope::{Outgoing, Priority};
use crate::error::outcome;
use crate::message::Raw;
use crate::outbox::Outbox;

/// The most messages that are handed over at once.
const BATCH: u32 = 512;

/// What a handler of [`Context::serve_bytes`] answers.
#[derive(Debug, Default)]
pub struct ByteReplies {
    outbox: Outbox,
    /// Correlation and priority of the message in hand.
    request: Option<(u64, Priority)>,
}

impl ByteReplies {
    /// Adds a reply with the correlation and the priority of the message in hand.
    #[inline]
    pub fn push(&mut self, reply: &[u8]) {
        let (correlation, priority) = self.request.unzip();
        self.outbox.pack(&Outgoing {
            message: reply,
            correlation,
            priority,
        });
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
        let host = &*self.host;
        let mut replies = ByteReplies::default();
        loop {
            let mut batch = replies.outbox.exchange(host, BATCH)?;
            while let Some(message) = batch.next() {
                replies.request = Some((message.correlation, message.priority));
                let done = replies.outbox.mark();
                if let Err(error) = handle(&message.message, &mut replies) {
                    replies.outbox.take_back(done);
                    replies.outbox.deliver(host)?;
                    return Err(error);
                }
            }
        }
    }
}
