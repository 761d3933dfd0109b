//! The input queue: messages that are handed over.

use super::super::control::Place;
use super::super::turn::yield_turn;
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
            front.take_many(
                max.get(),
                BATCH_BYTES,
                |_| true,
                |message| messages.push(message),
            );
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
        if self.turn.transfer(0) {
            yield_turn(&self.ports.control).await;
        }
        self.done_with_hand();
        if self.ports.status.glance() == KernelState::Deactivated {
            // On the heap, as few calls ever come here.
            Box::pin(rest(&self.ports)).await;
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
        let mut handed = Handed::default();
        for message in messages {
            handed.note(message);
            if self.ports.keeps_received() {
                self.keep(message);
            }
        }
        self.hand_over(handed).await;
    }

    /// Keeps account of one of them where it matters which they are.
    #[cold]
    pub(super) fn keep(&mut self, message: &Message) {
        if let (Some(meter), Some(sent)) = (&self.ports.meter, message.sent) {
            meter.received(message.envelope.correlation, sent);
        }
        if self.ports.holds_messages.load(Ordering::Relaxed) {
            self.held.received(message);
        }
    }

    /// Keeps account of them together.
    pub(super) async fn hand_over(&mut self, handed: Handed) {
        let Some(last) = handed.last else { return };
        let ports = &self.ports;
        ports.last_message.store(last.id.0, Ordering::Relaxed);
        ports.hand.take(handed.messages);
        self.last_received = Some((last.correlation, last.priority));
        if self.turn.batch(handed.messages, handed.bytes) {
            yield_turn(&self.ports.control).await;
        }
    }
}

/// Waits for the end of a pause.
async fn rest(ports: &Ports) {
    let _waiting = ports.control.mark(Place::Waiting);
    ports
        .status
        .wait_until(|state| state != KernelState::Deactivated)
        .await;
}

/// Messages that are handed over.
#[derive(Default)]
pub(super) struct Handed {
    messages: usize,
    bytes: usize,
    last: Option<Envelope>,
}

impl Handed {
    #[inline]
    pub(super) fn note(&mut self, message: &Message) {
        self.messages += 1;
        self.bytes += message.bytes();
        self.last = Some(message.envelope);
    }
}

/// Takes what a receiver wants, waiting for it at most `nanoseconds`.
pub(super) async fn pop_within<R>(
    ports: &Ports,
    mut pop: Pop<'_, Message, impl FnOnce(&mut Front<Message>) -> R>,
    nanoseconds: Option<u64>,
) -> Result<R, ReceiveError> {
    let _waiting = ports.control.mark(Place::Waiting);
    let popped = match nanoseconds {
        None => pop.await,
        Some(nanoseconds) => {
            // A timer is set only where there is something to wait for.
            let first = poll_fn(|context| Poll::Ready(Pin::new(&mut pop).poll(context))).await;
            match (first, nanoseconds) {
                (Poll::Ready(popped), _) => popped,
                (Poll::Pending, 0) => return Err(ReceiveError::Timeout),
                (Poll::Pending, nanoseconds) => {
                    let timeout = Duration::from_nanos(nanoseconds);
                    // On the heap, for a timer is large and few calls have one.
                    Box::pin(tokio::time::timeout(timeout, pop))
                        .await
                        .map_err(|_| ReceiveError::Timeout)?
                }
            }
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
