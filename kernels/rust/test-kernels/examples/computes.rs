//! Answers a count with the state of a random number generator after so many steps: a long
//! computation with a known result. Shows that yielding to others leaves a result untouched.

use ringhost_sdk::prelude::*;
use test_kernels::xorshift;

#[ring_kernel]
pub fn computes(context: &mut Context<u64, u64>) -> Result<()> {
    context.serve(|steps, replies| {
        replies.push(xorshift(1, steps));
        Ok(())
    })
}
