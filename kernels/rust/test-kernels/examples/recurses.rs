//! On its first message it calls itself without end. Shows that the host's limit on the stack
//! holds.

use std::sync::atomic::{AtomicU64, Ordering};

use ringhost_sdk::prelude::*;

static DEPTH: AtomicU64 = AtomicU64::new(0);

#[ring_kernel]
pub fn recurses(context: &mut Context) -> Result<()> {
    context.receive()?;
    bail!("came back with {}", deeper())
}

/// What comes after the call keeps it from becoming a loop. It has nothing on the stack that is in the
/// kernel's memory, which would be full before.
fn deeper() -> u64 {
    if DEPTH.fetch_add(1, Ordering::Relaxed) == u64::MAX {
        return 0;
    }
    deeper().rotate_left(1) ^ 1
}
