//! What stands behind a context: the guest's imports, or the test host.

use std::borrow::Cow;
use std::time::Duration;

use crate::envelope::{Envelope, Outgoing};
use crate::error::{ReceiveError, SendError};
use crate::packed::{self, Packed};

/// What [`Context::wait_active`](crate::Context::wait_active) was woken by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// The kernel may work.
    Active,
    /// The kernel should end: return from its function.
    Terminating,
}

/// A payload on its way out: an encoded message, or the bytes of a [`Raw`](crate::Raw) in place.
pub(crate) type Payload<'a> = Cow<'a, [u8]>;

/// The contract's interfaces `lifecycle` and `messaging`, in bytes.
pub(crate) trait Host {
    fn kernel_id(&self) -> String;
    fn should_terminate(&self) -> bool;
    fn is_active(&self) -> bool;
    fn wait_active(&self) -> Activity;

    /// Never [`ReceiveError::Malformed`].
    fn receive(&self, timeout: Option<Duration>) -> Result<Envelope<Vec<u8>>, ReceiveError>;

    /// Never [`ReceiveError::Malformed`].
    fn receive_batch(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Envelope<Vec<u8>>>, ReceiveError>;

    fn send(
        &self,
        message: &Outgoing<Payload<'_>>,
        timeout: Option<Duration>,
    ) -> Result<(), SendError>;

    /// How many were taken, from the front; at least one unless `messages` is empty.
    fn send_batch(
        &self,
        messages: &[Outgoing<Payload<'_>>],
        timeout: Option<Duration>,
    ) -> Result<usize, SendError>;

    /// Sends what is packed, without a timeout: as many as were taken where one was not.
    fn send_packed(&self, outgoing: &[u8]) -> Result<(), (usize, SendError)> {
        let messages = packed::unpack(outgoing);
        let mut taken = 0;
        while taken < messages.len() {
            match self.send_batch(&messages[taken..], None) {
                Ok(more) => taken += more,
                Err(error) => return Err((taken, error)),
            }
        }
        Ok(())
    }

    /// The same, and receives up to `max` messages, waiting for the first. Behind them there may be
    /// some that are read ahead: each is received with [`advance`](Self::advance).
    fn exchange(&self, outgoing: &[u8], max: u32) -> Result<Packed, ExchangeError> {
        self.send_packed(outgoing)
            .map_err(|(taken, error)| ExchangeError::Send { taken, error })?;
        let received = match max {
            1 => self.receive(None).map(Packed::long),
            _ => self
                .receive_batch(max, None)
                .map(|batch| Packed::of(&batch)),
        };
        received.map_err(ExchangeError::Receive)
    }

    /// Sends what is packed, without a timeout, and receives the message of this id, if it still is
    /// the next one.
    fn advance(&self, outgoing: &[u8], _next: u64) -> Result<bool, (usize, SendError)> {
        self.send_packed(outgoing)?;
        Ok(false)
    }
}

/// Why an exchange brought no message.
#[derive(Debug)]
pub(crate) enum ExchangeError {
    /// A message was not sent, after so many that were. Nothing was received.
    Send { taken: usize, error: SendError },
    /// All were sent, and there is no message.
    Receive(ReceiveError),
}
