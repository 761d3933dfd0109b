//! Attacks by what `run` returns: the address of a result, at it whether there is an error, and
//! then the address and length of its text.

use crate::Promise::{Failed, Trapped};
use crate::text::kernel;
use crate::{Attack, Promise};

/// Returns an error text of this address and length.
fn error_at(address: u32, length: u32) -> String {
    format!(
        "(i32.store8 (i32.const 64) (i32.const 1))
        (i32.store (i32.const 68) (i32.const {address}))
        (i32.store (i32.const 72) (i32.const {length}))
        (i32.const 64)"
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    let spaces = "(drop (memory.grow (i32.const 990)))
        (memory.fill (i32.const 1024) (i32.const 32) (i32.const 62914560))";
    vec![
        attack(
            "a long error",
            "returns an error of 2 MiB",
            Failed("bytes cut"),
            kernel(
                "",
                &format!(
                    "(drop (memory.grow (i32.const 40)))
                    (memory.fill (i32.const 1024) (i32.const 32) (i32.const 2097152)) {}",
                    error_at(1024, 2 << 20)
                ),
            ),
        ),
        attack(
            "an error as long as its memory",
            "returns an error of 60 MiB",
            Trapped("fuel allocated for hostcalls"),
            kernel("", &format!("{spaces} {}", error_at(1024, 60 << 20))),
        ),
        attack(
            "an error that is not text",
            "returns an error that is not UTF-8",
            Trapped("utf-8"),
            kernel(
                "(data (i32.const 1024) \"\\ff\\fe\\c3\")",
                &error_at(1024, 3),
            ),
        ),
        attack(
            "an error that drives the terminal",
            "returns an error that would clear the operator's screen",
            Failed("\\u{1b}[2J"),
            kernel(
                "(data (i32.const 1024) \"\\1b[2Jhello\")",
                &error_at(1024, 9),
            ),
        ),
        attack(
            "an error past the end",
            "returns an error that begins beyond its memory",
            Trapped("out of bounds"),
            kernel("", &error_at(u32::MAX, 1)),
        ),
        attack(
            "an error without end",
            "returns an error of 4 GiB",
            Trapped("out of bounds"),
            kernel("", &error_at(1024, u32::MAX)),
        ),
        attack(
            "a result past the end",
            "returns a result that lies beyond its memory",
            Trapped("out of bounds"),
            kernel("", "(i32.const -4)"),
        ),
        attack(
            "a result askew",
            "returns a result at an odd address",
            Trapped("aligned"),
            kernel("", "(i32.const 65)"),
        ),
        attack(
            "neither result nor error",
            "returns a result of the 255th kind",
            Trapped("discriminant"),
            kernel(
                "",
                "(i32.store8 (i32.const 64) (i32.const 255)) (i32.const 64)",
            ),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("results", name, description, promise, component)
}
