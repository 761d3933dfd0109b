//! Answers a message with as many as it has bytes, one byte each, in order. Shows what a kernel
//! that sends more than it receives meets.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn splits(context: &mut Context) -> Result<()> {
    context.serve(|message, replies| {
        for &byte in message.iter() {
            replies.push(Raw(vec![byte]));
        }
        Ok(())
    })
}
