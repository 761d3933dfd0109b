//! Works for ever from the start and never calls the host at all.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn spins_at_start(_context: &mut Context) -> Result<()> {
    test_kernels::spin()
}
