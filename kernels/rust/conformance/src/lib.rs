//! Does what a message asks: all that a kernel in Rust can do, a command each. The same kernel is there
//! in every language, and one suite tries them all.

#![deny(missing_docs)]

mod commands;

use commands::Step;
use ringhost_sdk::prelude::*;

/// Takes each message as a text: a command and, after a space, its argument. What is no command is sent
/// back.
#[ring_kernel]
pub fn conformance(context: &mut Context) -> Result<()> {
    let mut kept = None;
    loop {
        let envelope = context.receive_envelope(None)?;
        if commands::obey(context, &mut kept, envelope)? == Step::Last {
            return Ok(());
        }
    }
}
