//! The input queue: messages that are handed over.

use super::super::control::Place;
use super::super::{Host, Ports};
use super::BATCH_BYTES;
use super::types::{Incoming, ReceiveError};
use crate::lifecycle::KernelState;
use crate::message::{Envelope, Message};
use crate::queue::{Front, Item, Pop, PopError};
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

impl Host {
    pub(super) async fn receive(
        &mut self,
        timeout: Option<u64>,
    ) -> wasmtime::Result<Result<Incoming, ReceiveError>> {
        self.come_back("receive").await?;
        let popped = pop_within(&self.ports, self.ports.input.pop(), timeout).await;
        let message = match popped {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(Err(ReceiveError::Timeout)),
            Err(error) => return Ok(Err(error)),
        };
        self.received(std::slice::from_ref(&message)).await;
        Ok(Ok(Incoming::from(message)))
    }

    pub(super) async fn receive_batch(
        &mut self,
        max: NonZeroUsize,
        timeout: Option<u64>,
    ) -> wasmtime::Result<Result<Vec<Incoming>, ReceiveError>> {
        self.come_back("receive").await?;
        let mut messages = Vec::new();
        let take = |front: &mut Front<Message>| {
            front.take_many(max.get(), BATCH_BYTES, |_| true, &mut messages);
        };
        let ports = &self.ports;
        if let Err(error) = pop_within(ports, ports.input.take(max, take), timeout).await {
            return Ok(Err(error));
        }
        self.received(&messages).await;
        let incoming = messages.into_iter().map(Incoming::from);
        Ok(Ok(incoming.collect()))
    }

    /// What every call begins with that asks for messages: the kernel is done with those that it
    /// has. A receive that begins during a pause rests until it ends; its timeout counts then.
    pub(super) async fn come_back(&mut self, call: &str) -> wasmtime::Result<()> {
        self.require_waiting(call)?;
        self.turn.transfer(&self.ports.control, 0).await;
        self.done_with_hand();
        let ports = &self.ports;
        if ports.status.glance() == KernelState::Deactivated {
            let _waiting = ports.control.mark(Place::Waiting);
            ports
                .status
                .wait_until(|state| state != KernelState::Deactivated)
                .await;
        }
        Ok(())
    }

    /// The kernel is done with the messages that it has.
    pub(in crate::imports) fn done_with_hand(&mut self) {
        self.ports.hand.empty();
        if let Some(meter) = &self.ports.meter {
            meter.done_with_hand();
        }
        self.held.done();
    }

    /// Keeps account of messages that are handed over.
    pub(in crate::imports) async fn received(&mut self, messages: &[Message]) {
        let Some(last) = messages.last() else { return };
        let ports = &self.ports;
        if let Some(meter) = &ports.meter {
            for message in messages {
                if let Some(sent) = message.sent {
                    meter.received(message.envelope.correlation, sent);
                }
            }
        }
        if ports.holds_messages.load(Ordering::Relaxed) {
            self.held.received(messages);
        }
        ports
            .last_message
            .store(last.envelope.id.0, Ordering::Relaxed);
        ports.hand.take(messages.len());
        self.last_received = Some((last.envelope.correlation, last.envelope.priority));
        let bytes = messages.iter().map(Item::bytes).sum();
        self.turn.batch(&ports.control, messages.len(), bytes).await;
    }
}

/// Takes what a receiver wants, waiting for it at most `nanoseconds`.
pub(super) async fn pop_within<R>(
    ports: &Ports,
    mut pop: Pop<'_, Message, impl FnOnce(&mut Front<Message>) -> R>,
    nanoseconds: Option<u64>,
) -> Result<R, ReceiveError> {
    let _waiting = ports.control.mark(Place::Waiting);
    // A timer is set only where there is something to wait for.
    let first = poll_fn(|context| Poll::Ready(Pin::new(&mut pop).poll(context))).await;
    let popped = match (first, nanoseconds) {
        (Poll::Ready(popped), _) => popped,
        (Poll::Pending, None) => pop.await,
        (Poll::Pending, Some(0)) => return Err(ReceiveError::Timeout),
        (Poll::Pending, Some(nanoseconds)) => {
            let timeout = Duration::from_nanos(nanoseconds);
            tokio::time::timeout(timeout, pop)
                .await
                .map_err(|_| ReceiveError::Timeout)?
        }
    };
    popped.map_err(|error| match error {
        PopError::Closed => ReceiveError::Closed,
        PopError::Stopped => ReceiveError::Terminating,
    })
}

impl From<Message> for Incoming {
    fn from(message: Message) -> Self {
        let Envelope {
            id,
            correlation,
            priority,
        } = message.envelope;
        Self {
            id: id.0,
            correlation: correlation.0,
            priority: priority.into(),
            payload: message.payload.into(),
        }
    }
}
