//! Calls of one kernel: messages whose sender waits for the answer.

use super::Kernel;
use crate::error::{DropCause, Error, MessageDroppedError};
use crate::imports::Reply;
use crate::message::{Message, Outgoing};
use std::time::Duration;
use tokio::task::consume_budget;
use tokio::time::Instant;

impl Kernel {
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
}
