//! Panics with its first message as the text: the host's log shows place and text, and the
//! kernel's ending is a trap.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn panics(context: &mut Context) -> Result<()> {
    let message = context.receive()?;
    panic!("{}", String::from_utf8_lossy(&message))
}
