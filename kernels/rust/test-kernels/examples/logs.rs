//! On its first message it logs a line of each level, then one of 20 000 bytes, then 50 000 short
//! ones, and echoes the message when it is done. Shows that the host cuts and drops what is too
//! much, and that logging never holds a kernel up.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn logs(context: &mut Context) -> Result<()> {
    let message = context.receive()?;
    trace!("a trace");
    debug!("a debug line");
    info!("an info");
    warn!("a warning");
    error!("an error");
    info!("{}", "long ".repeat(4000));
    for number in 0..50_000 {
        info!("line {number}");
    }
    Ok(context.send(&message)?)
}
