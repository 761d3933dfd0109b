//! Echoes two messages and traps at the third. As `third`, for a kernel that ends by a trap.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn traps_third(context: &mut Context) -> Result<()> {
    let mut count = 0;
    loop {
        let message = context.receive()?;
        count += 1;
        assert!(count < 3, "the third message");
        context.send(&message)?;
    }
}
