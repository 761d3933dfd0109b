//! Messages from one kernel to another, without a caller in between.

use super::Kernel;
use crate::error::Error;
use crate::message::{Message, Outgoing};

impl Kernel {
    /// Takes the next message that the kernel sent; `None` when it has ended and all is taken. The
    /// kernel is not run for it.
    pub(crate) async fn next_sent(&self) -> Option<Message> {
        self.ports.output.pop().await.ok().flatten()
    }

    /// Puts what another kernel sent on the input queue, with its correlation and priority.
    ///
    /// # Errors
    /// As for what a caller sends.
    pub(crate) async fn feed(&self, message: Message) -> Result<(), Error> {
        let outgoing = Outgoing {
            payload: message.payload,
            correlation: Some(message.envelope.correlation),
            priority: message.envelope.priority,
        };
        let message = self.admit(outgoing)?;
        self.push(message, None, || false).await.map(drop)
    }
}
