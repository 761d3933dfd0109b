//! What an input decides: a compute function, and what it is given.

use super::subset::within_subset;
use arbitrary::{Result, Unstructured};
use ptx_oracle::POLICIES;
use ringhost_ptx::Policy;
use std::sync::LazyLock;
use wasm_smith::Config;

/// Turns of loops and calls after which wasm-smith's own count ends an item.
const TURNS: u32 = 60;

/// Bytes in front of the memory that are not zero.
const BYTES: usize = 4096;

/// What an input decides.
pub(super) struct Plan {
    pub(super) module: Vec<u8>,
    /// What is in memory before the first item.
    pub(super) bytes: Vec<u8>,
    /// The bits of what the function gets behind the item.
    pub(super) parameters: [u64; 4],
    /// How accesses are fenced. Where an address may be bad, what is done then is the policy's, and
    /// wasmtime's is to trap.
    pub(super) policies: &'static [Policy],
}

impl Plan {
    /// `None` where the input makes no module.
    pub(super) fn of(input: &[u8]) -> Option<Self> {
        Self::drawn(&mut Unstructured::new(input)).ok()
    }

    fn drawn(input: &mut Unstructured<'_>) -> Result<Self> {
        let parameters = [
            input.arbitrary::<u32>()?.into(),
            input.arbitrary()?,
            input.arbitrary::<u32>()?.into(),
            input.arbitrary()?,
        ];
        let seed = input.arbitrary()?;
        let is_tame = input.ratio(2, 3)?;
        let module = module(input, is_tame)?;
        let policies = if is_tame {
            &POLICIES
        } else {
            &[Policy::Trap][..]
        };
        Ok(Self {
            module,
            bytes: bytes(seed),
            parameters,
            policies,
        })
    }
}

/// Bytes of any kind.
fn bytes(seed: u8) -> Vec<u8> {
    // The multiplier of Knuth's generator of 64 bits, whose high bits are the random ones.
    let next = |word: &mut u64| {
        *word = word
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(u64::from(seed) | 1);
        (*word >> 56) as u8
    };
    let mut word = u64::from(seed);
    (0..BYTES).map(|_| next(&mut word)).collect()
}

/// What it must export: a function of every type for wasm-smith to fill, and one that keeps what that
/// returns.
static EXPORTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    wat::parse_str(
        r#"(module
            (memory (export "memory") 1 1)
            (func (export "f") (param i32 i32 i64 f32 f64) unreachable)
            (func (export "g") (param i32 i32 i64 f32 f64)
              (result i32 i64 f32 f64 v128) unreachable))"#,
    )
    .expect("the exports are WebAssembly")
});

fn module(input: &mut Unstructured<'_>, is_tame: bool) -> Result<Vec<u8>> {
    let config = Config {
        exports: Some(EXPORTS.clone()),
        max_imports: 0,
        max_funcs: 5,
        max_instructions: input.int_in_range(10..=200)?,
        // None but the one that is exported.
        max_memories: 0,
        max_memory32_bytes: 1 << 16,
        max_tables: 0,
        max_element_segments: 0,
        // What is not tame would put them anywhere, and nothing would run.
        max_data_segments: if is_tame { 4 } else { 0 },
        allow_start_export: false,
        disallow_traps: is_tame,
        // What is not in the subset, and refused before it is translated.
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    };
    let mut module = wasm_smith::Module::new(config, input)?;
    // It fails for bodies of invalid bytes only, of which there are none.
    let counted = module.ensure_termination(TURNS);
    counted.map_err(|_| arbitrary::Error::IncorrectFormat)?;
    Ok(within_subset(&module.to_bytes()))
}
