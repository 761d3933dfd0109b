//! `ring:kernel/messaging`: the kernel's side of its two queues.

use super::control::Place;
use super::{Host, entered, push_within};
use crate::lifecycle::KernelState;
use crate::message::{Envelope, Message, MessageId, Outgoing, Priority};
use crate::queue::{Overflow, Pop, PopError, Refusal};
use bytes::Bytes;
use std::num::NonZeroUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, WasmList};

/// The most messages that one `receive-batch` returns: a turn's worth, for they are handed over
/// without a yield.
const BATCH_MESSAGES: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// The most bytes that one `receive-batch` returns, unless its first message alone is larger.
const BATCH_BYTES: usize = 512 << 10;

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum Band {
    #[component(name = "low")]
    Low,
    #[component(name = "normal")]
    Normal,
    #[component(name = "high")]
    High,
    #[component(name = "urgent")]
    Urgent,
}

/// The record `message`.
#[derive(ComponentType, Lower)]
#[component(record)]
struct Incoming {
    id: u64,
    correlation: u64,
    priority: Band,
    payload: Bytes,
}

/// The record `outgoing`.
#[derive(ComponentType, Lift)]
#[component(record)]
struct FromKernel {
    payload: Bytes,
    correlation: Option<u64>,
    priority: Option<Band>,
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum ReceiveError {
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "closed")]
    Closed,
    #[component(name = "terminating")]
    Terminating,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum SendError {
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "full")]
    Full,
    #[component(name = "closed")]
    Closed,
    #[component(name = "terminating")]
    Terminating,
    #[component(name = "too-large")]
    TooLarge(u64),
}

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "receive",
        |mut store: StoreContextMut<'_, Host>, (timeout,): (Option<u64>,)| {
            Box::new(async move {
                entered(&mut store);
                let host = store.data_mut();
                let received = host.receive(NonZeroUsize::MIN, timeout).await?;
                let first = received.map(|messages| messages.into_iter().next());
                Ok((first.and_then(|message| message.ok_or(ReceiveError::Timeout)),))
            })
        },
    )?;
    linker.func_wrap_async(
        "receive-batch",
        |mut store: StoreContextMut<'_, Host>, (max, timeout): (u32, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                let host = store.data_mut();
                let max = usize::try_from(max).unwrap_or(usize::MAX);
                let Some(max) = NonZeroUsize::new(max) else {
                    host.turn.transfer(&host.ports.control, 0).await;
                    return Ok((Ok(Vec::new()),));
                };
                Ok((host.receive(max.min(BATCH_MESSAGES), timeout).await?,))
            })
        },
    )?;
    linker.func_wrap_async(
        "send",
        |mut store: StoreContextMut<'_, Host>, (message, timeout): (FromKernel, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                Ok((store.data_mut().send(message, timeout).await?,))
            })
        },
    )?;
    linker.func_wrap_async(
        "send-batch",
        |mut store: StoreContextMut<'_, Host>,
         (messages, timeout): (WasmList<FromKernel>, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                let Host { turn, ports, .. } = store.data_mut();
                turn.question(&ports.control).await;
                let mut taken = 0_u32;
                // Each is read only when its turn comes: a long list costs no more at once than a
                // single message, and the host holds one copy at a time.
                for at in 0..messages.len() {
                    let Some(message) = messages.get(&mut store, at).transpose()? else {
                        break;
                    };
                    match store.data_mut().send(message, timeout).await? {
                        Ok(()) => taken = taken.saturating_add(1),
                        Err(error) if taken == 0 => return Ok((Err(error),)),
                        Err(_) => break,
                    }
                }
                Ok((Ok(taken),))
            })
        },
    )
}

