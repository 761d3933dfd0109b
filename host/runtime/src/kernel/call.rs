//! Messages to and from one kernel.

use super::Kernel;
use crate::error::{
    DropCause, Error, InputClosedError, KernelEndedError, MessageDroppedError,
    MessageTooLargeError, QueueFullError, TimeoutError,
};
use crate::imports::{Place, Reply, wait_for_room};
use crate::lifecycle::Call;
use crate::message::{Message, MessageId, Outgoing};
use crate::queue::{Offered, Overflow, PopError, Pushed, Refusal};
use std::time::Duration;
use tokio::task::consume_budget;
use tokio::time::Instant;

impl Kernel {
    /// Puts a message on the input queue.
    pub(crate) async fn send(
        &self,
        outgoing: Outgoing,
        timeout: Option<Duration>,
    ) -> Result<MessageId, Error> {
        consume_budget().await;
        let message = self.admit(outgoing)?;
        self.push(message, timeout, || self.pace.expects_answer())
            .await
    }

    /// Takes the next message from the output queue.
    pub(crate) async fn receive(&self, timeout: Option<Duration>) -> Result<Message, Error> {
        consume_budget().await;
        let popped = match self.pop_now() {
            Some(popped) => popped,
            None => match timeout {
                None => self.ports.output.pop().await,
                Some(timeout) => {
                    let popped = tokio::time::timeout(timeout, self.ports.output.pop()).await;
                    popped.map_err(|_| self.nothing_within(timeout, "no message"))?
                }
            },
        };
        self.pace.answered();
        match popped {
            Ok(Some(message)) => Ok(message),
            Ok(None) | Err(PopError::Closed | PopError::Stopped) => Err(self.ended().await.into()),
        }
    }

    /// What there is to receive now, or when the kernel has been run.
    fn pop_now(&self) -> Option<Result<Option<Message>, PopError>> {
        if let Some(popped) = self.ports.output.pop().now() {
            return Some(popped);
        }
        if !self.help() {
            return None;
        }
        let popped = self.ports.output.pop().now()?;
        self.pace.exchanged();
        Some(popped)
    }

    /// Runs the kernel on this thread, if it is at rest and nobody else does.
    fn help(&self) -> bool {
        let rests = self.ports.control.place() == Place::Waiting;
        let Some(seat) = self.seat.get().filter(|_| rests) else {
            return false;
        };
        self.executor.within(|| seat.help()).unwrap_or(false)
    }

    /// Sends a message and waits for the kernel's answer to it.
    pub(crate) async fn call(
        &self,
        outgoing: Outgoing,
        timeout: Option<Duration>,
    ) -> Result<Message, Error> {
        consume_budget().await;
        let begun = Instant::now();
        // The reply is found by its correlation, which must be this call's alone.
        let mut message = self.admit(outgoing)?;
        message.envelope.correlation = message.envelope.id;
        let mut ticket = self.ports.calls.begin(message.envelope.id);
        if let Err(error) = self.push(message, timeout, || true).await {
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

    /// Puts a message on the input queue. Where the kernel has waited for it, `runs` says whether it
    /// is to be run at once rather than woken.
    async fn push(
        &self,
        message: Message,
        timeout: Option<Duration>,
        runs: impl FnOnce() -> bool,
    ) -> Result<MessageId, Error> {
        let id = message.envelope.id;
        let (offered, wakers) = self.ports.input.offer(message);
        // To run it is to wake it: whoever polls it sees what has come.
        wakers.wake_unless(|| runs() && self.help());
        let pushed = match offered {
            Offered::Decided(pushed) => pushed,
            Offered::Waits(message) => wait_for_room(&self.ports.input, message, timeout).await,
        };
        match pushed {
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
