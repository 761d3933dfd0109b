//! The host that calls a handler with what a script says.

use std::cell::RefCell;
use std::rc::Rc;

use super::script::Script;
use crate::envelope::Outgoing;
use crate::error::{ReceiveError, SendError};
use crate::handler::handle_batch;
use crate::host::{Host, Payload};
use crate::message::Message;
use crate::replies::Handler;

/// Calls the handler with batch after batch until the script is over, and sends what it returns, as
/// the host does.
///
/// # Errors
/// What ends the kernel.
pub(super) fn serve<Input: Message, Output: Message>(
    script: &Rc<RefCell<Script>>,
    handle: &mut Handler<'_, Input, Output>,
) -> crate::Result<()> {
    loop {
        let batch = match script.receive_batch(u32::MAX, None) {
            Ok(batch) => batch,
            Err(ReceiveError::Timeout) => continue,
            Err(end) => return Err(end.into()),
        };
        let send_batch = |replies: &[Outgoing<Payload<'_>>]| script.send_batch(replies, None);
        let replies = handle_batch(batch, handle, send_batch)?;
        let (mut left, mut dropped) = (replies.len(), 0);
        for reply in &replies {
            match script.send(reply, None) {
                Err(SendError::Full | SendError::Timeout) => dropped += 1,
                Err(SendError::Terminating) => {
                    crate::warn!("asked to end with {left} replies unsent");
                    break;
                }
                sent => sent?,
            }
            left -= 1;
        }
        if dropped > 0 {
            crate::warn!("dropped {dropped} replies: the output queue is full");
        }
    }
}