impl Host {
    async fn receive(
        &mut self,
        max: NonZeroUsize,
        timeout: Option<u64>,
    ) -> wasmtime::Result<Result<Vec<Incoming>, ReceiveError>> {
        self.require_started("receive")?;
        self.ports.hand.empty();
        self.turn.transfer(&self.ports.control, 0).await;
        if let Some(meter) = &self.ports.meter {
            meter.done_with_hand();
        }
        self.held.done();
        let ports = &self.ports;
        let received = {
            let _waiting = ports.control.mark(Place::Waiting);
            // A receive that begins during a pause rests until it ends; its timeout counts then.
            if ports.status.state() == KernelState::Deactivated {
                ports
                    .status
                    .wait_until(|state| state != KernelState::Deactivated)
                    .await;
            }
            pop_within(ports.input.pop_many(max, BATCH_BYTES), timeout).await
        };
        let messages = match received {
            Ok(messages) => messages,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(meter) = &self.ports.meter {
            for message in &messages {
                if let Some(sent) = message.sent {
                    meter.received(message.envelope.correlation, sent);
                }
            }
        }
        if self.ports.holds_messages.load(Ordering::Relaxed) {
            self.held.received(&messages);
        }
        if let Some(last) = messages.last() {
            self.ports
                .last_message
                .store(last.envelope.id.0, Ordering::Relaxed);
            self.ports.hand.take(messages.len());
            self.last_received = Some((last.envelope.correlation, last.envelope.priority));
        }
        let bytes = messages.iter().map(|message| message.payload.len()).sum();
        let control = &self.ports.control;
        self.turn.batch(control, messages.len(), bytes).await;
        Ok(Ok(messages.into_iter().map(Incoming::from).collect()))
    }

    async fn send(
        &mut self,
        message: FromKernel,
        timeout: Option<u64>,
    ) -> wasmtime::Result<Result<(), SendError>> {
        self.require_started("send")?;
        self.turn
            .transfer(&self.ports.control, message.payload.len())
            .await;
        let ports = &self.ports;
        let limit = ports.limits.message_bytes;
        if message.payload.len() > limit {
            if let Some(meter) = &ports.meter {
                let length = message.payload.len();
                meter.error(format!(
                    "tried to send {length} bytes; its limit is {limit}"
                ));
            }
            return Ok(Err(SendError::TooLarge(limit as u64)));
        }
        let (correlation, priority) = self.last_received.unzip();
        let message = ports.seal(Outgoing {
            payload: message.payload,
            correlation: message.correlation.map(MessageId).or(correlation),
            priority: message
                .priority
                .map(Priority::from)
                .or(priority)
                .unwrap_or_default(),
        });
        let correlation = message.envelope.correlation;
        if let Some(message) = ports.calls.deliver(message) {
            let _waiting = ports.control.mark(Place::Waiting);
            let push = ports.output.push(message);
            if let Err(refused) = push_within(push, timeout.map(Duration::from_nanos)).await {
                return Ok(Err(match refused.refusal {
                    Refusal::Full if ports.output_overflow == Overflow::Reject => SendError::Full,
                    Refusal::Full => SendError::Timeout,
                    Refusal::Unwaiting => SendError::Terminating,
                    Refusal::Closed => SendError::Closed,
                }));
            }
        }
        if let Some(meter) = &ports.meter {
            meter.sent(correlation);
        }
        self.held.answered(correlation);
        Ok(Ok(()))
    }
}

async fn pop_within(
    pop: Pop<'_, Message>,
    nanoseconds: Option<u64>,
) -> Result<Vec<Message>, ReceiveError> {
    let popped = match nanoseconds.map(Duration::from_nanos) {
        None => pop.await,
        Some(timeout) => tokio::time::timeout(timeout, pop)
            .await
            .map_err(|_| ReceiveError::Timeout)?,
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
            payload: message.payload,
        }
    }
}

impl From<Priority> for Band {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Urgent => Self::Urgent,
        }
    }
}

impl From<Band> for Priority {
    fn from(band: Band) -> Self {
        match band {
            Band::Low => Self::Low,
            Band::Normal => Self::Normal,
            Band::High => Self::High,
            Band::Urgent => Self::Urgent,
        }
    }
}
