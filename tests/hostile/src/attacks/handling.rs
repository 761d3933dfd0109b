//! Attacks by handlers: by what they return, and by what they do with what they are called with.

use crate::Promise::{Contained, EndsWhenAsked, Failed, MemoryLimit, Trapped};
use crate::text::{REALLOC, handler, handler_with};
use crate::{Attack, Promise};

/// Returns so many replies from this address.
fn replies(address: u32, count: u32) -> String {
    format!(
        "(i32.store (i32.const 68) (i32.const {address}))
        (i32.store (i32.const 72) (i32.const {count}))
        (i32.const 64)"
    )
}

/// Returns one reply of these bytes from address 1024.
fn reply(length: u32) -> String {
    format!(
        "(i32.store (i32.const 128) (i32.const 1024))
        (i32.store (i32.const 132) (i32.const {length}))
        {}",
        replies(128, 1)
    )
}

/// Returns an error text of this address and length.
fn error(address: u32, length: u32) -> String {
    format!(
        "(i32.store8 (i32.const 64) (i32.const 1)) {}",
        replies(address, length)
    )
}

/// A handler of 62 MiB.
fn large(handle: &str) -> Vec<u8> {
    handler_with("1000", REALLOC, "", handle)
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "a million replies",
            "returns a million empty messages at once",
            Trapped("fuel allocated for hostcalls"),
            large(&replies(131_072, 1_000_000)),
        ),
        attack(
            "replies past the end",
            "returns 4 billion messages",
            Trapped("out of bounds"),
            large(&replies(1024, u32::MAX)),
        ),
        attack(
            "replies in disguise",
            "returns one payload of 1 MiB sixteen times, which is 16 MiB",
            Trapped("fuel allocated for hostcalls"),
            handler_with(
                "20",
                REALLOC,
                "(global $at (mut i32) (i32.const 1024))",
                &format!(
                    "(loop $more
                        (i32.store offset=4 (global.get $at) (i32.const 1048576))
                        (global.set $at (i32.add (global.get $at) (i32.const 32)))
                        (br_if $more (i32.lt_u (global.get $at) (i32.const 1536))))
                    {}",
                    replies(1024, 16)
                ),
            ),
        ),
        attack(
            "a reply too large by a byte",
            "returns a message of 1 MiB and 1 byte",
            Failed("1048577 bytes, over the limit of 1048576"),
            large(&reply((1 << 20) + 1)),
        ),
        attack(
            "the largest replies",
            "answers with messages of exactly 1 MiB, as often as it is called, to a reader as fast",
            EndsWhenAsked,
            large(&reply(1 << 20)),
        )
        .drained(),
        attack(
            "the largest replies that nobody reads",
            "fills its output queue with messages of exactly 1 MiB",
            EndsWhenAsked,
            large(&reply(1 << 20)),
        ),
        attack(
            "many replies",
            "answers with 30 000 empty messages, as often as it is called, to a reader as fast",
            EndsWhenAsked,
            large(&replies(131_072, 30_000)),
        )
        .drained(),
        attack(
            "many replies that nobody reads",
            "answers with 30 000 empty messages",
            EndsWhenAsked,
            large(&replies(131_072, 30_000)),
        ),
        attack(
            "a reply from past the end",
            "returns a message that begins beyond its memory",
            Trapped("out of bounds"),
            handler(
                "(data (i32.const 128) \"\\ff\\ff\\ff\\ff\\01\")",
                &replies(128, 1),
            ),
        ),
        attack(
            "a reply of an unknown priority",
            "answers in the 200th band",
            Trapped("discriminant"),
            handler("(data (i32.const 152) \"\\01\\c8\")", &replies(128, 1)),
        ),
        attack(
            "replies askew",
            "returns a result at an odd address",
            Trapped("aligned"),
            handler("", "(i32.const 65)"),
        ),
        attack(
            "a long error of a handler",
            "returns an error of 2 MiB",
            Failed("bytes cut"),
            large(&format!(
                "(memory.fill (i32.const 1024) (i32.const 32) (i32.const 2097152)) {}",
                error(1024, 2 << 20)
            )),
        ),
        attack(
            "an error as long as a handler's memory",
            "returns an error of 60 MiB",
            Trapped("fuel allocated for hostcalls"),
            large(&error(1024, 60 << 20)),
        ),
        attack(
            "no room for messages",
            "has its messages put beyond its memory",
            Trapped("realloc return"),
            handler_with("2", "(i32.const -8)", "", "(i32.const 0)"),
        ),
        attack(
            "messages on itself",
            "has its messages put where it keeps its own",
            EndsWhenAsked,
            handler_with("2", "(i32.const 64)", "", "(i32.const 0)"),
        ),
        attack(
            "room without end",
            "never gives back the memory of a message",
            MemoryLimit,
            handler_with(
                "2",
                "(local $at i32)
                (local.set $at (memory.grow (i32.const 16)))
                (if (i32.lt_s (local.get $at) (i32.const 0)) (then unreachable))
                (i32.mul (local.get $at) (i32.const 65536))",
                "",
                "(i32.const 0)",
            ),
        ),
        attack(
            "handle for ever",
            "is called, and never returns",
            Contained,
            handler("", "(loop $again (br $again)) unreachable"),
        ),
        attack(
            "ask for ever",
            "is called, and asks the host without end whether it is active",
            Contained,
            handler(
                "",
                "(loop $again (drop (call $wait_active)) (drop (call $is_active)) (br $again))
                unreachable",
            ),
        ),
        attack(
            "send for ever",
            "is called, and sends until it is stopped",
            Contained,
            handler(
                "",
                "(loop $again
                    (call $send (i32.const 0) (i32.const 8) (i32.const 0) (i64.const 0)
                        (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 256))
                    (br $again))
                unreachable",
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
    Attack::new("handling", name, description, promise, component)
}
