//! Sends what it sees of its own life, as text: `paused` when it finds itself inactive, `resumed`
//! when it is active again, `terminating` when it should end. Receives and forgets messages. Shows
//! that a kernel which looks sees what the host does.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn observer(context: &mut Context) -> Result<()> {
    while !context.should_terminate() {
        if !context.is_active() {
            context.send(&"paused".into())?;
            if context.wait_active() == Activity::Active {
                context.send(&"resumed".into())?;
            }
            continue;
        }
        match context.receive_timeout(Duration::from_millis(20)) {
            Ok(_) | Err(ReceiveError::Timeout) => continue,
            Err(ReceiveError::Closed) => return Ok(()),
            Err(_) => break,
        }
    }
    Ok(context.send(&"terminating".into())?)
}
