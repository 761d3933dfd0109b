//! Attacks by packed messages.

use crate::Promise::{Contained, Returned, Trapped};
use crate::text::{REALLOC, endless, forever, kernel, kernel_with};
use crate::{Attack, Promise};

/// Sends what is packed at this address and receives, without a wait; the answer is at 256.
fn exchange(address: i32, length: i32, max: i32, ahead: i32) -> String {
    format!(
        "(call $exchange (i32.const {address}) (i32.const {length}) (i32.const {max})
            (i32.const {ahead}) (i32.const 1) (i64.const 0) (i32.const 256))"
    )
}

/// Sends what is packed at this address and takes the message of this id.
fn advance(address: i32, length: i32, next: i64) -> String {
    format!(
        "(call $advance (i32.const {address}) (i32.const {length}) (i64.const {next})
            (i32.const 256))"
    )
}

/// The packed head of a message of this length, of this priority, at 1024.
fn head(length: u32, priority: u8) -> String {
    let bytes: String = length
        .to_le_bytes()
        .into_iter()
        .chain([priority])
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    format!(r#"(data (i32.const 1024) "{bytes}")"#)
}

/// Does this once, with this in its memory.
fn once(data: &str, call: &str) -> Vec<u8> {
    kernel(data, &format!("{call} (i32.const 0)"))
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "half a head",
            "sends packed messages that end within a head",
            Trapped("is no packed message"),
            once("", &exchange(1024, 15, 1, 0)),
        ),
        attack(
            "a packed payload past the end",
            "sends a packed message that is said to be 4 GiB long",
            Trapped("is no packed message"),
            once(&head(u32::MAX, 255), &exchange(1024, 64, 1, 0)),
        ),
        attack(
            "no such priority",
            "sends a packed message of a priority that there is not",
            Trapped("is no packed message"),
            once(&head(0, 4), &advance(1024, 16, 1)),
        ),
        attack(
            "packed messages out of bounds",
            "sends packed messages that lie outside its memory",
            Trapped("out of bounds"),
            once("", &exchange(-16, 16, 1, 0)),
        ),
        attack(
            "4 GiB of packed messages",
            "sends a list of packed messages of 4 GiB",
            Trapped("out of bounds"),
            once("", &advance(0, -1, 1)),
        ),
        attack(
            "a packed message over the limit",
            "sends one packed message of more than its limit of messages, and is told",
            Returned,
            kernel_with(
                "40",
                REALLOC,
                &head((1 << 20) + 1, 255),
                &format!("{} (i32.const 0)", exchange(1024, (1 << 20) + 1 + 16, 1, 0)),
            ),
        ),
        attack(
            "advances to nothing",
            "asks for a message that it never read, as often as it can",
            Contained,
            forever("", &advance(0, 0, -1)),
        ),
        attack(
            "exchanges of nothing",
            "sends nothing and receives nothing, reading ahead as far as it can say, as often as \
             it can",
            Contained,
            forever("", &exchange(0, 0, -1, -1)),
        ),
        attack(
            "a flood of packed messages",
            "sends 4 000 empty messages in one call, as often as it can, to a reader as fast",
            Contained,
            kernel_with("2", REALLOC, "", &endless(&exchange(1024, 64_000, 0, 0))),
        )
        .drained(),
        attack(
            "a flood of packed messages that nobody reads",
            "sends 4 000 empty messages in one call, as often as it can",
            Contained,
            kernel_with("2", REALLOC, "", &endless(&advance(1024, 64_000, 0))),
        ),
    ]
}

fn attack(name: &'static str, what: &'static str, promise: Promise, component: Vec<u8>) -> Attack {
    Attack::new("packing", name, what, promise, component)
}
