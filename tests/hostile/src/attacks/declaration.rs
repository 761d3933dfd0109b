//! Attacks by the declaration of message types, in the custom section `ring:messages`.

use super::binary::with_section;
use crate::Attack;
use crate::Promise::Refused;
use crate::text::bare;

pub(super) fn attacks() -> Vec<Attack> {
    let deep = format!("{{\"input\":{}", "{\"List\":".repeat(5000));
    vec![
        attack(
            "no declaration",
            "declares its messages in bytes at random",
            b"\xff\0\x80{{{",
        ),
        attack(
            "half a declaration",
            "declares half a type",
            b"{\"input\":{\"List\":",
        ),
        attack(
            "a deep declaration",
            "declares lists of lists, 5000 deep",
            deep.as_bytes(),
        ),
        attack(
            "brackets",
            "declares 60 000 opening brackets",
            "[".repeat(60_000).as_bytes(),
        ),
        attack(
            "a long declaration",
            "declares 1 MiB of spaces",
            " ".repeat(1 << 20).as_bytes(),
        ),
        attack(
            "a large number",
            "declares a number of 60 000 digits",
            "9".repeat(60_000).as_bytes(),
        ),
    ]
}

fn attack(name: &'static str, description: &'static str, content: &[u8]) -> Attack {
    let component = with_section(&bare("", "(i32.const 0)"), "ring:messages", content);
    let promise = Refused("\"ring:messages\" is malformed");
    Attack::new("declaration", name, description, promise, component)
}
