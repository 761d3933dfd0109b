//! Attacks by WASI, as programs in C or Rust would come to it: through `wasi_snapshot_preview1`.

use crate::Promise::{Contained, Failed, Returned};
use crate::text::endless;
use crate::{Attack, Promise};
use ringhost::{Grants, Randomness};
use ringhost_tests::{component_from_core, core_kernel};

const IMPORTS: &str = r#"
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get"
        (func $folder (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environment (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $arguments (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;

fn kernel(run: &str) -> Vec<u8> {
    // The adapter takes some of the memory for itself, from the beginning of what is free.
    component_from_core(&core_kernel(16, IMPORTS, run))
}

/// Writes so many bytes from 256 KiB on to standard output, for ever.
fn writes(length: u32) -> Vec<u8> {
    let turn =
        endless("(drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))");
    kernel(&format!(
        "(memory.fill (i32.const 262144) (i32.const 0x78) (i32.const 524288))
        (i32.store (i32.const 16) (i32.const 262144))
        (i32.store (i32.const 20) (i32.const {length}))
        {turn}"
    ))
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "look around",
            "looks for folders, files, environment and arguments, and panics if it finds any",
            Returned,
            kernel(
                "(if (i32.eqz (call $folder (i32.const 3) (i32.const 48))) (then unreachable))
                (i32.store (i32.const 64) (i32.const 0x6374652f)) ;; /etc
                (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4)
                        (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 72)))
                    (then unreachable))
                (drop (call $environment (i32.const 48) (i32.const 52)))
                (if (i32.load (i32.const 48)) (then unreachable))
                (drop (call $arguments (i32.const 48) (i32.const 52)))
                (if (i32.load (i32.const 48)) (then unreachable))
                (i32.const 0)",
            ),
        ),
        attack(
            "a flood of random bytes",
            "asks for 64 KiB of random bytes, as often as it can",
            Contained,
            kernel(&endless(
                "(drop (call $random (i32.const 262144) (i32.const 65536)))",
            )),
        ),
        attack(
            "what time is it?",
            "asks for the time, as often as it can",
            Contained,
            kernel(&endless(
                "(drop (call $clock (i32.const 1) (i64.const 1) (i32.const 64)))",
            )),
        ),
        attack(
            "yield",
            "yields to others, of its own accord, as often as it can",
            Contained,
            kernel(&endless("(drop (call $yield))")),
        ),
        attack(
            "sleep for 584 years",
            "waits for a clock, also when it is asked to end",
            Contained,
            kernel(&endless(
                "(i32.store (i32.const 80) (i32.const 1)) ;; the monotonic clock
                (i64.store (i32.const 88) (i64.const -1))
                (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 192)))",
            )),
        ),
        attack(
            "sleep for 1 ns",
            "waits for a clock that has already struck, for ever",
            Contained,
            kernel(&endless(
                "(i32.store (i32.const 80) (i32.const 1))
                (i64.store (i32.const 88) (i64.const 1))
                (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 192)))",
            )),
        ),
        attack(
            "output by the byte",
            "writes to standard output byte by byte and never ends a line",
            Contained,
            writes(1),
        ),
        attack(
            "output by the half MiB",
            "writes 512 KiB at once to standard output and never ends a line",
            Contained,
            writes(512 << 10),
        ),
        attack(
            "read from nothing",
            "reads from standard input, which is empty, for ever",
            Contained,
            kernel(&endless(
                "(i32.store (i32.const 16) (i32.const 262144))
                (i32.store (i32.const 20) (i32.const 65536))
                (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))",
            )),
        ),
        attack(
            "exit with success",
            "ends the program, which is all of it and nothing of the host",
            Returned,
            kernel("(call $exit (i32.const 0)) unreachable"),
        ),
        attack(
            "exit with failure",
            "ends the program with status 1",
            Failed("exited with status 1"),
            kernel("(call $exit (i32.const 1)) unreachable"),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("WASI", name, description, promise, component).granted(Grants {
        clocks: true,
        random: Some(Randomness::System),
        empty_world: true,
        ..Grants::default()
    })
}
