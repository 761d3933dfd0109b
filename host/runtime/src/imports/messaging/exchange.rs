//! Packed messages in and out in one call: the short way through the boundary.
//!
//! A kernel can read ahead: it gets the messages that wait behind those it is handed, and takes
//! each with `advance` when it comes to it. Until then they are in the queue like any other, so a
//! pause, an end, or a message of a higher band comes before them.

use super::super::Host;
use super::BATCH_BYTES;
use super::frames::{pack, packed_length};
use super::receive::{Handed, pop_within};
use super::types::ExchangeError;
use crate::message::Message;
use crate::queue::{Front, Item};
use bytes::{Bytes, BytesMut};
use std::num::NonZeroUsize;

/// The longest payload that is packed, in bytes. A longer one is received by itself: to copy it out
/// of the packed ones would cost the kernel more than the call does.
const PACKED_PAYLOAD: usize = 4 << 10;

/// How far a kernel can read ahead, in messages and in packed bytes.
const AHEAD_MESSAGES: usize = 64;
const AHEAD_BYTES: usize = 16 << 10;

/// So many bytes of room are kept from one call to the next; what many messages need is not.
const KEPT_BYTES: usize = 4 << 10;

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
        let Self { ports, packed, .. } = self;
        let mut handed = Handed::default();
        let mut kept = Vec::new();
        let take = |front: &mut Front<Message>| {
            if front.waiting().next().is_some_and(is_too_long) {
                return;
            }
            let each = |message: Message| {
                pack(&message, packed);
                handed.note(&message);
                if ports.keeps_received() {
                    kept.push(message);
                }
            };
            front.take_many(max.get(), BATCH_BYTES, |next| !is_too_long(next), each);
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
        kept.iter().for_each(|message| self.keep(message));
        self.hand_over(handed).await;
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
