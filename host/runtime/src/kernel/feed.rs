//! Messages from one kernel to another, without a caller in between.

use super::Kernel;
use crate::error::Error;
use crate::lifecycle::Call;
use crate::message::{Message, Outgoing};
use crate::queue::{Outlet, Wakers};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One kernel's input as another's outlet: what the other sends is in the input at once, where there
/// is room.
pub(crate) struct Feed {
    kernel: Arc<Kernel>,
    passed: AtomicU64,
}

impl Feed {
    pub(crate) fn new(kernel: Arc<Kernel>) -> Arc<Self> {
        let passed = AtomicU64::new(0);
        Arc::new(Self { kernel, passed })
    }

    /// How many messages have been passed on.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// Passes on a message that the outlet had no room for.
    ///
    /// # Errors
    /// As for what a caller sends.
    pub(crate) async fn send(&self, message: Message) -> Result<(), Error> {
        let message = self.kernel.admit(passed_on(message))?;
        self.kernel.push(message, None, || false).await?;
        self.passed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Outlet<Message> for Feed {
    fn pass(&self, message: Message, wakers: &mut Wakers) -> Result<(), Message> {
        let ports = &self.kernel.ports;
        let is_valid = Call::Send.is_valid_in(ports.status.glance());
        if !is_valid || message.payload.len() > ports.limits.message_bytes {
            return Err(message);
        }
        let Message { envelope, sent, .. } = message;
        let sealed = ports.seal(passed_on(message));
        let offered = ports.input.offer_where_room(sealed, wakers);
        offered.map_err(|sealed| Message {
            envelope,
            sent,
            ..sealed
        })?;
        self.passed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A message with its correlation and priority.
fn passed_on(message: Message) -> Outgoing {
    Outgoing {
        payload: message.payload,
        correlation: Some(message.envelope.correlation),
        priority: message.envelope.priority,
    }
}

impl Kernel {
    /// Takes the next message that the kernel sent and the feed could not take; `None` when it has
    /// ended and all is taken. The kernel is not run for it.
    pub(crate) async fn next_for(&self, feed: Arc<Feed>) -> Option<Message> {
        self.ports.output.pop_past(feed).await.ok().flatten()
    }
}
