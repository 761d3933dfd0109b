//! Echoes, and ignores every sign that it should end: closed or asked to end, it works a little
//! and asks again, for ever. Only the host's deadline stops it.

use std::hint::black_box;

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn ignores_terminate(context: &mut Context) -> Result<()> {
    loop {
        let sent = context
            .receive()
            .is_ok_and(|message| context.send(&message).is_ok());
        if !sent {
            black_box(test_kernels::xorshift(1, 10_000));
        }
    }
}
