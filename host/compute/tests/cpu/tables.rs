//! What runs on the CPU only: calls through tables.

use super::launches::on_any_number_of_threads;
use super::*;
use ringhost_compute::TrapCode;

#[tokio::test]
async fn a_call_through_a_table_of_what_is_not_there_traps() {
    let space = space(
        r#"(table 3 funcref) (elem (i32.const 0) $other)
        (type $called (func (param i32)))
        (func $other (param i64))
        (func (export "compute:f") (param $i i32)
            (call_indirect (type $called) (local.get $i) (local.get $i)))"#,
    );
    let expected = ComputeError::Trap {
        function: "f".to_owned(),
        item: 0,
        code: TrapCode::IndirectCall,
    };
    assert_eq!(run(&space, launch("f", 5, Vec::new())).await, Err(expected));
}

#[tokio::test]
async fn data_tables_several_results_and_early_returns_are_as_in_the_module() {
    let text = r#"(table 2 funcref) (elem (i32.const 0) $double $square)
        (data (i32.const 64) "\05\00\00\00")
        (type $one (func (param i32) (result i32)))
        (func $double (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
        (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
        (func $pair (param i32) (result i32 i32)
            (if (i32.eq (local.get 0) (i32.const 3)) (then (return (i32.const 30) (i32.const 1))))
            (call_indirect (type $one) (local.get 0) (i32.and (local.get 0) (i32.const 1)))
            (i32.load (i32.const 64)))
        (func (export "compute:f") (param $i i32) (param $out i32)
            (local.set $out (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2))))
            (if (i32.eq (local.get $i) (i32.const 5)) (then (return)))
            (block (br_if 1 (i32.eq (local.get $i) (i32.const 6))))
            (i32.store (local.get $out) (i32.add (call $pair (local.get $i)))))"#;
    let bytes = on_any_number_of_threads(text, "f", 8, &[vec![[0; 4]; 8]], &[]).await;
    let expected = [5, 6, 9, 31, 13, 0, 0, 54_u32];
    assert_eq!(bytes, expected.map(u32::to_le_bytes).concat());
}
