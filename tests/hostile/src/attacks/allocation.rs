//! Attacks by the function that the host calls to get room in the kernel's memory.

use crate::Promise::{Contained, MemoryLimit, Trapped};
use crate::text::{REALLOC, kernel_with};
use crate::{Attack, Promise};

/// Has the host ask for room, once, and returns.
const ASK: &str = "(call $kernel_id (i32.const 64)) (i32.const 0)";

/// The same for ever, with messages.
const RECEIVE: &str = "(loop $again
    (call $receive (i32.const 0) (i64.const 0) (i32.const 64)) (br $again)) unreachable";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "no room",
            "panics when the host asks for room",
            Trapped("unreachable"),
            kernel_with("2", "unreachable", "", ASK),
        ),
        attack(
            "no room for a message",
            "panics when the host asks for room for a message, which is lost with it",
            Trapped("unreachable"),
            kernel_with("2", "unreachable", "", RECEIVE),
        ),
        attack(
            "room past the end",
            "gives the host room beyond its memory",
            Trapped("beyond end of memory"),
            kernel_with("2", "(i32.const -8)", "", ASK),
        ),
        attack(
            "room askew",
            "gives the host room at an odd address for a list of messages",
            Trapped("aligned"),
            kernel_with(
                "2",
                "(i32.const 65537)",
                "",
                "(call $receive_batch (i32.const 10) (i32.const 0) (i64.const 0) (i32.const 64))
                (i32.const 0)",
            ),
        ),
        attack(
            "the same room for everything",
            "gives the host room where the result itself goes, for ever",
            Contained,
            kernel_with("2", "(i32.const 64)", "", RECEIVE),
        ),
        attack(
            "room after an eternity",
            "spins when the host asks for room",
            Contained,
            kernel_with("2", "(loop $again (br $again)) unreachable", "", ASK),
        ),
        attack(
            "more memory for each message",
            "grows by 1 MiB for each message, and panics when that fails",
            MemoryLimit,
            kernel_with(
                "2",
                "(if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
                (i32.mul (i32.sub (memory.size) (i32.const 16)) (i32.const 65536))",
                "",
                "(loop $again (call $kernel_id (i32.const 64)) (br $again)) unreachable",
            ),
        ),
        attack(
            "back into the host",
            "calls the host when the host asks for room",
            Trapped("cannot leave component instance"),
            kernel_with("2", &format!("(drop (call $is_active)) {REALLOC}"), "", ASK),
        ),
        attack(
            "receive within receive",
            "receives another message when the host asks for room for the first",
            Trapped("cannot leave component instance"),
            kernel_with(
                "2",
                &format!("(call $receive (i32.const 0) (i64.const 0) (i32.const 64)) {REALLOC}"),
                "",
                RECEIVE,
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
    Attack::new("allocation", name, description, promise, component)
}
