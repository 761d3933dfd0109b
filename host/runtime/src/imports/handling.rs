//! What the host does for a handler that a loop does for itself: it receives its messages, and sends
//! what it returns.

use super::control::Place;
use super::messaging::{BATCH_BYTES, BATCH_MESSAGES, Incoming, Returned, SendError};
use super::{Host, Level};
use crate::message::{Message, MessageId, Priority};
use crate::queue::Front;
use std::future::Future;

/// What a handler is to do next.
pub(crate) enum Next {
    /// Handle these messages.
    Handle(Vec<Incoming>),
    /// Something else, for which it was called away. No message was taken for it.
    Else,
    /// End: it was asked to, or there will be no more messages.
    End,
}

impl Host {
    /// Waits for the next messages of a handler that has sent what it returned, or until it is
    /// called away.
    pub(crate) async fn next(&mut self, called_away: impl Future<Output = ()>) -> Next {
        self.done_with_hand();
        let ports = &self.ports;
        let mut messages = Vec::new();
        let take = |front: &mut Front<Message>| {
            let each = |message| messages.push(message);
            front.take_many(BATCH_MESSAGES.get(), BATCH_BYTES, |_| true, each);
        };
        let popped = {
            let _waiting = ports.control.mark(Place::Waiting);
            tokio::select! {
                biased;
                popped = ports.input.take(BATCH_MESSAGES, take) => popped,
                () = called_away => return Next::Else,
            }
        };
        if popped.is_err() {
            return Next::End;
        }
        self.received(&messages).await;
        Next::Handle(messages.into_iter().map(Incoming::from).collect())
    }

    /// Sends what a handler returned, in its order, waiting for room. What is refused for want of
    /// room is dropped, which the kernel's log tells.
    ///
    /// Returns why the handler cannot go on, if it cannot.
    pub(crate) async fn send_returned(
        &mut self,
        messages: Vec<Returned>,
    ) -> wasmtime::Result<Result<(), String>> {
        let (mut left, mut dropped) = (messages.len(), 0_usize);
        let mut result = Ok(());
        for message in messages {
            let length = message.payload.len();
            self.begin_send(length).await?;
            let sent = match self.send_one(message) {
                Ok(None) => Ok(()),
                // On the heap, as each handler has room for this future and few ever come here.
                Ok(Some(message)) => Box::pin(self.send_later(message, None)).await,
                Err(error) => Err(error),
            };
            match sent {
                Ok(()) => {}
                Err(SendError::Full | SendError::Timeout) => dropped += 1,
                Err(SendError::Terminating) => {
                    self.warn(&format!("asked to end with {left} replies unsent"));
                    break;
                }
                Err(SendError::TooLarge(limit)) => {
                    result = Err(format!(
                        "it returned a message of {length} bytes, over the limit of {limit} bytes"
                    ));
                    break;
                }
                Err(SendError::Closed) => {
                    result = Err("the output queue is closed".to_owned());
                    break;
                }
            }
            left -= 1;
        }
        if dropped > 0 {
            self.warn(&format!(
                "dropped {dropped} replies: the output queue is full"
            ));
        }
        Ok(result)
    }

    /// Gives the message back that has to wait for room.
    fn send_one(&mut self, message: Returned) -> Result<Option<Message>, SendError> {
        let length = message.payload.len();
        if length > self.ports.limits.message_bytes {
            return Err(self.too_long(length));
        }
        let correlation = message.correlation.map(MessageId);
        let priority = message.priority.map(Priority::from);
        let message = self.seal(message.payload.into(), correlation, priority);
        self.send_now(message)
    }

    /// The handler's state is to be taken out: a call that may not wait, and that has the time of one
    /// message.
    pub(crate) fn begin_snapshot(&mut self) {
        self.ports.control.forbid_waiting();
        self.ports.hand.take(1);
    }

    /// The state was taken out.
    pub(crate) fn end_snapshot(&mut self) {
        self.ports.hand.empty();
        self.ports.control.permit_waiting();
    }

    fn warn(&self, line: &str) {
        self.ports.journal.log(Level::Warn, line);
    }
}
