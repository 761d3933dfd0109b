//! What stands behind a context: the guest's imports, or the test host.

use std::borrow::Cow;
use std::time::Duration;

use crate::envelope::{Envelope, Outgoing};
use crate::error::{ReceiveError, SendError};

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
}
