//! Kernels that behave in every way a host must live with: each example of this package is a
//! component of its own, for the tests of the host. `cargo xtask kernels` builds them.
//!
//! This library holds what several of them need.

#![deny(missing_docs)]

pub mod order;

use std::hint::black_box;

/// So many steps of a random number generator from a seed (not 0): a computation that no compiler
/// can shorten.
pub fn xorshift(seed: u64, steps: u64) -> u64 {
    let mut state = seed;
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

/// Works for ever and never calls the host.
pub fn spin() -> ! {
    let mut state = 1;
    loop {
        state = xorshift(black_box(state), 1000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_marsaglias() {
        // The first outputs of xorshift64 with the shifts 13, 7, 17 from the seed 1.
        assert_eq!(xorshift(1, 1), 1_082_269_761);
        assert_eq!(xorshift(1, 2), 1_152_992_998_833_853_505);
        assert_eq!(xorshift(1, 3), xorshift(xorshift(1, 1), 2));
    }
}
