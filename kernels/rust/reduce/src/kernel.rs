//! The kernel: what it answers.

use super::{Summary, part, whole};
use ringhost_sdk::compute::Space;
use ringhost_sdk::prelude::*;

/// How many items share the numbers: a GPU runs so many at once.
const ITEMS: u32 = 1 << 15;

/// Answers each list of numbers with what there is to say of it.
#[ring_kernel]
pub fn run(context: &mut Context<Vec<f64>, Summary>) -> Result<()> {
    context.serve(|numbers, replies| {
        replies.push(summary(&numbers)?);
        Ok(())
    })
}

fn summary(numbers: &[f64]) -> Result<Summary> {
    let items = ITEMS.min(numbers.len() as u32).max(1);
    let bytes = size_of_val(numbers) as u64 + u64::from(items) * 24;
    let space = Space::create(None, bytes + (1 << 20))?;
    let numbers = space.buffer(numbers)?;
    let parts = space.allocate(items * 3)?;
    space.run([
        part::launch(items, items, &numbers, &parts),
        whole::launch(1, &parts),
    ])?;
    let parts = parts.read()?;
    Ok(Summary {
        sum: parts[0],
        least: parts[1],
        largest: parts[2],
    })
}
