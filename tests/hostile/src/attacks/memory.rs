//! Attacks by linear memory.

use crate::Promise::{Contained, MemoryLimit, Refused, Trapped};
use crate::text::{REALLOC, bare, endless, forever, kernel, kernel_with};
use crate::{Attack, Promise};

/// Takes all the memory that there is to be had, by the MiB.
const TAKE_ALL: &str =
    "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";

/// The length of the memory in bytes.
const LENGTH: &str = "(i32.mul (memory.size) (i32.const 65536))";

pub(super) fn attacks() -> Vec<Attack> {
    let unbounded = |turn: &str| {
        kernel_with(
            "2 65536",
            REALLOC,
            "",
            &format!("{TAKE_ALL} {}", endless(turn)),
        )
    };
    vec![
        attack(
            "page by page",
            "grows its memory by one page until that fails, then panics",
            MemoryLimit,
            kernel(
                "",
                "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
                unreachable",
            ),
        ),
        attack(
            "4 GiB at once",
            "grows its memory to all that 32 bits address, then panics",
            MemoryLimit,
            kernel("", "(drop (memory.grow (i32.const 65534))) unreachable"),
        ),
        attack(
            "growth refused for ever",
            "asks for 4 GiB again and again",
            Contained,
            forever("", "(drop (memory.grow (i32.const 65534)))"),
        ),
        attack(
            "growth past its own maximum",
            "asks for more than the maximum it declared, again and again",
            Contained,
            kernel_with(
                "2 3",
                REALLOC,
                "",
                &endless("(drop (memory.grow (i32.const 2)))"),
            ),
        ),
        attack(
            "too much from the start",
            "declares a memory of twice its limit",
            Refused("bytes of memory"),
            kernel_with("2048", REALLOC, "", "(i32.const 0)"),
        ),
        attack(
            "touch everything",
            "takes all memory that it gets and writes to each page, in a loop",
            Contained,
            kernel_with(
                "2 65536",
                REALLOC,
                "",
                &format!(
                    "(local $at i32) {TAKE_ALL} {}",
                    endless(&format!(
                        "(i32.store (local.get $at) (i32.const -1))
                        (local.set $at (i32.rem_u
                            (i32.add (local.get $at) (i32.const 4096)) {LENGTH}))"
                    ))
                ),
            ),
        ),
        attack(
            "fill everything",
            "takes all memory and fills it with one instruction, in a loop",
            Contained,
            unbounded(&format!(
                "(memory.fill (i32.const 0) (i32.const 255) {LENGTH})"
            )),
        ),
        attack(
            "move everything",
            "takes all memory and moves it by a byte with one instruction, in a loop",
            Contained,
            unbounded(&format!(
                "(memory.copy (i32.const 1) (i32.const 0) (i32.sub {LENGTH} (i32.const 1)))"
            )),
        ),
        attack(
            "fill everything without a loop",
            "takes all memory and fills it with two thousand instructions in a row, in a loop",
            Contained,
            unbounded(&format!("(memory.fill (i32.const 0) (i32.const 1) {LENGTH})").repeat(2000)),
        ),
        attack(
            "65 memories",
            "declares more memories than a kernel may have",
            Refused("memor"),
            bare(&"(memory 0)".repeat(64), "(i32.const 0)"),
        ),
        attack(
            "memories of 64 KiB each",
            "declares 60 memories and grows each of them until all fail, then panics",
            MemoryLimit,
            bare(
                &"(memory 1)".repeat(60),
                &format!(
                    "{} unreachable",
                    (0..60)
                        .map(|memory| format!(
                            "(loop $more (br_if $more
                                (i32.ne (memory.grow {memory} (i32.const 16)) (i32.const -1))))"
                        ))
                        .collect::<String>()
                ),
            ),
        ),
        attack(
            "load past the end",
            "reads the last address of all",
            Trapped("out of bounds memory access"),
            kernel("", "(i32.load (i32.const -1))"),
        ),
        attack(
            "load with the largest offset",
            "reads at an address and an offset that overflow 32 bits together",
            Trapped("out of bounds memory access"),
            kernel("", "(i32.load offset=4294967295 (i32.const -1))"),
        ),
        attack(
            "copy past the end",
            "moves 4 GiB of which it has two pages",
            Trapped("out of bounds memory access"),
            kernel(
                "",
                "(memory.copy (i32.const 1) (i32.const 0) (i32.const -1)) (i32.const 0)",
            ),
        ),
        attack(
            "data past the end",
            "has a data segment that begins beyond its memory",
            Refused("out of bounds memory access"),
            kernel("(data (i32.const 131071) \"two\")", "(i32.const 0)"),
        ),
        attack(
            "dropped data",
            "initialises memory from a data segment that it dropped",
            Trapped("out of bounds memory access"),
            kernel(
                "(data $gone \"gone\")",
                "(data.drop $gone)
                (memory.init $gone (i32.const 0) (i32.const 0) (i32.const 4)) (i32.const 0)",
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
    Attack::new("memory", name, description, promise, component)
}
