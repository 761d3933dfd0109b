//! Random bytes.

use crate::sandbox::Randomness;
use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use wasmtime_wasi::WasiCtxBuilder;

/// Sets where random bytes come from. By default wasmtime-wasi has the system seed its generators.
pub(super) fn draw(builder: &mut WasiCtxBuilder, randomness: Randomness) {
    let Randomness::Seed(seed) = randomness else {
        return;
    };
    let mut seeds = stream(seed, 2);
    let of_kernel = u128::from(seeds.next_u64()) | (u128::from(seeds.next_u64()) << 64);
    builder
        .secure_random(stream(seed, 0))
        .insecure_random(stream(seed, 1))
        .insecure_random_seed(of_kernel);
}

/// One of the streams of a seed: ChaCha20, keyed with the seed's eight bytes, lowest first, and
/// zeros. Unlike what libraries call their standard generator, it is the same in every version.
fn stream(seed: u64, number: u64) -> ChaCha20Rng {
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(seed.to_le_bytes()) {
        *place = byte;
    }
    let mut generator = ChaCha20Rng::from_seed(key);
    generator.set_stream(number);
    generator
}
