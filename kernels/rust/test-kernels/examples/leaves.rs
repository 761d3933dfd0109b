//! Sends three messages (`0`, `1`, `2`) and returns. Shows that what a kernel sent outlives it.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn leaves(context: &mut Context) -> Result<()> {
    for number in 0..3 {
        context.send(&number.to_string().into())?;
    }
    Ok(())
}
