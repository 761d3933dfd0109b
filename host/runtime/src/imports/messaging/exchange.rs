//! Packed messages in and out in one call: the short way through the boundary.
//!
//! A kernel can read ahead: it gets the messages that wait behind those it is handed, and takes
//! each with `advance` when it comes to it. Until then they are in the queue like any other, so a
//! pause, an end, or a message of a higher band comes before them.

use super::super::control::Place;
use super::super::{Host, wait_for_room};
use super::frames::{Unpacked, pack, packed_length, unpack};
use super::receive::pop_within;
use super::send::why;
use super::types::{ExchangeError, SendError, Unsent};
use super::{BATCH_BYTES, Store};
use crate::message::{Message, Payload};
use crate::queue::{Front, Item, Offered};
use bytes::{Bytes, BytesMut};
use std::num::NonZeroUsize;
use wasmtime::component::WasmList;
use wasmtime::{AsContext, bail};

/// The longest payload that is packed, in bytes. A longer one is received by itself: to copy it out
/// of the packed ones would cost the kernel more than the call does.
const PACKED_PAYLOAD: usize = 256;

/// How far a kernel can read ahead, in messages and in packed bytes.
const AHEAD_MESSAGES: usize = 64;
const AHEAD_BYTES: usize = 8 << 10;

/// So many packed messages are put on the output queue at once.
const AT_ONCE: usize = 64;

/// So much room is kept from one call to the next; what many messages need is not.
const KEPT_MESSAGES: usize = 8;
const KEPT_BYTES: usize = 4 << 10;

/// Sends packed messages in their order, waiting for room as long as it takes.
pub(super) async fn send_frames(
    store: &mut Store<'_>,
    outgoing: WasmList<u8>,
) -> wasmtime::Result<Result<(), Unsent>> {
    let mut at = 0;
    let mut taken = 0;
    while at < outgoing.len() {
        let sent = if store.data().sends_plainly() {
            send_many(store, &outgoing, &mut at, &mut taken).await?
        } else {
            send_one(store, &outgoing, &mut at, &mut taken).await?
        };
        if let Err(error) = sent {
            return Ok(Err(Unsent { taken, error }));
        }
    }
    Ok(Ok(()))
}

async fn send_one(
    store: &mut Store<'_>,
    outgoing: &WasmList<u8>,
    at: &mut usize,
    taken: &mut u32,
) -> wasmtime::Result<Result<(), SendError>> {
    let limit = store.data().ports.limits.message_bytes;
    let Some((message, payload)) = next(store, outgoing, *at, limit) else {
        bail!("what it sent at byte {at} of a list is no packed message");
    };
    *at = message.payload.end;
    let host = store.data_mut();
    host.begin_send(message.payload.len()).await?;
    let Some(payload) = payload else {
        return Ok(Err(host.too_long(message.payload.len())));
    };
    let sent = host.send(payload, message.correlation, message.priority, None);
    Ok(sent.await.map(|()| *taken += 1))
}

/// Puts messages on the output queue under one lock, as far as there is room, and waits for room for
/// the next.
async fn send_many(
    store: &mut Store<'_>,
    outgoing: &WasmList<u8>,
    at: &mut usize,
    taken: &mut u32,
) -> wasmtime::Result<Result<(), SendError>> {
    let mut messages = std::mem::take(&mut store.data_mut().outgoing);
    let begin = *at;
    let mut refused = None;
    {
        let host = store.data();
        let context = store.as_context();
        let packed = outgoing.as_le_slice(&context);
        while messages.len() < AT_ONCE && *at < packed.len() {
            let Some(message) = unpack(packed, *at) else {
                bail!("what it sent at byte {at} of a list is no packed message");
            };
            *at = message.payload.end;
            let payload = packed.get(message.payload).unwrap_or_default();
            if payload.len() > host.ports.limits.message_bytes {
                refused = Some(host.too_long(payload.len()));
                break;
            }
            messages.push_back(host.seal(payload.into(), message.correlation, message.priority));
        }
    }
    let host = store.data_mut();
    host.begin_send(0).await?;
    let ports = &host.ports;
    host.turn
        .batch(&ports.control, messages.len(), *at - begin)
        .await;
    while !messages.is_empty() {
        let (stopped, wakers) = ports.output.offer_many(&mut messages, |_| *taken += 1);
        wakers.wake();
        let pushed = match stopped {
            None => break,
            Some(Offered::Decided(pushed)) => pushed,
            Some(Offered::Waits(message)) => {
                let _waiting = ports.control.mark(Place::Waiting);
                wait_for_room(&ports.output, message, None).await
            }
        };
        match pushed {
            Ok(_) => *taken += 1,
            Err(unsent) => {
                refused = Some(why(unsent.refusal, ports.output_overflow));
                break;
            }
        }
    }
    if messages.capacity() <= KEPT_MESSAGES {
        messages.clear();
        host.outgoing = messages;
    }
    Ok(refused.map_or(Ok(()), Err))
}

