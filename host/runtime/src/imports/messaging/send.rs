//! The output queue.

use super::super::control::Place;
use super::super::turn::yield_turn;
use super::super::{Host, wait_for_room};
use super::Store;
use super::types::{FromKernel, SendError};
use crate::message::{Message, MessageId, Outgoing, Payload, Priority};
use crate::queue::{Offered, Overflow, Refusal, Refused};
use std::time::Duration;
use wasmtime::AsContext;

/// Sends a message that is still in the kernel's memory.
pub(super) async fn from_kernel(
    store: &mut Store<'_>,
    message: FromKernel,
    nanoseconds: Option<u64>,
) -> wasmtime::Result<Result<(), SendError>> {
    let host = store.data_mut();
    host.begin_send(message.payload.len()).await?;
    if message.payload.len() > host.ports.limits.message_bytes {
        return Ok(Err(host.too_long(message.payload.len())));
    }
    let payload = {
        let store = store.as_context();
        Payload::from(message.payload.as_le_slice(&store))
    };
    let correlation = message.correlation.map(MessageId);
    let priority = message.priority.map(Priority::from);
    let timeout = nanoseconds.map(Duration::from_nanos);
    let host = store.data_mut();
    Ok(host.send(payload, correlation, priority, timeout).await)
}

impl Host {
    /// What every send of so many bytes begins with.
    pub(in crate::imports) async fn begin_send(&mut self, bytes: usize) -> wasmtime::Result<()> {
        self.require_waiting("send")?;
        if self.turn.transfer(bytes) {
            yield_turn(&self.ports.control).await;
        }
        Ok(())
    }

    /// Why a message of this length is not sent.
    #[cold]
    pub(in crate::imports) fn too_long(&self, length: usize) -> SendError {
        let limit = self.ports.limits.message_bytes;
        if let Some(meter) = &self.ports.meter {
            meter.error(format!(
                "tried to send {length} bytes; its limit is {limit}"
            ));
        }
        SendError::TooLarge(limit as u64)
    }

    /// Whether a message that it sends concerns nobody but the output queue.
    pub(super) fn sends_plainly(&self) -> bool {
        let ports = &self.ports;
        ports.calls.is_idle() && ports.meter.is_none() && self.held.is_empty()
    }

    /// Puts an envelope on a message. What is left open is taken from the message received last.
    pub(in crate::imports) fn seal(
        &self,
        payload: Payload,
        correlation: Option<MessageId>,
        priority: Option<Priority>,
    ) -> Message {
        let (last_correlation, last_priority) = self.last_received.unzip();
        self.ports.seal(Outgoing {
            payload,
            correlation: correlation.or(last_correlation),
            priority: priority.or(last_priority).unwrap_or_default(),
        })
    }

    /// Hands a message to whoever called for it, or puts it on the output queue. What is left open
    /// is taken from the message received last.
    async fn send(
        &mut self,
        payload: Payload,
        correlation: Option<MessageId>,
        priority: Option<Priority>,
        timeout: Option<Duration>,
    ) -> Result<(), SendError> {
        let message = self.seal(payload, correlation, priority);
        match self.send_now(message) {
            Ok(None) => Ok(()),
            // On the heap, as each kernel has room for this future and few ever come here.
            Ok(Some(message)) => Box::pin(self.send_later(message, timeout)).await,
            Err(error) => Err(error),
        }
    }

    /// The same without a wait. Gives the message back if it would have to wait for room.
    pub(in crate::imports) fn send_now(
        &mut self,
        message: Message,
    ) -> Result<Option<Message>, SendError> {
        let ports = &self.ports;
        let correlation = message.envelope.correlation;
        if let Some(message) = ports.calls.deliver(message) {
            let (offered, wakers) = ports.output.offer(message);
            wakers.wake();
            match offered {
                Offered::Decided(Ok(_)) => {}
                Offered::Decided(Err(Refused { refusal, .. })) => {
                    return Err(why(refusal, ports.output_overflow));
                }
                Offered::Waits(message) => return Ok(Some(message)),
            }
        }
        self.sent(correlation);
        Ok(None)
    }

    /// Waits for room for a message.
    pub(in crate::imports) async fn send_later(
        &mut self,
        message: Message,
        timeout: Option<Duration>,
    ) -> Result<(), SendError> {
        let ports = &self.ports;
        let correlation = message.envelope.correlation;
        let pushed = {
            let _waiting = ports.control.mark(Place::Waiting);
            wait_for_room(&ports.output, message, timeout).await
        };
        match pushed {
            Ok(_) => self.sent(correlation),
            Err(Refused { refusal, .. }) => return Err(why(refusal, ports.output_overflow)),
        }
        Ok(())
    }

    /// Keeps account of a message that was sent.
    fn sent(&mut self, correlation: MessageId) {
        if let Some(meter) = &self.ports.meter {
            meter.sent(correlation);
        }
        self.held.answered(correlation);
    }
}

/// Why the output queue did not take a message, in the contract's words.
pub(super) fn why(refusal: Refusal, overflow: Overflow) -> SendError {
    match refusal {
        Refusal::Full if overflow == Overflow::Reject => SendError::Full,
        Refusal::Full => SendError::Timeout,
        Refusal::Unwaiting => SendError::Terminating,
        Refusal::Closed => SendError::Closed,
    }
}
