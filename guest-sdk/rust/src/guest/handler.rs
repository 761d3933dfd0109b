//! The contract of a handler: its imports, and how its exports call it.

use super::bindings::ring::kernel::types;
use crate::envelope::{Envelope, Outgoing};
use crate::error::{SendError, ending};
use crate::handler::handle_batch;
use crate::host::Payload;
use crate::message::Message;
use crate::replies::Handler;
use bindings::ring::kernel::sending;

/// What wit-bindgen makes of the world `handler`.
#[allow(missing_docs)]
pub mod bindings {
    wit_bindgen::generate!({
        world: "handler",
        path: "../../wit",
        ownership: Borrowing { duplicate_if_necessary: true },
        with: {
            "ring:kernel/types@0.1.0": crate::guest::bindings::ring::kernel::types,
            "ring:kernel/lifecycle@0.1.0": crate::guest::bindings::ring::kernel::lifecycle,
            "ring:kernel/log@0.1.0": crate::guest::bindings::ring::kernel::log,
        },
        pub_export_macro: true,
        export_macro_name: "export_handler",
    });
}

/// What it makes of the world `stateful-handler`.
#[allow(missing_docs)]
pub mod stateful {
    wit_bindgen::generate!({
        world: "stateful-handler",
        path: "../../wit",
        ownership: Borrowing { duplicate_if_necessary: true },
        with: {
            "ring:kernel/types@0.1.0": crate::guest::bindings::ring::kernel::types,
            "ring:kernel/lifecycle@0.1.0": crate::guest::bindings::ring::kernel::lifecycle,
            "ring:kernel/sending@0.1.0": super::bindings::ring::kernel::sending,
            "ring:kernel/log@0.1.0": crate::guest::bindings::ring::kernel::log,
        },
        pub_export_macro: true,
        export_macro_name: "export_stateful_handler",
    });
}

/// What the export `handle` does: the handler's function for each message, with its panics logged
/// and its error in words.
///
/// # Errors
/// The handler's error, with its causes, in words.
pub fn handle<Input: Message, Output: Message>(
    messages: Vec<types::Message>,
    handle: &mut Handler<'_, Input, Output>,
) -> Result<Vec<types::OutgoingResult>, String> {
    super::log_panics();
    let messages = messages.into_iter().map(Envelope::from);
    let mut replies = Vec::new();
    ending(handle_batch(messages, handle, send_batch).map(|returned| replies = returned))?;
    Ok(replies
        .into_iter()
        .map(types::OutgoingResult::from)
        .collect())
}

fn send_batch(messages: &[Outgoing<Payload<'_>>]) -> Result<usize, SendError> {
    let messages: Vec<types::OutgoingParam<'_>> = messages.iter().map(Into::into).collect();
    Ok(sending::send_batch(&messages, None)? as usize)
}
