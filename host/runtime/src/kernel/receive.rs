//! Messages from one kernel.

use super::Kernel;
use crate::error::{Error, KernelEndedError, TimeoutError};
use crate::imports::Place;
use crate::message::Message;
use crate::queue::{Front, PopError};
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::task::consume_budget;

impl Kernel {
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

    /// Takes up to `max` messages from the output queue: those that are there, and at least one.
    pub(crate) async fn receive_batch(
        &self,
        max: NonZeroUsize,
        timeout: Option<Duration>,
    ) -> Result<Vec<Message>, Error> {
        consume_budget().await;
        let mut batch = self.ports.output.take(max, |front: &mut Front<Message>| {
            let mut messages = Vec::new();
            front.take_many(
                max.get(),
                usize::MAX,
                |_| true,
                |message| messages.push(message),
            );
            messages
        });
        let popped = match timeout {
            None => batch.await,
            Some(timeout) => {
                let first = poll_fn(|context| Poll::Ready(Pin::new(&mut batch).poll(context)));
                match first.await {
                    Poll::Ready(popped) => popped,
                    Poll::Pending => {
                        let popped = tokio::time::timeout(timeout, batch).await;
                        popped.map_err(|_| self.nothing_within(timeout, "no message"))?
                    }
                }
            }
        };
        self.pace.answered();
        match popped {
            Ok(messages) => Ok(messages),
            Err(PopError::Closed | PopError::Stopped) => Err(self.ended().await.into()),
        }
    }

    /// What there is to receive now, or when the kernel has been run.
    fn pop_now(&self) -> Option<Result<Option<Message>, PopError>> {
        if let Some(popped) = self.ports.output.pop().now() {
            return Some(popped);
        }
        // Where nothing has come for it, it would only be disturbed.
        if !self.seat.get().is_some_and(|seat| seat.is_due()) || !self.help() {
            return None;
        }
        let popped = self.ports.output.pop().now()?;
        self.pace.exchanged();
        Some(popped)
    }

    /// Runs the kernel on this thread, if it is at rest and nobody else does.
    pub(super) fn help(&self) -> bool {
        let rests = self.ports.control.place() == Place::Waiting;
        let Some(seat) = self.seat.get().filter(|_| rests) else {
            return false;
        };
        self.executor.within(|| seat.help()).unwrap_or(false)
    }

    pub(super) fn nothing_within(&self, timeout: Duration, what: &'static str) -> TimeoutError {
        TimeoutError {
            kernel_id: self.ports.id.clone(),
            what,
            timeout,
        }
    }

    /// The error for a caller who found that the kernel has ended. The queues close a moment
    /// before the ending is told.
    pub(super) async fn ended(&self) -> KernelEndedError {
        KernelEndedError {
            kernel_id: self.ports.id.clone(),
            ending: self.wait().await,
        }
    }
}
