//! What a kernel answers to the message in hand, on its way out.

use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::{EncodeError, SendError};
use crate::host::Payload;
use crate::message::{Message, Raw};

/// Replies of this many bytes are sent before there are more of them, so that one call stays well
/// within what a host takes.
const BYTES: usize = 256 * 1024;

/// What is called with each message.
pub(crate) type Handler<'a, Input, Output> =
    dyn FnMut(Input, &mut Replies<Output>) -> crate::Result<()> + 'a;

/// What a handler answers to the message in hand. Every reply carries that message's correlation
/// and priority unless it names its own.
#[derive(Debug)]
pub struct Replies<Output = Raw> {
    request: Envelope<()>,
    pub(crate) outgoing: Vec<Outgoing<Output>>,
}

/// The message type of some [`Replies`], by which the macros know it.
pub trait Answers {
    /// What they are.
    type Output: Message;
}

impl<Output: Message> Answers for Replies<Output> {
    type Output = Output;
}

impl<Output> Replies<Output> {
    /// To no message yet.
    pub(crate) fn none() -> Self {
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
    pub(crate) fn answer<Input>(&mut self, request: &Envelope<Input>) {
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

/// Encoded replies that the host has not been given yet.
#[derive(Default)]
pub(crate) struct Unsent {
    pub(crate) messages: Vec<Outgoing<Payload<'static>>>,
    bytes: usize,
}

impl Unsent {
    pub(crate) fn push<Output: Message>(
        &mut self,
        reply: Outgoing<Output>,
    ) -> Result<(), EncodeError> {
        let payload = reply.message.into_payload()?;
        self.bytes += payload.len();
        self.messages.push(Outgoing {
            message: payload.into(),
            correlation: reply.correlation,
            priority: reply.priority,
        });
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.bytes = 0;
    }

    /// Whether there are as many, or so many bytes of them that they should be sent.
    pub(crate) fn is_enough(&self, messages: usize) -> bool {
        self.messages.len() >= messages || self.bytes >= BYTES
    }

    /// Sends all of them, waiting for room. `send_batch` tells how many the host took, from the
    /// front, or why it did not take the first.
    pub(crate) fn deliver(
        &mut self,
        send_batch: impl Fn(&[Outgoing<Payload<'_>>]) -> Result<usize, SendError>,
    ) -> Result<(), SendError> {
        while !self.messages.is_empty() {
            match send_batch(&self.messages) {
                Ok(taken) => drop(self.messages.drain(..taken)),
                Err(error) => self.refused(error)?,
            }
        }
        self.clear();
        Ok(())
    }

    /// The first of the replies was not taken.
    pub(crate) fn refused(&mut self, error: SendError) -> Result<(), SendError> {
        match error {
            SendError::Full => {
                crate::warn!("dropped a reply: the output queue is full");
                self.messages.drain(..1);
                Ok(())
            }
            SendError::Terminating => {
                let replies = self.messages.len();
                crate::warn!("asked to end with {replies} replies unsent");
                Err(SendError::Terminating)
            }
            error => Err(error),
        }
    }
}
