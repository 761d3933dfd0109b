//! `ring:kernel/messaging` and `ring:kernel/sending`: the kernel's side of its two queues.

mod exchange;
mod frames;
mod receive;
mod send;
mod send_frames;
mod types;

use super::turn::yield_turn;
use super::{Host, entered};
use std::num::NonZeroUsize;
pub(super) use types::SendError;
use types::{ExchangeError, FromKernel, Unsent};
pub(crate) use types::{Incoming, Returned};
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, WasmList};

/// The most messages that one call hands over: a turn's worth, for they are handed over without a
/// yield.
pub(super) const BATCH_MESSAGES: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// The most bytes that one `receive-batch` returns, unless its first message alone is larger.
pub(super) const BATCH_BYTES: usize = 512 << 10;

type Store<'a> = StoreContextMut<'a, Host>;

/// All of `messaging`.
pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "receive",
        |mut store: Store<'_>, (timeout,): (Option<u64>,)| {
            Box::new(async move {
                entered(&mut store);
                Ok((store.data_mut().receive(timeout).await?,))
            })
        },
    )?;
    linker.func_wrap_async(
        "receive-batch",
        |mut store: Store<'_>, (max, timeout): (u32, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                let host = store.data_mut();
                let Some(max) = at_most(max) else {
                    if host.turn.transfer(0) {
                        yield_turn(&host.ports.control).await;
                    }
                    return Ok((Ok(Vec::new()),));
                };
                Ok((host.receive_batch(max, timeout).await?,))
            })
        },
    )?;
    add_exchange_to(linker)?;
    add_sending_to(linker)
}

/// Sending, which is all of `sending`.
pub(super) fn add_sending_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "send",
        |mut store: Store<'_>, (message, timeout): (FromKernel, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                Ok((send::from_kernel(&mut store, message, timeout).await?,))
            })
        },
    )?;
    linker.func_wrap_async(
        "send-batch",
        |mut store: Store<'_>, (messages, timeout): (WasmList<FromKernel>, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                let Host { turn, ports, .. } = store.data_mut();
                if turn.question() {
                    yield_turn(&ports.control).await;
                }
                let mut taken = 0_u32;
                // Each is read only when its turn comes: a long list costs no more at once than a
                // single message, and the host holds one copy at a time.
                for at in 0..messages.len() {
                    let Some(message) = messages.get(&mut store, at).transpose()? else {
                        break;
                    };
                    match send::from_kernel(&mut store, message, timeout).await? {
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

/// Packed messages, in and out in one call.
fn add_exchange_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "exchange",
        |mut store: Store<'_>,
         (outgoing, max, ahead, timeout): (WasmList<u8>, u32, u32, Option<u64>)| {
            Box::new(async move {
                entered(&mut store);
                if let Err(unsent) = send_frames::send_frames(&mut store, &outgoing).await? {
                    return Ok((Err(ExchangeError::Send(unsent)),));
                }
                let max = at_most(max).unwrap_or(NonZeroUsize::MIN);
                let host = store.data_mut();
                Ok((host.receive_frames(max, ahead, timeout).await?,))
            })
        },
    )?;
    linker.func_wrap_async(
        "advance",
        |mut store: Store<'_>, (outgoing, next): (WasmList<u8>, u64)| {
            Box::new(async move {
                entered(&mut store);
                if let Err(unsent) = send_frames::send_frames(&mut store, &outgoing).await? {
                    return Ok((Err::<bool, Unsent>(unsent),));
                }
                Ok((Ok(store.data_mut().advance(next).await?),))
            })
        },
    )
}

/// How many messages a call asks for, within what one call hands over; `None` for none.
fn at_most(max: u32) -> Option<NonZeroUsize> {
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    NonZeroUsize::new(max).map(|max| max.min(BATCH_MESSAGES))
}
