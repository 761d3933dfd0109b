//! The ready-made loop: one message in, zero or more out.

use super::Context;
use super::receive::log_malformed;
use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::{EncodeError, Malformed, ReceiveError, SendError, outcome};
use crate::host::Payload;
use crate::message::Message;

/// The most messages that are taken, or replies that are sent, in one call to the host: enough to
/// share the cost of the call.
const BATCH: usize = 64;

/// Replies of this many bytes are sent before there are as many of them, so that one call stays
/// well within what a host takes.
const BATCH_BYTES: usize = 256 * 1024;

/// What a handler answers to the message in hand. Every reply carries that message's correlation
/// and priority unless it names its own.
#[derive(Debug)]
pub struct Replies<Output> {
    request: Envelope<()>,
    outgoing: Vec<Outgoing<Output>>,
}

impl<Output> Replies<Output> {
    fn to<Input>(request: &Envelope<Input>) -> Self {
        Self {
            request: Envelope {
                id: request.id,
                correlation: request.correlation,
                priority: request.priority,
                message: (),
            },
            outgoing: Vec::new(),
        }
    }

    /// Adds a reply. Replies are sent in their order after the handler has returned; until then
    /// they stand in the kernel's memory.
    pub fn push(&mut self, reply: Output) {
        self.outgoing.push(self.request.reply(reply));
    }

    /// Adds a reply that names its correlation or priority. What it leaves open is the request's.
    pub fn push_outgoing(&mut self, reply: Outgoing<Output>) {
        self.outgoing.push(Outgoing {
            correlation: reply.correlation.or(Some(self.request.correlation)),
            priority: reply.priority.or(Some(self.request.priority)),
            message: reply.message,
        });
    }

    /// The id of the message in hand.
    pub fn request_id(&self) -> u64 {
        self.request.id
    }

    /// The exchange to which the message in hand belongs.
    pub fn correlation(&self) -> u64 {
        self.request.correlation
    }

    /// The band in which the message in hand travelled.
    pub fn priority(&self) -> Priority {
        self.request.priority
    }
}

impl<Input: Message, Output: Message> Context<Input, Output> {
    /// Calls `handle` with each message until the input is closed or the host asks the kernel to
    /// end, and sends what it answers.
    ///
    /// - Messages are taken in batches. The replies to a message are sent as soon as its handler
    ///   returns, in one call.
    /// - Between two messages the kernel rests while it is paused.
    /// - When it is asked to end, it finishes the batch in hand.
    /// - A message that does not decode is logged and skipped.
    /// - A reply for which the host has no room and forbids waiting ([`SendError::Full`]) is
    ///   logged and dropped: that is what such a queue is for.
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
        while !self.should_terminate() {
            match self.receive_envelopes(BATCH as u32, None) {
                Ok(batch) => self.serve_batch(batch, handle)?,
                Err(ReceiveError::Timeout) => continue,
                Err(end) => return Err(end.into()),
            }
        }
        Ok(())
    }

    fn serve_batch(
        &self,
        batch: Vec<Result<Envelope<Input>, Malformed>>,
        handle: &mut Handler<'_, Input, Output>,
    ) -> crate::Result<()> {
        for envelope in batch.into_iter().filter_map(log_malformed) {
            if !self.is_active() {
                self.wait_active();
            }
            let mut replies = Replies::to(&envelope);
            handle(envelope.message, &mut replies)?;
            self.deliver_all(replies.outgoing)?;
        }
        Ok(())
    }

    /// Sends the replies to one message. Not kept for those to the next: a handler may be slow, or
    /// trap.
    fn deliver_all(&self, replies: Vec<Outgoing<Output>>) -> crate::Result<()> {
        let mut unsent = Unsent::default();
        for reply in replies {
            unsent.push(reply).map_err(SendError::from)?;
            if unsent.is_enough() {
                self.deliver(&mut unsent)?;
            }
        }
        Ok(self.deliver(&mut unsent)?)
    }

    /// Sends all of them, waiting for room.
    fn deliver(&self, unsent: &mut Unsent) -> Result<(), SendError> {
        let mut rest = unsent.messages.as_slice();
        while !rest.is_empty() {
            match self.host.send_batch(rest, None) {
                Ok(taken) => rest = rest.get(taken..).unwrap_or_default(),
                Err(SendError::Full) => {
                    crate::warn!("dropped a reply: the output queue is full");
                    rest = &rest[1..];
                }
                Err(SendError::Terminating) => {
                    crate::warn!("asked to end with {} replies unsent", rest.len());
                    return Err(SendError::Terminating);
                }
                Err(error) => return Err(error),
            }
        }
        *unsent = Unsent::default();
        Ok(())
    }
}

/// What [`Context::serve`] calls with each message.
type Handler<'a, Input, Output> = dyn FnMut(Input, &mut Replies<Output>) -> crate::Result<()> + 'a;

/// Encoded replies that the host has not been given yet.
#[derive(Default)]
struct Unsent {
    messages: Vec<Outgoing<Payload<'static>>>,
    bytes: usize,
}

impl Unsent {
    fn push<Output: Message>(&mut self, reply: Outgoing<Output>) -> Result<(), EncodeError> {
        let payload = reply.message.into_payload()?;
        self.bytes += payload.len();
        self.messages.push(Outgoing {
            message: payload.into(),
            correlation: reply.correlation,
            priority: reply.priority,
        });
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.messages.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}
