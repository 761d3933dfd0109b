//! Compute functions that wasm-smith makes, translated to PTX and run by the tests' own machine, beside
//! wasmtime.

mod plan;
mod subset;

use plan::Plan;
use ptx_oracle::{agree_under, options};
use ringhost_ptx::{Error, translate};

/// Items that run, one behind the other.
const ITEMS: u64 = 4;

/// Translates the function that the bytes decide upon, under each policy that may be compared, and runs
/// both.
///
/// # Panics
/// If the translator refused what it takes, or the translation does anything but what wasmtime does.
pub fn compute(input: &[u8]) {
    // What makes no function says nothing about the translator.
    if let Some(plan) = Plan::of(input) {
        compared(&plan);
    }
}

/// Whether the function was small enough to be translated, and so to be compared.
fn compared(plan: &Plan) -> bool {
    for policy in plan.policies {
        match translate(&plan.module, "f", &options(*policy)) {
            Ok(_) => {}
            // Each call is inlined, and calls can multiply.
            Err(Error::TooLarge { .. }) => return false,
            Err(error) => panic!("{policy:?}: {error}"),
        }
    }
    agree_under(
        "the function of this input",
        &plan.module,
        &plan.bytes,
        ITEMS,
        &plan.parameters,
        plan.policies,
    );
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_mostly_become_functions_that_are_compared() {
        let mut word = 1_u64;
        let mut next = || {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (word >> 56) as u8
        };
        let inputs = (0..60).map(|_| (0..1500).map(|_| next()).collect());
        let plans = inputs.filter_map(|input: Vec<u8>| Plan::of(&input));
        let count = plans.filter(compared).count();
        assert!(count > 40, "{count} of 60");
    }
}
