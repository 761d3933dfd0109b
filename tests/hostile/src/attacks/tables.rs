//! Attacks by tables and references to functions.

use crate::Promise::{Contained, Refused, TableLimit, Trapped};
use crate::text::{bare, endless, kernel};
use crate::{Attack, Promise};

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "grow without end",
            "grows a table by a thousand elements until that fails, then panics",
            TableLimit,
            kernel(
                "(table $t 1 funcref)",
                "(loop $more (br_if $more (i32.ne
                    (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))
                unreachable",
            ),
        ),
        attack(
            "4 billion elements at once",
            "grows a table to all that 32 bits count, then panics",
            TableLimit,
            kernel(
                "(table $t 1 funcref)",
                "(drop (table.grow $t (ref.null func) (i32.const -2))) unreachable",
            ),
        ),
        attack(
            "large from the start",
            "declares a table of 10 million elements",
            Refused("table elements"),
            kernel("(table 10000000 funcref)", "(i32.const 0)"),
        ),
        attack(
            "65 tables",
            "declares more tables than a kernel may have",
            Refused("table"),
            bare(&"(table 1 funcref)".repeat(65), "(i32.const 0)"),
        ),
        attack(
            "fill a table",
            "fills a table of 90 000 elements with one instruction, in a loop",
            Contained,
            kernel(
                "(table $t 90000 funcref)",
                &endless("(table.fill $t (i32.const 0) (ref.null func) (i32.const 90000))"),
            ),
        ),
        attack(
            "copy a table",
            "copies a table of 90 000 elements over itself, in a loop",
            Contained,
            kernel(
                "(table $t 90000 funcref)",
                &endless("(table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 89999))"),
            ),
        ),
        attack(
            "call nothing",
            "calls an element that was never set",
            Trapped("uninitialized element"),
            kernel(
                "(table $t 1 funcref)",
                "(call_indirect $t (result i32) (i32.const 0))",
            ),
        ),
        attack(
            "call past the end",
            "calls the 4-billionth element of a table of one",
            Trapped("out of bounds"),
            kernel(
                "(table $t 1 funcref)",
                "(call_indirect $t (result i32) (i32.const -1))",
            ),
        ),
        attack(
            "call with another type",
            "calls an import of the host as if it had no parameters",
            Trapped("indirect call type mismatch"),
            kernel(
                "(table $t 1 funcref) (elem (table $t) (i32.const 0) func $send)",
                "(call_indirect $t (result i32) (i32.const 0))",
            ),
        ),
        attack(
            "elements past the end",
            "has a segment of elements that begins beyond its table",
            Refused("out of bounds table access"),
            kernel(
                "(table $t 1 funcref) (elem (table $t) (i32.const 1) func $log)",
                "(i32.const 0)",
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
    Attack::new("tables", name, description, promise, component)
}
