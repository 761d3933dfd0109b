//! The ready-made loop: one message in, zero or more out.

use super::Context;
use super::receive::{log_malformed, open};
use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::{EncodeError, Malformed, ReceiveError, SendError, outcome};
use crate::host::{ExchangeError, Payload};
use crate::message::Message;

/// The most replies that are sent in one call to the host: enough to share the cost of the call.
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
    /// To no message yet.
    fn none() -> Self {
        Self {
            request: Envelope {
                id: 0,
                correlation: 0,
                priority: Priority::Normal,
                message: (),
            },
            outgoing: Vec::new(),
        }
    }

    /// From here on it is this message that is answered.
    fn answer<Input>(&mut self, request: &Envelope<Input>) {
        self.request = Envelope {
            id: request.id,
            correlation: request.correlation,
            priority: request.priority,
            message: (),
        };
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
    /// - The replies to a message are sent as soon as its handler returns, in the same call that
    ///   receives the next message. Messages that wait are read ahead, so that the call is short.
    /// - Between two messages the kernel rests while it is paused.
    /// - When it is asked to end, it finishes the message in hand.
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
        let mut replies = Replies::none();
        let mut unsent = Unsent::default();
        loop {
            let Some(envelope) = log_malformed(self.exchange(&mut unsent)?) else {
                continue;
            };
            replies.answer(&envelope);
            handle(envelope.message, &mut replies)?;
            for reply in replies.outgoing.drain(..) {
                unsent.push(reply).map_err(SendError::from)?;
                if unsent.is_enough() {
                    self.deliver(&mut unsent)?;
                }
            }
        }
    }

    /// Sends the replies to one message and receives the next, in one call. They are not kept for
    /// those to the next: a handler may be slow, or trap.
    fn exchange(&self, unsent: &mut Unsent) -> crate::Result<Result<Envelope<Input>, Malformed>> {
        loop {
            match self.host.exchange(&unsent.messages, None) {
                Ok(envelope) => {
                    unsent.clear();
                    return Ok(open(envelope));
                }
                Err(ExchangeError::Receive(ReceiveError::Timeout)) => unsent.clear(),
                Err(ExchangeError::Receive(end)) => return Err(end.into()),
                Err(ExchangeError::Send { taken, error }) => {
                    unsent.messages.drain(..taken);
                    self.refused(unsent, error)?;
                }
            }
        }
    }

    /// Sends all of them, waiting for room.
    fn deliver(&self, unsent: &mut Unsent) -> Result<(), SendError> {
        while !unsent.messages.is_empty() {
            match self.host.send_batch(&unsent.messages, None) {
                Ok(taken) => drop(unsent.messages.drain(..taken)),
                Err(error) => self.refused(unsent, error)?,
            }
        }
        unsent.clear();
        Ok(())
    }

    /// The first of the replies was not taken.
    fn refused(&self, unsent: &mut Unsent, error: SendError) -> Result<(), SendError> {
        match error {
            SendError::Full => {
                crate::warn!("dropped a reply: the output queue is full");
                unsent.messages.drain(..1);
                Ok(())
            }
            SendError::Terminating => {
                let replies = unsent.messages.len();
                crate::warn!("asked to end with {replies} replies unsent");
                Err(SendError::Terminating)
            }
            error => Err(error),
        }
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

    fn clear(&mut self) {
        self.messages.clear();
        self.bytes = 0;
    }

    fn is_enough(&self) -> bool {
        self.messages.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}
