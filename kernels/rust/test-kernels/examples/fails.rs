//! Ends with an error at once: its text is the kernel's ending.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn fails(_context: &mut Context) -> Result<()> {
    bail!("no luck")
}
