//! Attacks by asking about life, and by not caring for the answer.

use crate::Promise::{Contained, Trapped};
use crate::text::{forever, kernel};
use crate::{Attack, Promise};

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "shall I end?",
            "asks whether it should end, without end",
            Contained,
            forever("", "(drop (call $should_terminate))"),
        ),
        attack(
            "am I active?",
            "asks whether it is active, without end",
            Contained,
            forever("", "(drop (call $is_active))"),
        ),
        attack(
            "who am I?",
            "asks for its name, without end",
            Contained,
            forever("", "(call $kernel_id (i32.const 64))"),
        ),
        attack(
            "may I work?",
            "waits to be active, which it is, without end",
            Contained,
            forever("", "(drop (call $wait_active))"),
        ),
        attack(
            "computing in a pause",
            "waits until it is paused, and computes from then on",
            Contained,
            kernel(
                "",
                "(loop $active (br_if $active (call $is_active)))
                (loop $again (br $again)) unreachable",
            ),
        ),
        attack(
            "sending when asked to end",
            "sends messages without end once it is asked to end",
            Contained,
            kernel(
                "",
                "(loop $not_yet (br_if $not_yet (i32.eqz (call $should_terminate))))
                (loop $again
                    (call $send (i32.const 0) (i32.const 8) (i32.const 0) (i64.const 0)
                        (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 256))
                    (br $again))
                unreachable",
            ),
        ),
        attack(
            "a name to nowhere",
            "has its name put beyond its memory",
            Trapped("out of bounds"),
            kernel("", "(call $kernel_id (i32.const -4)) (i32.const 0)"),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("lifecycle", name, description, promise, component)
}
