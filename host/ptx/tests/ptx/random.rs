//! Random functions, each beside wasmtime: any mix of operators, blocks, loops and calls.
//!
//! `RINGHOST_PTX_MODULES` says how many (300 where it is not set), `RINGHOST_PTX_SEED` where to begin.
//! A failure names the seed of its module, which alone makes it again.

mod generate;

use std::env;

use ringhost_ptx::Policy;

use crate::assembler;
use crate::oracle::{POLICIES, agree_under, both};
use generate::Generator;

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}

/// Holds the module of a seed against wasmtime.
fn check(seed: u64) -> Vec<u8> {
    let mut generator = Generator::new(seed);
    let text = generator.module();
    let module =
        wat::parse_str(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    let bytes: Vec<u8> = (0..4096).map(|_| generator.next() as u8).collect();
    let parameters = generator.parameters();
    // Where an address may be bad, what is done then is the policy's, and wasmtime's is to trap.
    let policies = if generator.wild {
        &[Policy::Trap][..]
    } else {
        &POLICIES[..]
    };
    let what = format!("RINGHOST_PTX_SEED={seed} RINGHOST_PTX_MODULES=1\n{text}\n");
    agree_under(&what, &module, &bytes, 4, &parameters, policies);
    module
}

#[test]
fn random_functions_do_what_wasmtime_does() {
    let first = number("RINGHOST_PTX_SEED", 1);
    let count = number("RINGHOST_PTX_MODULES", 300);
    let mut sample = Vec::new();
    for seed in first..first + count {
        let module = check(seed);
        // Assembling takes longer than all else.
        if seed % 8 == 0 && sample.len() < 400 {
            sample.extend(POLICIES.iter().flat_map(|policy| both(&module, *policy)));
        }
    }
    assembler::accepts(&sample);
}
