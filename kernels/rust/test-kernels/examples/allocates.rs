//! On its first message it takes memory without end, and touches what it takes. Shows that the
//! host's limit on memory holds.

use std::hint::black_box;

use ringhost_sdk::prelude::*;

const BLOCK: usize = 1024 * 1024;

#[ring_kernel]
pub fn allocates(context: &mut Context) -> Result<()> {
    context.receive()?;
    let mut blocks = Vec::new();
    loop {
        blocks.push(black_box(vec![1_u8; BLOCK]));
    }
}
