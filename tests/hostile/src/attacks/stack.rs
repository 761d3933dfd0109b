//! Attacks by recursion.

use crate::Attack;
use crate::Promise::StackLimit;
use crate::text::{REALLOC, kernel, kernel_with};

pub(super) fn attacks() -> Vec<Attack> {
    let many_locals = "(local i64 i64 i64 i64 i64 i64 i64 i64)".repeat(1000);
    let used = (0..8000)
        .map(|local| format!("(local.set {local} (call $any)) "))
        .collect::<String>();
    let summed = (0..8000)
        .map(|local| format!("(i64.add (local.get {local}) "))
        .collect::<String>();
    let close = ")".repeat(8000);
    vec![
        attack(
            "recursion",
            "a function that calls itself without end",
            kernel(
                "(func $deeper (param i64) (result i64)
                    (i64.add (local.get 0) (call $deeper (i64.add (local.get 0) (i64.const 1)))))",
                "(drop (call $deeper (i64.const 0))) (i32.const 0)",
            ),
        ),
        attack(
            "mutual recursion",
            "two functions that call each other without end",
            kernel(
                "(func $one (result i32) (i32.add (i32.const 1) (call $two)))
                (func $two (result i32) (i32.add (i32.const 1) (call $one)))",
                "(call $one)",
            ),
        ),
        attack(
            "indirect recursion",
            "a function that calls itself through a table",
            kernel(
                "(table $t 1 funcref) (elem (table $t) (i32.const 0) func $deeper)
                (func $deeper (result i32)
                    (i32.add (i32.const 1) (call_indirect $t (result i32) (i32.const 0))))",
                "(call $deeper)",
            ),
        ),
        attack(
            "recursion in large steps",
            "a function of 8000 live variables that calls itself",
            kernel(
                &format!(
                    "(global $x (mut i64) (i64.const 1))
                    (func $any (result i64) (global.get $x))
                    (func $deeper (result i64) {many_locals} {used}
                        (i64.add (call $deeper) {summed} (i64.const 0) {close}))"
                ),
                "(drop (call $deeper)) (i32.const 0)",
            ),
        ),
        attack(
            "recursion with a host call at each step",
            "asks the host something at each depth",
            kernel(
                "(func $deeper (result i32)
                    (i32.add (call $is_active) (call $deeper)))",
                "(call $deeper)",
            ),
        ),
        attack(
            "recursion in the allocator",
            "recurses without end when the host asks it for room",
            kernel_with(
                "2",
                &format!("(call $deeper) (drop) {REALLOC}"),
                "(func $deeper (result i32) (i32.add (i32.const 1) (call $deeper)))",
                "(call $kernel_id (i32.const 64)) (i32.const 0)",
            ),
        ),
    ]
}

fn attack(name: &'static str, description: &'static str, component: Vec<u8>) -> Attack {
    Attack::new("stack", name, description, StackLimit, component)
}
