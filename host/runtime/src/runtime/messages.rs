//! Messages to and from kernels, by name.

use super::RingKernelRuntime;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::lifecycle::Call;
use crate::message::{Message, MessageId, Outgoing};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

impl RingKernelRuntime {
    /// Puts a message on a kernel's input queue, waiting for room as long as it takes. The kernel
    /// may be LAUNCHED, ACTIVE or DEACTIVATED. Returns the message's id.
    ///
    /// # Errors
    /// If there is no such kernel, it is in another state or ends while this waits, its input was
    /// closed, or the message is too large. With the overflow rule "reject" also if the queue is
    /// full.
    pub async fn send(
        &self,
        kernel_id: &str,
        message: impl Into<Outgoing>,
    ) -> Result<MessageId, Error> {
        self.receiver(kernel_id)?.send(message.into(), None).await
    }

    /// The same, waiting for room at most so long.
    ///
    /// # Errors
    /// As [`send`](Self::send), and if the queue stayed full.
    pub async fn send_timeout(
        &self,
        kernel_id: &str,
        message: impl Into<Outgoing>,
        timeout: Duration,
    ) -> Result<MessageId, Error> {
        self.receiver(kernel_id)?
            .send(message.into(), Some(timeout))
            .await
    }

    /// Sends messages in their order, waiting for room as long as it takes. Returns how many were
    /// taken, from the front: all of them, unless one was refused. More than those may have been
    /// drawn from the iterator.
    ///
    /// # Errors
    /// If there is no such kernel, or the very first message was refused; then with the reason.
    pub async fn send_batch<M: Into<Outgoing>>(
        &self,
        kernel_id: &str,
        messages: impl IntoIterator<Item = M>,
    ) -> Result<usize, Error> {
        let messages = messages.into_iter().map(Into::into);
        self.receiver(kernel_id)?.send_batch(messages, None).await
    }

    /// The same, waiting for room at most so long for each message.
    ///
    /// # Errors
    /// As [`send_batch`](Self::send_batch), but a queue that stays full is no error: the number
    /// says so.
    pub async fn send_batch_timeout<M: Into<Outgoing>>(
        &self,
        kernel_id: &str,
        messages: impl IntoIterator<Item = M>,
        timeout: Duration,
    ) -> Result<usize, Error> {
        let messages = messages.into_iter().map(Into::into);
        self.receiver(kernel_id)?
            .send_batch(messages, Some(timeout))
            .await
    }

    /// Takes the next message that a kernel sent, waiting for one as long as it takes.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched; or if it has ended and nothing of what
    /// it sent is left: then with how it ended.
    pub async fn receive(&self, kernel_id: &str) -> Result<Message, Error> {
        self.sender(kernel_id)?.receive(None).await
    }

    /// The same, waiting at most so long.
    ///
    /// # Errors
    /// As [`receive`](Self::receive), and [`Error::Timeout`] if nothing came.
    pub async fn receive_timeout(
        &self,
        kernel_id: &str,
        timeout: Duration,
    ) -> Result<Message, Error> {
        self.sender(kernel_id)?.receive(Some(timeout)).await
    }

    /// Takes up to `max` messages that a kernel sent: those that are there, waiting for the first as
    /// long as it takes. With a `max` of zero it takes none.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub async fn receive_batch(&self, kernel_id: &str, max: usize) -> Result<Vec<Message>, Error> {
        let kernel = self.sender(kernel_id)?;
        match NonZeroUsize::new(max) {
            Some(max) => kernel.receive_batch(max, None).await,
            None => Ok(Vec::new()),
        }
    }

    /// The same, waiting at most so long for the first.
    ///
    /// # Errors
    /// As [`receive_batch`](Self::receive_batch), and [`Error::Timeout`] if nothing came.
    pub async fn receive_batch_timeout(
        &self,
        kernel_id: &str,
        max: usize,
        timeout: Duration,
    ) -> Result<Vec<Message>, Error> {
        let kernel = self.sender(kernel_id)?;
        match NonZeroUsize::new(max) {
            Some(max) => kernel.receive_batch(max, Some(timeout)).await,
            None => Ok(Vec::new()),
        }
    }

    /// Sends a message and waits for the kernel's first answer to this very message. Any number of
    /// callers may call at once; each gets its own. Further answers go to the output queue.
    ///
    /// # Errors
    /// As [`send`](Self::send), and if the kernel ends without an answer or the queue's overflow
    /// rule dropped the message.
    pub async fn call(
        &self,
        kernel_id: &str,
        message: impl Into<Outgoing>,
    ) -> Result<Message, Error> {
        self.receiver(kernel_id)?.call(message.into(), None).await
    }

    /// The same, waiting at most so long for room and answer together. An answer that comes later
    /// is dropped and counted.
    ///
    /// # Errors
    /// As [`call`](Self::call), and [`Error::Timeout`] if no answer came.
    pub async fn call_timeout(
        &self,
        kernel_id: &str,
        message: impl Into<Outgoing>,
        timeout: Duration,
    ) -> Result<Message, Error> {
        self.receiver(kernel_id)?
            .call(message.into(), Some(timeout))
            .await
    }

    fn receiver(&self, kernel_id: &str) -> Result<Arc<Kernel>, Error> {
        self.shared.registry.kernel(kernel_id, Call::Send)
    }

    fn sender(&self, kernel_id: &str) -> Result<Arc<Kernel>, Error> {
        self.shared.registry.kernel(kernel_id, Call::Receive)
    }
}
