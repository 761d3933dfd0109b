//! Every operator on vectors, on vectors whose lanes are at an edge, whatever their shape.

use operators::{VECTOR_LOADS, vector_operators};
use ringhost_ptx::Policy;

use crate::operators::{assemble, check};
use ptx_oracle::{agree, agree_under};

#[test]
fn every_operator_on_vectors_does_what_wasmtime_does() {
    for operator in vector_operators() {
        check(&operator, 600, &[Policy::Mask]);
    }
}

#[test]
fn ptxas_takes_every_operator_on_vectors() {
    assemble(&vector_operators(), &[Policy::Mask]);
}

#[test]
fn vectors_are_loaded_and_stored_as_wasmtime_does() {
    for load in VECTOR_LOADS {
        for (align, shift) in [("", 0), (" align=1", 3)] {
            let module = wat::parse_str(format!(
                "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32)
                   (v128.store offset=1024 (i32.shl (local.get $i) (i32.const 4))
                     ({load} offset=256{align} (i32.add (i32.const {shift})
                       (i32.shl (local.get $i) (i32.const 4)))))))"
            ));
            let bytes: Vec<u8> = (0..1024).map(|at| (at * 37 % 251) as u8).collect();
            agree(load, &module.expect("WAT"), &bytes, 8, &[]);
        }
    }
}

#[test]
fn lanes_are_loaded_and_stored_as_wasmtime_does() {
    for (bits, lane) in [(8, 11), (16, 5), (32, 2), (64, 1)] {
        let module = wat::parse_str(format!(
            "(module (memory (export \"memory\") 1)
               (func (export \"f\") (param $i i32) (local $v v128) (local $at i32)
                 (local.set $at (i32.shl (local.get $i) (i32.const 4)))
                 (local.set $v (v128.load align=4 (local.get $at)))
                 (if (local.get $i) (then (local.set $v
                   (v128.load{bits}_lane offset=128 {lane} (local.get $at) (local.get $v)))))
                 (v128.store offset=512 align=1 (i32.add (local.get $at) (i32.const 1)) (local.get $v))
                 (v128.store{bits}_lane offset=1024 {lane} (local.get $at) (local.get $v))))"
        ));
        let bytes: Vec<u8> = (0..1024).map(|at| (at * 37 % 251) as u8).collect();
        agree(
            &format!("lane of {bits}"),
            &module.expect("WAT"),
            &bytes,
            8,
            &[],
        );
    }
}

#[test]
fn a_vector_that_is_partly_out_of_bounds_is_not_stored_at_all() {
    let module = wat::parse_str(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (param $at i32)
           (v128.store align=1 (local.get $at) (v128.const i64x2 -1 -1))))",
    )
    .expect("WAT");
    for at in [65520, 65521, 65528, 65535, 0xffff_fff8] {
        agree_under("store", &module, &[], 1, &[at], &[Policy::Trap]);
    }
    agree("store", &module, &[], 1, &[65520]);
}
