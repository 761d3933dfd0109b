//! Messages to one kernel.

use super::Kernel;
use crate::error::{Error, InputClosedError, MessageTooLargeError, QueueFullError};
use crate::imports::wait_for_room;
use crate::lifecycle::Call;
use crate::message::{Message, MessageId, Outgoing};
use crate::queue::{Offered, Overflow, Pushed, Refusal, Refused};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::task::consume_budget;

/// So many messages of a batch are put on the queue at once.
const CHUNK: usize = 64;

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

    /// Puts messages on the input queue, in their order. Returns how many were taken, from the
    /// front; the error if none was and one was refused for another reason than a full queue.
    pub(crate) async fn send_batch(
        &self,
        mut messages: impl Iterator<Item = Outgoing>,
        timeout: Option<Duration>,
    ) -> Result<usize, Error> {
        let mut taken = 0;
        let mut ready = VecDeque::new();
        loop {
            // Drawn before the queue is locked: where they come from may be slow.
            let mut refused = None;
            for outgoing in messages.by_ref().take(CHUNK) {
                match self.admit(outgoing) {
                    Ok(message) => ready.push_back(message),
                    Err(error) => {
                        refused = Some(error);
                        break;
                    }
                }
            }
            let last = ready.len() < CHUNK;
            let refused = match self.push_all(&mut ready, timeout, &mut taken).await {
                Ok(()) => refused,
                Err(error) => Some(error),
            };
            match refused {
                Some(Error::QueueFull(_)) => return Ok(taken),
                Some(error) if taken == 0 => return Err(error),
                Some(_) => return Ok(taken),
                None if last => return Ok(taken),
                None => consume_budget().await,
            }
        }
    }

    /// Counts those that were taken.
    async fn push_all(
        &self,
        messages: &mut VecDeque<Message>,
        timeout: Option<Duration>,
        taken: &mut usize,
    ) -> Result<(), Error> {
        while !messages.is_empty() {
            let mut lost = Vec::new();
            let next = std::iter::from_fn(|| messages.pop_front());
            let (stopped, wakers) = self.ports.input.offer_many(next, |pushed| {
                *taken += 1;
                match pushed {
                    Pushed::Accepted => {}
                    Pushed::Displaced(older) => lost.extend(older),
                    Pushed::Dropped(newer) => lost.push(newer),
                }
            });
            wakers.wake();
            for lost in lost {
                self.ports.calls.dropped(lost.envelope.correlation);
            }
            match stopped {
                None => {}
                Some(Offered::Waits(message)) => {
                    let pushed = wait_for_room(&self.ports.input, message, timeout).await;
                    self.settle(pushed, timeout)?;
                    *taken += 1;
                }
                Some(Offered::Decided(pushed)) => self.settle(pushed, timeout)?,
            }
        }
        Ok(())
    }

    /// Checks a message against the kernel's state and limit, and seals it.
    pub(super) fn admit(&self, outgoing: Outgoing) -> Result<Message, Error> {
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
    pub(super) async fn push(
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
        self.settle(pushed, timeout)?;
        Ok(id)
    }

    /// Sees to what came of a message.
    fn settle(
        &self,
        pushed: Result<Pushed<Message>, Refused<Message>>,
        timeout: Option<Duration>,
    ) -> Result<(), Error> {
        let lost = match pushed {
            Ok(Pushed::Accepted) => return Ok(()),
            Ok(Pushed::Dropped(lost)) => vec![lost],
            Ok(Pushed::Displaced(lost)) => lost,
            Err(refused) => return Err(self.refused(refused.refusal, timeout)),
        };
        for lost in lost {
            self.ports.calls.dropped(lost.envelope.correlation);
        }
        Ok(())
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
}
