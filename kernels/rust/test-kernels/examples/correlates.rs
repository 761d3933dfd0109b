//! Collects four messages and answers them in reverse order, naming each one's exchange; and so
//! on. Shows that an answer finds its question in whatever order it comes.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn correlates(context: &mut Context) -> Result<()> {
    let mut waiting = Vec::new();
    loop {
        waiting.push(context.receive_envelope(None)?);
        if waiting.len() == 4 {
            for envelope in waiting.drain(..).rev() {
                let answer = envelope.reply(envelope.message.clone());
                context.send_outgoing(&answer, None)?;
            }
        }
    }
}
