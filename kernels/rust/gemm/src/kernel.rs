//! The kernel: what it answers.

use super::{Request, multiply};
use ringhost_sdk::compute::Space;
use ringhost_sdk::prelude::*;

/// Answers each pair of matrices with their product, row by row.
#[ring_kernel]
pub fn run(context: &mut Context<Request, Vec<f32>>) -> Result<()> {
    context.serve(|request, replies| {
        replies.push(product(&request)?);
        Ok(())
    })
}

fn product(request: &Request) -> Result<Vec<f32>> {
    let Request {
        rows,
        depth,
        columns,
        left,
        right,
    } = request;
    let size = |rows: &u32, columns: &u32| u64::from(*rows) * u64::from(*columns);
    ensure!(
        left.len() as u64 == size(rows, depth) && right.len() as u64 == size(depth, columns),
        "{} and {} numbers are no matrices of {rows} x {depth} and {depth} x {columns}",
        left.len(),
        right.len()
    );
    let Ok(items) = u32::try_from(size(rows, columns)) else {
        bail!("a product of {rows} x {columns} is too large");
    };
    let bytes = (left.len() + right.len()) as u64 * 4 + u64::from(items) * 4;
    let space = Space::create(None, bytes + (1 << 20))?;
    let (left, right) = (space.buffer(left)?, space.buffer(right)?);
    let product = space.allocate(items)?;
    space.run([multiply::launch(
        items, *columns, *depth, &left, &right, &product,
    )])?;
    Ok(product.read()?)
}
