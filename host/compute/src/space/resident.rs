//! A function that stays on its device and answers messages.

use super::Space;
use super::step::Read;
use super::talk::Talk;
use crate::buffer::Buffer;
use crate::event::Stats;
use crate::{ComputeError, command};
use std::sync::Arc;

/// A function that is to stay on its device, and where its messages go.
#[derive(Debug, Clone)]
pub struct Residence {
    /// What is run for each message: 1 to 1024 items.
    pub launch: command::Launch,
    /// Where a message is put before it. It has a multiple of four bytes, and those that a message does not
    /// fill are zeros.
    pub input: Buffer,
    /// What is the answer after it, all of it. It has a multiple of four bytes.
    pub output: Buffer,
    /// How many messages can be sent whose answers have not been received: 1 to 1024.
    pub depth: u32,
}

impl Residence {
    /// What its messages and answers take of the host's memory: twice as much as all of them have.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let each = u64::from(self.input.len()).saturating_add(self.output.len().into());
        each.saturating_mul(self.depth.into()).saturating_mul(2)
    }
}

/// A function that stays on its device and answers messages, in their order. It keeps its space, and is
/// stopped when it is dropped.
///
/// What is sent and what is asked of the space is done in the order in which it was asked for. A message
/// whose function traps is answered with the trap, and what it could write is poisoned, as by a launch;
/// messages behind it are answered as long as the function reads nothing that is poisoned.
pub struct Resident {
    space: Space,
    talk: Arc<Talk>,
}

impl Resident {
    pub(super) fn new(space: Space, talk: Talk) -> Self {
        Self {
            space,
            talk: Arc::new(talk),
        }
    }

    /// Sends a message, and returns at once; false if as many are under way as it has room for: then an
    /// answer is to be received first.
    ///
    /// # Errors
    /// If it is longer than the input, the resident is stopped, or the space does not take more now.
    pub fn send(&self, message: &[u8]) -> Result<bool, ComputeError> {
        let talk = &self.talk;
        let inner = self.space.inner();
        let mut queue = inner.queue.lock();
        if !talk.send(message)? {
            return Ok(false);
        }
        if !talk.is_paused()
            && let Err(error) = inner.attend(&mut queue, talk)
        {
            talk.take_back();
            return Err(error);
        }
        drop(queue);
        talk.wake();
        Ok(true)
    }

    /// Receives the next answer: as many bytes as the output has.
    ///
    /// # Errors
    /// If its message trapped, or could not be answered; if no message is under way; when the resident was
    /// stopped.
    pub async fn receive(&self) -> Read {
        self.talk.receive().await
    }

    /// Has it begin with no more messages: they wait, and what is asked of the space does not wait for them.
    pub fn pause(&self) {
        self.talk.pause(true);
    }

    /// Has it go on after a pause, behind what is asked of the space by now.
    ///
    /// # Errors
    /// If the space does not take more now; it stays paused then.
    pub fn resume(&self) -> Result<(), ComputeError> {
        let inner = self.space.inner();
        let mut queue = inner.queue.lock();
        if self.talk.has_messages() {
            inner.attend(&mut queue, &self.talk)?;
        }
        self.talk.pause(false);
        Ok(())
    }

    /// Ends it. Messages that are not answered are so with [`ComputeError::Cancelled`], and what they could
    /// write is poisoned; answers that are there can still be received.
    pub fn stop(&self) {
        self.talk.stop();
    }

    /// What it has taken by now: the device's time, how often it was launched (on the CPU, once for each
    /// message), and the items of all messages whose function came to its end.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.talk.stats()
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        self.talk.stop();
    }
}

impl std::fmt::Debug for Resident {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Resident")
            .field("function", &self.talk.launch.function)
            .field("space", &self.space)
            .finish_non_exhaustive()
    }
}
