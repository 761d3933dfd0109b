//! Attacks by computing: the thread is all they want.

use crate::Promise::{Contained, Trapped};
use crate::text::{forever, kernel};
use crate::{Attack, Promise};

pub(super) fn attacks() -> Vec<Attack> {
    let straight = "(local.set 0 (i64.mul (local.get 0) (i64.const 3)))".repeat(20_000);
    vec![
        attack(
            "an empty loop",
            "jumps to where it is",
            Contained,
            kernel("", "(loop $again (br $again)) unreachable"),
        ),
        attack(
            "a loop by table",
            "jumps to where it is through a table of a thousand labels",
            Contained,
            kernel(
                "",
                &format!(
                    "(loop $again (br_table {} (i32.const 7))) unreachable",
                    "$again ".repeat(1000)
                ),
            ),
        ),
        attack(
            "a loop of calls",
            "calls an empty function for ever",
            Contained,
            forever("(func $nothing)", "(call $nothing)"),
        ),
        attack(
            "a loop of indirect calls",
            "calls an empty function through a table for ever",
            Contained,
            forever(
                "(func $nothing) (table $t 1 funcref) (elem (table $t) (i32.const 0) func $nothing)",
                "(call_indirect $t (i32.const 0))",
            ),
        ),
        attack(
            "tail calls",
            "two functions that end by calling each other, for ever",
            Contained,
            kernel(
                "(func $one (result i32) (return_call $two))
                (func $two (result i32) (return_call $one))",
                "(call $one)",
            ),
        ),
        attack(
            "a long way without a branch",
            "80 000 instructions in a row, for ever",
            Contained,
            forever(
                &format!("(func $straight (param i64) (result i64) {straight} (local.get 0))"),
                "(drop (call $straight (i64.const 1)))",
            ),
        ),
        attack(
            "slow instructions",
            "divides and takes roots for ever",
            Contained,
            forever(
                "(global $x (mut f64) (f64.const 1e300))",
                "(global.set $x (f64.sqrt (f64.div (global.get $x) (f64.const 1e-300))))",
            ),
        ),
        attack(
            "division by zero",
            "divides by zero",
            Trapped("integer divide by zero"),
            kernel("", "(i32.div_u (i32.const 1) (i32.const 0))"),
        ),
        attack(
            "the quotient that does not fit",
            "divides the least integer by -1",
            Trapped("integer overflow"),
            kernel("", "(i32.div_s (i32.const -2147483648) (i32.const -1))"),
        ),
        attack(
            "a number that is no integer",
            "makes an integer of what is not a number",
            Trapped("invalid conversion to integer"),
            kernel("", "(i32.trunc_f64_s (f64.const nan))"),
        ),
        attack(
            "unreachable",
            "does what a panic does",
            Trapped("unreachable"),
            kernel("", "unreachable"),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("computing", name, description, promise, component)
}
