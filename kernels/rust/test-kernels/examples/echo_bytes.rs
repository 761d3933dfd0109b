//! Sends every message back as it came, batch by batch: the measure of messages in great number.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn echo_bytes(context: &mut Context) -> Result<()> {
    context.serve_bytes(|message, replies| {
        replies.push(message);
        Ok(())
    })
}
