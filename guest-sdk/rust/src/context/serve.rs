//! The ready-made loop: one message in, zero or more out.

use super::Context;
use super::receive::{log_malformed, open};
use crate::error::outcome;
use crate::message::Message;
use crate::outbox::Outbox;
use crate::packed::Packed;
use crate::replies::{Handler, Replies};

/// The most replies that are sent in one call to the host: enough to share the cost of the call.
const BATCH: usize = 64;

impl<Input: Message, Output: Message> Context<Input, Output> {
    /// Calls `handle` with each message until the input is closed or the host asks the kernel to
    /// end, and sends what it answers.
    ///
    /// - The replies to a message are sent as soon as its handler returns, in the same call that
    ///   receives the next message. Messages that wait are read ahead, so that the call is short.
    /// - Between two messages the kernel rests while it is paused.
    /// - When it is asked to end, it finishes the message in hand.
    /// - A message that does not decode is logged and skipped.
    /// - A reply for which the host has no room and forbids waiting
    ///   ([`SendError::Full`](crate::SendError::Full)) is logged and dropped: that is what such a
    ///   queue is for.
    ///
    /// ```
    /// use ringhost_sdk::prelude::*;
    ///
    /// fn shout(context: &mut Context) -> Result<()> {
    ///     context.serve(|message, replies| {
    ///         replies.push(Raw::from(message.text()?.to_uppercase()));
    ///         Ok(())
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    /// The handler's error, after the replies to earlier messages were sent; or why a reply could not
    /// be sent. Both end the kernel.
    pub fn serve(
        &self,
        mut handle: impl FnMut(Input, &mut Replies<Output>) -> crate::Result<()>,
    ) -> crate::Result<()> {
        outcome(self.serve_until_end(&mut handle))
    }

    fn serve_until_end(&self, handle: &mut Handler<'_, Input, Output>) -> crate::Result<()> {
        let host = &*self.host;
        let mut replies = Replies::none();
        let mut outbox = Outbox::default();
        let mut ahead = Packed::default();
        loop {
            // The replies to one message are not kept for those to the next: a handler may be slow,
            // or trap.
            match ahead.next_id() {
                Some(next) if outbox.advance(host, next)? => {}
                _ => ahead = outbox.exchange(host, 1)?,
            }
            let Some(envelope) = ahead.next().map(open).and_then(log_malformed) else {
                continue;
            };
            replies.answer(&envelope);
            handle(envelope.message, &mut replies)?;
            for reply in replies.outgoing.drain(..) {
                outbox.push(host, &reply)?;
                if outbox.is_enough(BATCH) {
                    outbox.deliver(host)?;
                }
            }
        }
    }
}
