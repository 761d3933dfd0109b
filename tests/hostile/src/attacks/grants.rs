//! Attacks by what is granted, and for more than that.

use crate::Promise::{Contained, Refused};
use crate::text::endless;
use crate::{Attack, Promise};
use ringhost::{Grants, Randomness};
use ringhost_tests::{component_from_core, core_kernel};

const EVERYTHING: &str = r#"
    (import "wasi:clocks/wall-clock@0.2.0" "now" (func $date (param i32)))
    (import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
    (import "wasi:cli/environment@0.2.0" "get-environment" (func $environment (param i32)))
    (import "wasi:filesystem/preopens@0.2.0" "get-directories" (func $folders (param i32)))
    (import "wasi:sockets/instance-network@0.2.0" "instance-network"
        (func $network (result i32)))"#;

fn kernel(fields: &str, run: &str) -> Vec<u8> {
    component_from_core(&core_kernel(4, fields, run))
}

/// A kernel that calls for everything again and again, with room for one answer at a time.
fn asks_for_everything() -> Vec<u8> {
    kernel(
        EVERYTHING,
        &endless(
            "(global.set $next (i32.const 4096))
            (call $date (i32.const 64))
            (drop (call $random))
            (call $environment (i32.const 64))",
        ),
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    let empty = Grants {
        empty_world: true,
        ..Grants::default()
    };
    vec![
        attack(
            "everything, please",
            "imports all of WASI and is granted none of it",
            Refused("(random = \"system\")"),
            asks_for_everything(),
        ),
        attack(
            "everything is nothing",
            "asks an empty world for all that it has, as often as it can",
            Contained,
            asks_for_everything(),
        )
        .granted(empty.clone()),
        attack(
            "a flood from a seed",
            "draws numbers from its seed, as often as it can",
            Contained,
            kernel(EVERYTHING, &endless("(drop (call $random))")),
        )
        .granted(Grants {
            random: Some(Randomness::Seed(42)),
            ..empty.clone()
        }),
        attack(
            "the whole environment",
            "asks for a granted variable, as often as it can",
            Contained,
            asks_for_everything(),
        )
        .granted(Grants {
            environment: vec!["PATH".to_owned()],
            ..empty.clone()
        }),
        attack(
            "words for nobody",
            "logs 64 KiB as often as it can, without a log",
            Contained,
            kernel(
                r#"(import "ring:kernel/log@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
                &endless("(call $log (i32.const 4) (i32.const 0) (i32.const 65536))"),
            ),
        )
        .granted(Grants {
            log: false,
            ..empty
        }),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("grants", name, description, promise, component)
}
