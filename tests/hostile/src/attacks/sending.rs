//! Attacks by sending.

use crate::Promise::{Contained, Returned, Trapped};
use crate::text::{REALLOC, endless, forever, kernel, kernel_with};
use crate::{Attack, Promise};

/// Sends this payload, waiting for room; the host's answer is at 256.
fn send(address: &str, length: &str) -> String {
    format!(
        "(call $send {address} {length} (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
            (i32.const 0) (i64.const 0) (i32.const 256))"
    )
}

/// Sends the payload at this address once.
fn once(address: i32, length: i32) -> Vec<u8> {
    let address = format!("(i32.const {address})");
    let length = format!("(i32.const {length})");
    kernel("", &format!("{} (i32.const 0)", send(&address, &length)))
}

/// Sends messages of this length for ever.
fn flood(length: i32) -> Vec<u8> {
    let turn = send("(i32.const 1024)", &format!("(i32.const {length})"));
    kernel_with("20", REALLOC, "", &endless(&turn))
}

/// Sends so many empty messages in each batch, for ever.
fn batches(count: i32) -> Vec<u8> {
    let turn = format!(
        "(call $send_batch (i32.const 1024) (i32.const {count}) (i32.const 0) (i64.const 0)
            (i32.const 256))"
    );
    kernel_with("600", REALLOC, "", &endless(&turn))
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "empty messages",
            "sends nothing, as often as it can, to a reader as fast",
            Contained,
            flood(0),
        )
        .drained(),
        attack(
            "empty messages that nobody reads",
            "sends nothing, as often as it can",
            Contained,
            flood(0),
        ),
        attack(
            "the largest messages",
            "sends messages of exactly 1 MiB, as often as it can, to a reader as fast",
            Contained,
            flood(1 << 20),
        )
        .drained(),
        attack(
            "the largest messages that nobody reads",
            "fills its output queue with messages of exactly 1 MiB",
            Contained,
            flood(1 << 20),
        ),
        attack(
            "messages too large by a byte",
            "sends messages of 1 MiB and 1 byte, as often as it can",
            Contained,
            flood((1 << 20) + 1),
        ),
        attack(
            "too large once",
            "sends 1 MiB and 1 byte, and panics if that is not refused with the limit",
            Returned,
            kernel_with(
                "20",
                REALLOC,
                "",
                &format!(
                    "{}
                    ;; An error, of the kind too-large, with the limit.
                    (if (i32.or
                            (i32.or
                                (i32.ne (i32.load8_u (i32.const 256)) (i32.const 1))
                                (i32.ne (i32.load8_u (i32.const 264)) (i32.const 4)))
                            (i64.ne (i64.load (i32.const 272)) (i64.const 1048576)))
                        (then unreachable))
                    (i32.const 0)",
                    send("(i32.const 1024)", "(i32.const 1048577)")
                ),
            ),
        ),
        attack(
            "send without waiting",
            "sends with a timeout of 0, for ever, into a queue that is full",
            Contained,
            forever(
                "",
                "(call $send (i32.const 0) (i32.const 8) (i32.const 0) (i64.const 0) (i32.const 0)
                    (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 256))",
            ),
        ),
        attack(
            "a payload as long as memory",
            "sends 60 MiB at once, for ever",
            Trapped("fuel allocated for hostcalls"),
            kernel_with(
                "1000",
                REALLOC,
                "",
                &endless(&send("(i32.const 0)", "(i32.const 62914560)")),
            ),
        ),
        attack(
            "a payload past the end",
            "sends from beyond its memory",
            Trapped("out of bounds"),
            once(-2, 1),
        ),
        attack(
            "a payload of 4 GiB",
            "sends more than its memory holds",
            Trapped("out of bounds"),
            once(1024, -1),
        ),
        attack(
            "a payload of 2 GiB",
            "sends from the middle of all that 32 bits address",
            Trapped("out of bounds"),
            once(i32::MIN, i32::MIN),
        ),
        attack(
            "a batch of a thousand",
            "sends empty messages in batches of a thousand, as often as it can",
            Contained,
            batches(1000),
        )
        .drained(),
        attack(
            "a batch of a million",
            "sends a million empty messages at once",
            Trapped("fuel allocated for hostcalls"),
            batches(1_000_000),
        )
        .drained(),
        attack(
            "a batch past the end",
            "sends a batch of 4 billion messages",
            Trapped("out of bounds"),
            batches(-1),
        ),
        attack(
            "a batch in disguise",
            "sends a batch that names one payload of 1 MiB sixteen times, which is 16 MiB",
            Returned,
            kernel_with(
                "20",
                REALLOC,
                "(global $at (mut i32) (i32.const 1024))",
                "(loop $more
                    (i32.store offset=4 (global.get $at) (i32.const 1048576))
                    (global.set $at (i32.add (global.get $at) (i32.const 32)))
                    (br_if $more (i32.lt_u (global.get $at) (i32.const 1536))))
                (call $send_batch (i32.const 1024) (i32.const 16) (i32.const 0) (i64.const 0)
                    (i32.const 256))
                (i32.const 0)",
            ),
        ),
        attack(
            "an unknown priority",
            "sends in the 200th band",
            Trapped("discriminant"),
            kernel(
                "",
                "(call $send (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 0) (i32.const 1)
                    (i32.const 200) (i32.const 0) (i64.const 0) (i32.const 256)) (i32.const 0)",
            ),
        ),
        attack(
            "an unknown option",
            "sends with a correlation that is neither given nor left out",
            Trapped("discriminant"),
            kernel(
                "",
                "(call $send (i32.const 0) (i32.const 1) (i32.const 77) (i64.const 0) (i32.const 0)
                    (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 256)) (i32.const 0)",
            ),
        ),
        attack(
            "stolen answers",
            "answers every message that there is in the host, those of others, too, urgently",
            Contained,
            forever(
                "(global $guess (mut i64) (i64.const 0))",
                "(global.set $guess (i64.add (global.get $guess) (i64.const 1)))
                (if (i64.gt_u (global.get $guess) (i64.const 10000))
                    (then (global.set $guess (i64.const 0))))
                (call $send (i32.const 0) (i32.const 6) (i32.const 1) (global.get $guess)
                    (i32.const 1) (i32.const 3) (i32.const 0) (i64.const 0) (i32.const 256))",
            ),
        )
        .drained(),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("sending", name, description, promise, component)
}
