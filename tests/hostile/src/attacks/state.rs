//! Attacks by a handler's state: by what it gives for it, and by what it does with one.

use crate::Promise::{Contained, EndsWhenAsked, Refused, Trapped};
use crate::text::stateful_handler;
use crate::{Attack, Promise};

/// Gives nothing for a state, or takes it as it is.
const NOTHING: &str = "(i32.const 0)";

const SPIN: &str = "(loop $again (br $again)) unreachable";

const SEND: &str =
    "(call $send (i32.const 0) (i32.const 8) (i32.const 0) (i64.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 256)) (i32.const 0)";

/// Returns so many bytes from behind where messages are put, as a state or an error.
fn bytes(is_error: u32, length: u32) -> String {
    format!(
        "(i32.store8 (i32.const 64) (i32.const {is_error}))
        (i32.store (i32.const 68) (i32.const 131072))
        (i32.store (i32.const 72) (i32.const {length}))
        (i32.const 64)"
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        given(
            "a state as long as its memory",
            "gives a state of 60 MiB, as often as it is asked",
            EndsWhenAsked,
            &bytes(0, 60 << 20),
        ),
        given(
            "a state of 4 GiB",
            "gives a state that is longer than its memory",
            Trapped("out of bounds"),
            &bytes(0, u32::MAX),
        ),
        given(
            "no state, at length",
            "says in 60 MiB why it gives no state, as often as it is asked",
            EndsWhenAsked,
            &bytes(1, 60 << 20),
        ),
        given(
            "a snapshot without end",
            "is asked for its state, and never returns",
            Contained,
            SPIN,
        ),
        given(
            "a trap for a state",
            "traps when it is asked for its state",
            Trapped("unreachable"),
            "unreachable",
        ),
        given(
            "a message for a state",
            "sends when it is asked for its state",
            Trapped("it called send from an initialiser, restore or snapshot"),
            SEND,
        ),
        taken(
            "a restore without end",
            "is given a state, and never returns",
            Refused("raise initialiser_fuel"),
            SPIN,
        ),
        taken(
            "a trap for a restore",
            "traps over the state that it is given",
            Refused("trapped"),
            "unreachable",
        ),
        taken(
            "a refusal as long as its memory",
            "says in 60 MiB why it does not take its state",
            Refused("fuel allocated for hostcalls"),
            &bytes(1, 60 << 20),
        ),
        taken(
            "a restore of all memory",
            "takes all memory over the state that it is given",
            Refused("exceeded its limit of 67108864 bytes of memory"),
            "(loop $more
                (if (i32.lt_s (memory.grow (i32.const 16)) (i32.const 0)) (then unreachable))
                (br $more))
            unreachable",
        ),
        taken(
            "a message from a restore",
            "sends over the state that it is given",
            Refused("it called send from an initialiser, restore or snapshot"),
            SEND,
        ),
    ]
}

/// An attack by this snapshot, for which somebody asks again and again.
fn given(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    snapshot: &str,
) -> Attack {
    let component = stateful_handler("1000", snapshot, NOTHING);
    Attack::new("state", name, description, promise, component).asked_for_its_state()
}

/// An attack by this restore.
fn taken(name: &'static str, description: &'static str, promise: Promise, restore: &str) -> Attack {
    let pages = if restore.contains("grow") {
        "2"
    } else {
        "1000"
    };
    let component = stateful_handler(pages, NOTHING, restore);
    Attack::new("state", name, description, promise, component).given_a_state()
}
