//! A kernel in the shape of a handler: what the host's call comes to.

use crate::context::{log_malformed, open};
use crate::envelope::{Envelope, Outgoing};
use crate::error::{DecodeError, SendError, is_ending};
use crate::host::Payload;
use crate::message::Message;
use crate::replies::{Handler, Replies, Unsent};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// So many replies are sent before there are more of them: the host bounds what one call returns.
const REPLIES: usize = 1024;

/// Calls `handle` with each of these messages, and returns the replies for the host to send.
///
/// - A message that does not decode is logged and skipped.
/// - Where there are many replies, or large ones, the first of them are sent by `send_batch`.
///
/// # Errors
/// The handler's error, after the replies to earlier messages were sent; or why they could not be.
pub(crate) fn handle_batch<Input: Message, Output: Message>(
    batch: impl IntoIterator<Item = Envelope<Vec<u8>>>,
    handle: &mut Handler<'_, Input, Output>,
    send_batch: impl Fn(&[Outgoing<Payload<'_>>]) -> Result<usize, SendError>,
) -> crate::Result<Vec<Outgoing<Payload<'static>>>> {
    let mut replies = Replies::none();
    let mut unsent = Unsent::default();
    for envelope in batch.into_iter().map(open).filter_map(log_malformed) {
        replies.answer(&envelope);
        let handled = handle(envelope.message, &mut replies)
            .and_then(|()| push_all(&mut replies, &mut unsent, &send_batch));
        match handled {
            Ok(()) => {}
            // There is no room for replies any more, so there is none to handle the rest for.
            Err(error) if is_ending(&error) => return Ok(Vec::new()),
            Err(error) => {
                if let Err(refused) = unsent.deliver(&send_batch) {
                    crate::error!("replies to earlier messages are lost: {refused}");
                }
                return Err(error);
            }
        }
    }
    Ok(unsent.messages)
}

fn push_all<Output: Message>(
    replies: &mut Replies<Output>,
    unsent: &mut Unsent,
    send_batch: impl Fn(&[Outgoing<Payload<'_>>]) -> Result<usize, SendError>,
) -> crate::Result<()> {
    for reply in replies.outgoing.drain(..) {
        unsent.push(reply).map_err(SendError::from)?;
        if unsent.is_enough(REPLIES) {
            unsent.deliver(&send_batch)?;
        }
    }
    Ok(())
}

/// A handler's state in bytes.
///
/// # Errors
/// Where a hand-written `Serialize` refuses.
pub fn encode_state<State: Serialize>(state: &State) -> Result<Vec<u8>, String> {
    postcard::to_allocvec(state).map_err(|error| format!("the state cannot be encoded: {error}"))
}

/// The state that these bytes are.
///
/// # Errors
/// Where they are not exactly one state of this type.
pub fn decode_state<State: DeserializeOwned>(bytes: Vec<u8>) -> Result<State, String> {
    crate::message::decode(bytes.into()).map_err(|DecodeError { payload, reason }| {
        format!(
            "its {} bytes are no state of this kernel: {reason}",
            payload.len()
        )
    })
}
