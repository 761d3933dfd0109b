//! Sends every message back as it came. The measure of a message's way there and back.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn echo(context: &mut Context) -> Result<()> {
    context.serve(|message, replies| {
        replies.push(message);
        Ok(())
    })
}
