//! Scales and adds vectors, on a GPU or on all CPU cores: the first compute kernel to read.

#![deny(missing_docs)]

use ringhost_sdk::compute::{In, InOut, Item};
use ringhost_sdk::prelude::*;

/// What is to be computed: `a * x + y`.
#[message]
pub struct Request {
    /// What `x` is scaled by.
    pub a: f32,
    /// As long as `y`.
    pub x: Vec<f32>,
    /// What is added.
    pub y: Vec<f32>,
}

/// One element of it.
#[compute]
fn saxpy(item: Item, a: f32, x: In<f32>, y: InOut<f32>) {
    let at = item.index();
    y.set(at, a * x.get(at) + y.get(at));
}

/// Answers each request with the sum.
#[ring_kernel]
pub fn run(context: &mut Context<Request, Vec<f32>>) -> Result<()> {
    context.serve(|Request { a, x, y }, replies| {
        ensure!(x.len() == y.len(), "x and y are not of one length");
        replies.push(sum(a, &x, &y)?);
        Ok(())
    })
}

#[cfg(target_arch = "wasm32")]
fn sum(a: f32, x: &[f32], y: &[f32]) -> Result<Vec<f32>> {
    let bytes = size_of_val(x) + size_of_val(y);
    let space = compute::Space::create(None, (2 << 20) + bytes as u64)?;
    let (x, y) = (space.buffer(x)?, space.buffer(y)?);
    space.run([saxpy::launch(y.length(), a, &x, &y)])?;
    Ok(y.read()?)
}

/// Natively, without a host, item by item.
#[cfg(not(target_arch = "wasm32"))]
fn sum(a: f32, x: &[f32], y: &[f32]) -> Result<Vec<f32>> {
    let mut y = y.to_vec();
    for item in 0..y.len() {
        let item = Item::new(item as u32);
        saxpy(item, a, In::new(x), InOut::new(&mut y));
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    #[test]
    fn vectors_are_scaled_and_added() {
        let request = Request {
            a: 2.0,
            x: vec![1.0, -3.0],
            y: vec![0.5, 1.0],
        };
        let run = TestHost::new().send(request).run(run);
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), [vec![2.5, -5.0]]);
    }
}
