//! Packed messages to the output queue: many under one lock, and without a future where nothing
//! waits.

use super::super::turn::yield_turn;
use super::Store;
use super::frames::unpack;
use super::send::why;
use super::types::{SendError, Unsent};
use crate::message::Message;
use crate::queue::{Offered, Refused};
use wasmtime::component::WasmList;
use wasmtime::{AsContext, bail};

/// So many packed messages are put on the output queue at once.
const AT_ONCE: usize = 64;

/// How far the messages of one call have been sent.
#[derive(Default)]
struct Sent {
    /// Where the next one begins.
    at: usize,
    taken: u32,
}

/// What comes after some messages were sent.
enum Step {
    /// Nothing: all are sent.
    Done,
    /// More of them.
    More,
    /// More of them, when others have had their turn.
    Yield,
    /// A wait for room for this one.
    Wait(Message),
    /// Nothing: one was not taken.
    Refused(SendError),
}

/// Sends packed messages in their order, waiting for room as long as it takes.
pub(super) async fn send_frames(
    store: &mut Store<'_>,
    outgoing: &WasmList<u8>,
) -> wasmtime::Result<Result<(), Unsent>> {
    if outgoing.len() == 0 {
        return Ok(Ok(()));
    }
    store.data().require_waiting("send")?;
    let mut sent = Sent::default();
    match sent.send_some(store, outgoing)? {
        Step::Done => Ok(Ok(())),
        // On the heap, for most calls never come here.
        step => Box::pin(sent.send_rest(store, outgoing, step)).await,
    }
}

impl Sent {
    async fn send_rest(
        mut self,
        store: &mut Store<'_>,
        outgoing: &WasmList<u8>,
        mut step: Step,
    ) -> wasmtime::Result<Result<(), Unsent>> {
        loop {
            let result = match step {
                Step::Done => return Ok(Ok(())),
                Step::More => Ok(()),
                Step::Yield => {
                    yield_turn(&store.data().ports.control).await;
                    Ok(())
                }
                Step::Wait(message) => {
                    let sent = store.data_mut().send_later(message, None).await;
                    sent.map(|()| self.taken += 1)
                }
                Step::Refused(error) => Err(error),
            };
            if let Err(error) = result {
                let taken = self.taken;
                return Ok(Err(Unsent { taken, error }));
            }
            step = self.send_some(store, outgoing)?;
        }
    }

    /// Sends some messages, as far as there is room.
    fn send_some(
        &mut self,
        store: &mut Store<'_>,
        outgoing: &WasmList<u8>,
    ) -> wasmtime::Result<Step> {
        if self.at == outgoing.len() {
            return Ok(Step::Done);
        }
        let (begin, before) = (self.at, self.taken);
        let step = if store.data().sends_plainly() {
            self.send_many(store, outgoing)?
        } else {
            self.send_one(store, outgoing)?
        };
        let messages = (self.taken - before) as usize;
        let is_over = store.data_mut().turn.batch(messages, self.at - begin);
        Ok(match step {
            Step::More if self.at == outgoing.len() && !is_over => Step::Done,
            Step::More if is_over => Step::Yield,
            step => step,
        })
    }

    /// Puts messages on the output queue under one lock.
    fn send_many(
        &mut self,
        store: &mut Store<'_>,
        outgoing: &WasmList<u8>,
    ) -> wasmtime::Result<Step> {
        let Self { at, taken } = self;
        let context = store.as_context();
        let host = context.data();
        let packed = outgoing.as_le_slice(&context);
        let mut is_whole = true;
        let mut too_long = None;
        let next = || {
            if *at == packed.len() {
                return None;
            }
            let Some(message) = unpack(packed, *at) else {
                is_whole = false;
                return None;
            };
            *at = message.payload.end;
            let payload = packed.get(message.payload).unwrap_or_default();
            if payload.len() > host.ports.limits.message_bytes {
                too_long = Some(payload.len());
                return None;
            }
            Some(host.seal(payload.into(), message.correlation, message.priority))
        };
        let output = &host.ports.output;
        let (stopped, wakers) =
            output.offer_many(std::iter::from_fn(next).take(AT_ONCE), |_| *taken += 1);
        wakers.wake();
        Ok(match stopped {
            Some(Offered::Waits(message)) => Step::Wait(message),
            Some(Offered::Decided(Ok(_))) => Step::More,
            Some(Offered::Decided(Err(Refused { refusal, .. }))) => {
                Step::Refused(why(refusal, host.ports.output_overflow))
            }
            None if !is_whole => bail!("what it sent at byte {at} of a list is no packed message"),
            None => match too_long {
                Some(length) => Step::Refused(host.too_long(length)),
                None => Step::More,
            },
        })
    }

    /// Sends one message that may concern others than the output queue.
    fn send_one(
        &mut self,
        store: &mut Store<'_>,
        outgoing: &WasmList<u8>,
    ) -> wasmtime::Result<Step> {
        let message = {
            let context = store.as_context();
            let host = context.data();
            let packed = outgoing.as_le_slice(&context);
            let Some(message) = unpack(packed, self.at) else {
                let at = self.at;
                bail!("what it sent at byte {at} of a list is no packed message");
            };
            self.at = message.payload.end;
            let payload = packed.get(message.payload).unwrap_or_default();
            if payload.len() > host.ports.limits.message_bytes {
                return Ok(Step::Refused(host.too_long(payload.len())));
            }
            host.seal(payload.into(), message.correlation, message.priority)
        };
        Ok(match store.data_mut().send_now(message) {
            Ok(None) => {
                self.taken += 1;
                Step::More
            }
            Ok(Some(message)) => Step::Wait(message),
            Err(error) => Step::Refused(error),
        })
    }
}
