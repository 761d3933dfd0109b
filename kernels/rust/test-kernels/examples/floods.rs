//! Sends numbers (64 bits, little endian, from 0) for ever, waits for room without limit, and
//! receives nothing. Shows that a full output queue holds a kernel back, and that a kernel which
//! waits for room can be paused and ended.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn floods(context: &mut Context) -> Result<()> {
    let mut number: u64 = 0;
    loop {
        context.send(&Raw(number.to_le_bytes().to_vec()))?;
        number += 1;
    }
}
