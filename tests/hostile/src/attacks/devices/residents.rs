//! Attacks by functions that stay on a device.

use super::attack;
use super::text::forever;
use crate::Attack;
use crate::Promise::Contained;

pub(super) fn attacks() -> Vec<Attack> {
    let works =
        "(global.set $made (call $resident (i32.const 1304) (i32.const 16) (i64.const 1000)))
        (call $must)";
    let spins = "(global.set $made (call $resident (i32.const 1300) (i32.const 16)
        (i64.const 0x1000000000)))
        (call $must)";
    let send = "(call $send_resident (global.get $made) (i32.const 131072) (i32.const 64)
        (i32.const 512))";
    let receive = |is_some: u32, timeout: u64| {
        format!(
            "(call $receive_resident (global.get $made) (i32.const {is_some}) (i64.const {timeout})
                (i32.const 512))"
        )
    };
    vec![
        attack(
            "residents without end",
            "has functions stay on the device, and keeps them",
            Contained,
            forever(
                "",
                "(drop (call $resident (i32.const 1304) (i32.const 1) (i64.const 1000)))",
            ),
        ),
        attack(
            "residents that come and go",
            "has a function stay, sends to it and drops it, for ever",
            Contained,
            forever(
                "",
                &format!("{works} {send} (call $drop_resident (global.get $made))"),
            ),
        ),
        attack(
            "messages without answers",
            "sends to a resident and receives nothing, for ever",
            Contained,
            forever(works, send),
        ),
        attack(
            "messages as fast as it can",
            "sends to a resident and receives the answer, for ever",
            Contained,
            forever(works, &format!("{send} {}", receive(0, 0))),
        ),
        attack(
            "a resident that spins",
            "waits for the answer of a resident that spins, and again when it is asked to end",
            Contained,
            forever(&format!("{spins} {send}"), &receive(0, 0)),
        ),
        attack(
            "answers that do not come",
            "receives from a resident that spins, for no time at all, for ever",
            Contained,
            forever(&format!("{spins} {send}"), &receive(1, 0)),
        ),
        attack(
            "pauses of a resident",
            "pauses a resident, lets it go on and stops it, for ever",
            Contained,
            forever(
                works,
                &format!(
                    "{send} (call $pause_resident (global.get $made))
                    (call $resume_resident (global.get $made) (i32.const 512))
                    (call $stop_resident (global.get $made))"
                ),
            ),
        ),
        attack(
            "rooms without measure",
            "wants room for 2^32 - 1 messages of a resident, for ever",
            Contained,
            forever(
                "",
                "(drop (call $resident (i32.const 1304) (i32.const -1) (i64.const 1000)))",
            ),
        ),
    ]
}
