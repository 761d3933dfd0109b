//! On its first message it calls itself without end. Shows that the host's limit on the stack
//! holds.

use std::hint::black_box;

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn recurses(context: &mut Context) -> Result<()> {
    context.receive()?;
    let depth = deeper(0);
    bail!("came back from a depth of {depth}")
}

/// What comes after the call keeps it from becoming a loop.
fn deeper(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX {
        return depth;
    }
    black_box(deeper(depth + 1)) + 1
}
