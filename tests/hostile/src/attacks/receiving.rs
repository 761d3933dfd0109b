//! Attacks by receiving, and by not receiving.

use crate::Promise::{Contained, Returned, Trapped};
use crate::text::{forever, kernel};
use crate::{Attack, Promise};

/// Receives a message, of which the host tells at address 64.
const RECEIVE: &str = "(call $receive (i32.const 0) (i64.const 0) (i32.const 64))";

/// Answers the message that was received last.
const ANSWER: &str = "(call $send (i32.const 0) (i32.const 3) (i32.const 0) (i64.const 0)
    (i32.const 0) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 256))";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "poll without waiting",
            "receives with a timeout of 0, for ever",
            Contained,
            forever(
                "",
                "(call $receive (i32.const 1) (i64.const 0) (i32.const 64))",
            ),
        ),
        attack(
            "wait for 1 ns",
            "receives with the shortest timeout, for ever",
            Contained,
            forever(
                "",
                "(call $receive (i32.const 1) (i64.const 1) (i32.const 64))",
            ),
        ),
        attack(
            "wait for 584 years",
            "receives with the longest timeout, for ever, also when it is asked to end",
            Contained,
            forever(
                "",
                "(call $receive (i32.const 1) (i64.const -1) (i32.const 64))",
            ),
        ),
        attack(
            "receive after the end",
            "takes no notice of being asked to end and goes on receiving",
            Contained,
            forever("", RECEIVE),
        ),
        attack(
            "a batch of 4 billion",
            "receives the largest batch, for ever",
            Contained,
            forever(
                "",
                "(call $receive_batch (i32.const -1) (i32.const 0) (i64.const 0) (i32.const 64))",
            ),
        ),
        attack(
            "a batch of none",
            "receives an empty batch, for ever",
            Contained,
            forever(
                "",
                "(call $receive_batch (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 64))",
            ),
        ),
        attack(
            "never receive",
            "lets its input queue fill up and computes",
            Contained,
            kernel("", "(loop $again (br $again)) unreachable"),
        ),
        attack(
            "never answer",
            "receives every call, and answers to an exchange that never was",
            Contained,
            forever(
                "",
                &format!(
                    "{RECEIVE} (call $send (i32.const 0) (i32.const 3) (i32.const 1) (i64.const 0)
                        (i32.const 0) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 256))"
                ),
            ),
        )
        .drained(),
        attack(
            "a thousand answers",
            "answers each message a thousand times",
            Contained,
            forever(
                "(global $left (mut i32) (i32.const 0))",
                &format!(
                    "{RECEIVE} (global.set $left (i32.const 1000))
                    (loop $more {ANSWER}
                        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                        (br_if $more (global.get $left)))"
                ),
            ),
        )
        .drained(),
        attack(
            "an unknown timeout",
            "receives with a timeout that is neither given nor left out",
            Trapped("discriminant"),
            kernel(
                "",
                "(call $receive (i32.const 77) (i64.const 0) (i32.const 64)) (i32.const 0)",
            ),
        ),
        attack(
            "a message to nowhere",
            "has a message put beyond its memory",
            Trapped("out of bounds"),
            kernel(
                "",
                "(call $receive (i32.const 1) (i64.const 0) (i32.const -64)) (i32.const 0)",
            ),
        ),
        attack(
            "a message askew",
            "has a message put at an odd address",
            Trapped("aligned"),
            kernel(
                "",
                "(call $receive (i32.const 1) (i64.const 0) (i32.const 65)) (i32.const 0)",
            ),
        ),
        attack(
            "leave at once",
            "returns while messages and calls wait for it",
            Returned,
            kernel("", "(i32.const 0)"),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("receiving", name, description, promise, component)
}
