//! A handler that sends every message back as it came. As `echo`, in the other shape.

use ringhost_sdk::prelude::*;

#[ring_handler]
pub fn echo(message: Raw, replies: &mut Replies) -> Result<()> {
    replies.push(message);
    Ok(())
}
