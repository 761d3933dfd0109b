//! On its first message it works for ever and never calls the host again. Shows that a busy
//! kernel can be paused and stopped, and keeps no other from running.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn spins(context: &mut Context) -> Result<()> {
    context.receive()?;
    test_kernels::spin()
}