/// The message that begins at `at`, and its payload unless that is over the limit.
fn next(
    store: &Store<'_>,
    outgoing: &WasmList<u8>,
    at: usize,
    limit: usize,
) -> Option<(Unpacked, Option<Payload>)> {
    let store = store.as_context();
    let packed = outgoing.as_le_slice(&store);
    let message = unpack(packed, at)?;
    let payload = packed.get(message.payload.clone())?;
    let payload = (payload.len() <= limit).then(|| payload.into());
    Some((message, payload))
}

impl Host {
    /// Hands over up to `max` messages, packed, and after them up to `ahead` that are only to be
    /// read. An empty list says that the next message is not packed and has to be received.
    pub(super) async fn receive_frames(
        &mut self,
        max: NonZeroUsize,
        ahead: u32,
        timeout: Option<u64>,
    ) -> wasmtime::Result<Result<Bytes, ExchangeError>> {
        self.come_back("exchange").await?;
        let ahead = usize::try_from(ahead)
            .unwrap_or(usize::MAX)
            .min(AHEAD_MESSAGES);
        let Self {
            ports,
            taken,
            packed,
            ..
        } = self;
        let take = |front: &mut Front<Message>| {
            if front.waiting().next().is_some_and(is_too_long) {
                return;
            }
            front.take_many(max.get(), BATCH_BYTES, |next| !is_too_long(next), taken);
            taken.iter().for_each(|message| pack(message, packed));
            let mut left = AHEAD_BYTES;
            for message in front.waiting().take(ahead) {
                let length = packed_length(message);
                if message.alone() || is_too_long(message) || length > left {
                    break;
                }
                left -= length;
                pack(message, packed);
            }
        };
        let popped = pop_within(ports, ports.input.take(max, take), timeout).await;
        let handed = std::mem::take(&mut self.taken);
        self.received(&handed).await;
        if handed.capacity() <= KEPT_MESSAGES {
            self.taken = handed;
            self.taken.clear();
        }
        Ok(match popped {
            Ok(()) => Ok(self.take_packed()),
            Err(error) => Err(ExchangeError::Receive(error)),
        })
    }

    /// Hands over the next message, if it is the one that the kernel has read ahead.
    pub(super) async fn advance(&mut self, next: u64) -> wasmtime::Result<bool> {
        self.come_back("advance").await?;
        let take = |front: &mut Front<Message>| {
            let is_next = front
                .waiting()
                .next()
                .is_some_and(|message| message.envelope.id.0 == next);
            if is_next { front.take() } else { None }
        };
        let taken = self.ports.input.take(NonZeroUsize::MIN, take).now();
        // Where it is told to end, or that nothing will come, it learns it when it asks for more.
        let Some(Ok(Some(message))) = taken else {
            return Ok(false);
        };
        self.received(std::slice::from_ref(&message)).await;
        Ok(true)
    }

    fn take_packed(&mut self) -> Bytes {
        let packed = self.packed.split().freeze();
        if packed.len() > KEPT_BYTES {
            self.packed = BytesMut::new();
        }
        packed
    }
}

fn is_too_long(message: &Message) -> bool {
    message.payload.len() > PACKED_PAYLOAD
}
