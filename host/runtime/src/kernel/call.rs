//! Messages to and from one kernel.

use super::Kernel;
use crate::error::{
    DropCause, Error, InputClosedError, KernelEndedError, MessageDroppedError,
    MessageTooLargeError, QueueFullError, TimeoutError,
};
use crate::imports::{Reply, push_within};
use crate::lifecycle::Call;
use crate::message::{Message, MessageId, Outgoing};
use crate::queue::{Overflow, PopError, Pushed, Refusal};
use std::time::Duration;
use tokio::time::Instant;

impl Kernel {
    /// Puts a message on the input queue.
    pub(crate) async fn send(
        &self,
        outgoing: Outgoing,
        timeout: Option<Duration>,
    ) -> Result<MessageId, Error> {
        let message = self.admit(outgoing)?;
        self.push(message, timeout).await
    }

    /// Takes the next message from the output queue.
    pub(crate) async fn receive(&self, timeout: Option<Duration>) -> Result<Message, Error> {
        let popped = match self.ports.output.pop().now() {
            Some(popped) => popped,
            None => match timeout {
                None => self.ports.output.pop().await,
                Some(timeout) => {
                    let popped = tokio::time::timeout(timeout, self.ports.output.pop()).await;
                    popped.map_err(|_| self.nothing_within(timeout, "no message"))?
                }
            },
        };
        match popped {
            Ok(Some(message)) => Ok(message),
            Ok(None) | Err(PopError::Closed | PopError::Stopped) => Err(self.ended().await.into()),
        }
    }

    /// Sends a message and waits for the kernel's answer to it.
    pub(crate) async fn call(
        &self,
        outgoing: Outgoing,
        timeout: Option<Duration>,
    ) -> Result<Message, Error> {
        let begun = Instant::now();
        // The reply is found by its correlation, which must be this call's alone.
        let mut message = self.admit(outgoing)?;
        message.envelope.correlation = message.envelope.id;
        let mut ticket = self.ports.calls.begin(message.envelope.id);
        if let Err(error) = self.push(message, timeout).await {
            ticket.withdraw();
            return Err(error);
        }
        let reply = match timeout {
            None => ticket.reply().await,
            Some(timeout) => {
                let left = timeout.saturating_sub(begun.elapsed());
                match tokio::time::timeout(left, ticket.reply()).await {
                    Ok(reply) => reply,
                    Err(_) => return Err(self.nothing_within(timeout, "no reply").into()),
                }
            }
        };
        match reply {
            Some(Reply::Message(message)) => Ok(message),
            Some(Reply::Dropped) => Err(self.call_lost(DropCause::Overflow).into()),
            Some(Reply::Died) => Err(self.call_lost(DropCause::DeadLetter).into()),
            None => Err(self.ended().await.into()),
        }
    }

    fn call_lost(&self, cause: DropCause) -> MessageDroppedError {
        MessageDroppedError {
            kernel_id: self.ports.id.clone(),
            cause,
        }
    }

    /// Checks a message against the kernel's state and limit, and seals it.
    fn admit(&self, outgoing: Outgoing) -> Result<Message, Error> {
        let state = self.ports.status.glance();
        if !Call::Send.is_valid_in(state) {
            return Err(self.state_error(Call::Send, self.state()).into());
        }
        let limit = self.ports.limits.message_bytes;
        if outgoing.payload.len() > limit {
            let (kernel_id, length) = (self.ports.id.clone(), outgoing.payload.len());
            return Err(MessageTooLargeError {
                kernel_id,
                length,
                limit,
            }
            .into());
        }
        Ok(self.ports.seal(outgoing))
    }

    async fn push(&self, message: Message, timeout: Option<Duration>) -> Result<MessageId, Error> {
        let id = message.envelope.id;
        match push_within(&self.ports.input, message, timeout).await {
            Ok(Pushed::Accepted) => Ok(id),
            Ok(Pushed::Dropped(lost)) => {
                self.ports.calls.dropped(lost.envelope.correlation);
                Ok(id)
            }
            Ok(Pushed::Displaced(lost)) => {
                for lost in lost {
                    self.ports.calls.dropped(lost.envelope.correlation);
                }
                Ok(id)
            }
            Err(refused) => Err(self.refused(refused.refusal, timeout)),
        }
    }

    fn refused(&self, refusal: Refusal, timeout: Option<Duration>) -> Error {
        let kernel_id = self.ports.id.clone();
        if refusal == Refusal::Full {
            let rejects = self.ports.input_overflow == Overflow::Reject;
            let waited = timeout.filter(|_| !rejects);
            let capacity = self.ports.input_capacity.get();
            let capacity_bytes = self.ports.limits.queue_bytes;
            return QueueFullError {
                kernel_id,
                capacity,
                capacity_bytes,
                waited,
            }
            .into();
        }
        let state = self.state();
        if Call::Send.is_valid_in(state) {
            return InputClosedError { kernel_id }.into();
        }
        self.state_error(Call::Send, state).into()
    }

    fn nothing_within(&self, timeout: Duration, what: &'static str) -> TimeoutError {
        TimeoutError {
            kernel_id: self.ports.id.clone(),
            what,
            timeout,
        }
    }

    /// The error for a caller who found that the kernel has ended. The queues close a moment
    /// before the ending is told.
    async fn ended(&self) -> KernelEndedError {
        KernelEndedError {
            kernel_id: self.ports.id.clone(),
            ending: self.wait().await,
        }
    }
}
