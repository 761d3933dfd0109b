//! Echoes two messages and ends with an error at the third. Shows what is left of the answers
//! and the queue, and what a restart does.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn third(context: &mut Context) -> Result<()> {
    let mut count = 0;
    loop {
        let message = context.receive()?;
        count += 1;
        ensure!(count < 3, "the third message");
        context.send(&message)?;
    }
}
