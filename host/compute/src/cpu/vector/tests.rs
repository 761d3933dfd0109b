use super::*;
use crate::program::{Outline, Program};

/// The function `compute:f` of these parameters beside the item, locals and code, if it is written with
/// vectors.
fn vector(text: &str) -> Option<Vector> {
    let text = format!(
        r#"(module (memory 1) (func (export "compute:f") (param $i i32) (param $x i32) (param $y i32)
            (param $n i32) (param $a f32) {text}))"#
    );
    let program = Program::of_module(&wat::parse_str(text).unwrap()).unwrap();
    let outline = Outline::of(program.module()).unwrap();
    let kind = outline.function_type(0).unwrap();
    Vector::of(kind, outline.body(0).unwrap(), [0, 1], 2, 9).unwrap()
}

const AT: &str = "(i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2)))";

#[test]
fn what_leads_straight_on_and_through_memory_evenly_is_done_side_by_side() {
    for (text, width, guards) in [
        (format!("(f32.store {AT} (f32.mul (f32.load {AT}) (local.get $a)))"), 4, 0),
        // A check of an index, before and after which nothing is written.
        (
            format!(
                "(if (i32.ge_u (local.get $i) (local.get $n)) (then (unreachable)))
                (f32.store {AT} (local.get $a))"
            ),
            4,
            1,
        ),
        (
            format!(
                "(block (br_if 0 (i32.lt_s (local.get $i) (local.get $n))) (return))
                (i32.store {AT} (local.get $i))"
            ),
            4,
            1,
        ),
        // The way that writes is taken.
        (
            format!("(if (i32.eq (local.get $i) (local.get $n)) (then) (else (i32.store {AT} (local.get $n))))"),
            4,
            1,
        ),
        (
            "(f64.store (i32.add (local.get $y) (i32.mul (local.get $i) (i32.const 8)))
                (f64.sqrt (f64.load (i32.add (local.get $x) (i32.mul (local.get $i) (i32.const 24))))))"
                .to_owned(),
            2,
            0,
        ),
        (
            format!(
                "(i32.store {AT} (select (i32.load (local.get $x)) (i32.const 3)
                    (f32.lt (f32.load {AT}) (local.get $a))))"
            ),
            4,
            0,
        ),
        (
            "(i32.store8 (i32.add (local.get $y) (local.get $i))
                (i32.shr_u (i32.load8_u (i32.add (local.get $x) (local.get $i))) (i32.const 1)))"
                .to_owned(),
            4,
            0,
        ),
    ] {
        let vector = vector(&text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((vector.width, vector.trace.guards.len()), (width, guards), "{text}");
    }
}

#[test]
fn what_does_not_is_left_to_single_items() {
    for text in [
        // Nothing is written, or each item decides by itself.
        "(drop (i32.load (local.get $x)))".to_owned(),
        format!("(if (i32.load {AT}) (then (i32.store {AT} (local.get $n))))"),
        // Loops, calls, and what can trap.
        format!("(loop (i32.store {AT} (local.get $n)))"),
        format!("(i32.store {AT} (i32.div_u (i32.load {AT}) (local.get $n)))"),
        // Addresses that are read from memory, go backwards, or leave gaps between what is written.
        format!("(i32.store (i32.load {AT}) (local.get $n))"),
        "(i32.store (i32.sub (local.get $y) (i32.mul (local.get $i) (i32.const 4))) (i32.const 1))"
            .to_owned(),
        "(i32.store (i32.mul (local.get $i) (i32.const 8)) (i32.const 1))".to_owned(),
        "(i32.store (local.get $y) (local.get $i))".to_owned(),
        // Vectors of two lengths, and vectors of the author's own.
        format!(
            "(f32.store {AT} (f32.demote_f64 (f64.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 3))))))"
        ),
        format!("(v128.store {AT} (v128.const i64x2 1 2))"),
    ] {
        assert!(vector(&text).is_none(), "{text}");
    }
}

#[test]
fn a_function_with_very_many_ways_is_given_up_soon() {
    let ways = "(if (i32.eq (local.get $i) (local.get $n)) (then (local.set $n (i32.add (local.get $n) (i32.const 1)))))"
        .repeat(900);
    assert!(vector(&format!("{ways} (i32.store {AT} (local.get $n))")).is_none());
    let long = format!("(i32.store {AT} (i32.load {AT}))").repeat(900);
    assert!(vector(&long).is_none());
}
