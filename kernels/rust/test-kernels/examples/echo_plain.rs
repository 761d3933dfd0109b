//! Sends every message back, but never asks whether it is paused or should end: it goes on after
//! `terminating`, forgets what cannot be sent, and ends only when its input is closed. Shows that a
//! host pauses and ends a kernel that does not help.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn echo_plain(context: &mut Context) -> Result<()> {
    loop {
        match context.receive() {
            Ok(message) => context
                .send(&message)
                .unwrap_or_else(|error| debug!("forgot a message: {error}")),
            Err(ReceiveError::Closed) => return Ok(()),
            Err(_) => continue,
        }
    }
}
