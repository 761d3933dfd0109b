//! Random functions, each beside wasmtime: any mix of operators, blocks, loops and calls.
//!
//! `RINGHOST_PTX_MODULES` says how many (300 where it is not set), `RINGHOST_PTX_SEED` where to begin.
//! A failure names the seed of its module, which alone makes it again.

mod generate;
mod vectors;

use std::env;

use ringhost_ptx::{Error, Policy, translate};

use crate::assembler;
use generate::Generator;
use ptx_oracle::machine::Kernel;
use ptx_oracle::{POLICIES, agree_under, both, options};

/// Random numbers from a seed: splitmix64.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A number from the environment.
pub fn number(name: &str, default: u64) -> u64 {
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
    let bytes: Vec<u8> = (0..4096).map(|_| generator.numbers.next() as u8).collect();
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

#[test]
fn modules_with_bytes_changed_are_translated_or_refused() {
    let first = number("RINGHOST_PTX_SEED", 1);
    let count = number("RINGHOST_PTX_MODULES", 300) / 10;
    let (mut translated, mut refused) = (0, 0);
    for seed in first..first + count {
        let mut generator = Generator::new(seed);
        let module = wat::parse_str(generator.module()).expect("WAT");
        for _ in 0..100 {
            let mut bytes = module.clone();
            for _ in 0..generator.numbers.below(3) + 1 {
                let at = generator.numbers.below(bytes.len() as u64) as usize;
                bytes[at] = generator.numbers.next() as u8;
            }
            for policy in POLICIES {
                match translate(&bytes, "f", &options(policy)) {
                    Ok(translation) => {
                        translated += 1;
                        // Whatever it does now, it is fenced.
                        ptx_oracle::fences::check(&Kernel::parse(&translation.ptx), policy);
                    }
                    Err(Error::Inconsistent { offset }) => panic!("seed {seed}, byte {offset}"),
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(
        translated > count && refused > count,
        "{translated} and {refused}"
    );
}
