//! Returns at once: a kernel that has nothing to do has ended well.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn returns(_context: &mut Context) -> Result<()> {
    Ok(())
}
