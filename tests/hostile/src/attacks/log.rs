//! Attacks by logging.

use crate::Promise::{Contained, Trapped};
use crate::text::{REALLOC, endless, forever, kernel, kernel_with};
use crate::{Attack, Promise};

/// Logs so many bytes of this character for ever.
fn flood(level: u32, character: u8, length: u32) -> Vec<u8> {
    let fill = format!("(memory.fill (i32.const 0) (i32.const {character}) (i32.const {length}))");
    let turn = endless(&format!(
        "(call $log (i32.const {level}) (i32.const 0) (i32.const {length}))"
    ));
    let pages = length.div_ceil(65536) + 1;
    kernel_with(
        &pages.max(2).to_string(),
        REALLOC,
        "",
        &format!("{fill} {turn}"),
    )
}

/// Logs once.
fn once(level: i32, address: i32, length: i32) -> Vec<u8> {
    kernel(
        "(data (i32.const 1024) \"\\ff\\fe\\c3\")",
        &format!(
            "(call $log (i32.const {level}) (i32.const {address}) (i32.const {length}))
            (i32.const 0)"
        ),
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "a flood of lines",
            "logs a short line as an error, as often as it can",
            Contained,
            flood(4, b'x', 80),
        ),
        attack(
            "a flood of empty lines",
            "logs nothing, as often as it can",
            Contained,
            flood(2, b'x', 0),
        ),
        attack(
            "a flood of line ends",
            "logs 8 KiB of which every second byte ends a line, as often as it can",
            Contained,
            kernel(
                "",
                &format!(
                    "(local $at i32)
                    (loop $more
                        (i32.store16 (local.get $at) (i32.const 0x0a78))
                        (local.set $at (i32.add (local.get $at) (i32.const 2)))
                        (br_if $more (i32.lt_u (local.get $at) (i32.const 8192))))
                    {}",
                    endless("(call $log (i32.const 2) (i32.const 0) (i32.const 8192))")
                ),
            ),
        ),
        attack(
            "a line of 2 MiB",
            "logs a line of 2 MiB, as often as it can",
            Contained,
            flood(2, b'x', 2 << 20),
        ),
        attack(
            "a line of 16 MiB",
            "logs more at once than it may hand to the host in one call",
            Trapped("fuel allocated for hostcalls"),
            flood(2, b'x', 16 << 20),
        ),
        attack(
            "nothing but line ends",
            "logs 2 MiB of line ends, as often as it can",
            Contained,
            flood(2, b'\n', 2 << 20),
        ),
        attack(
            "control characters",
            "logs 8 KiB that would each drive the operator's terminal, as often as it can",
            Contained,
            flood(4, 0x1b, 8192),
        ),
        attack(
            "no text",
            "logs what is not UTF-8",
            Trapped("utf-8"),
            once(2, 1024, 3),
        ),
        attack(
            "a line past the end",
            "logs from beyond its memory",
            Trapped("out of bounds"),
            once(2, -1, 8),
        ),
        attack(
            "a line of 4 GiB",
            "logs more than its memory holds",
            Trapped("out of bounds"),
            once(2, 1024, -1),
        ),
        attack(
            "an unknown level",
            "logs with the ninth of five levels",
            Trapped("discriminant"),
            once(9, 0, 1),
        ),
        attack(
            "a log after the end",
            "logs on when it is asked to end",
            Contained,
            forever(
                "",
                "(if (call $should_terminate)
                    (then (call $log (i32.const 4) (i32.const 0) (i32.const 80))))",
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
    Attack::new("log", name, description, promise, component)
}
