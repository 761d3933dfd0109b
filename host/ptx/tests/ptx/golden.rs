//! The PTX of a few functions, in the tree: to be read, and so that a change of it is seen.
//!
//! `INSTA_UPDATE=always cargo test -p ringhost-ptx golden` writes it anew.

use ringhost_ptx::{Policy, translate_resident};

use ptx_oracle::{compile, options};

/// `y[i] = a * x[i] + y[i]`.
const SAXPY: &str = "(module (memory (export \"memory\") 1)
    (func (export \"f\") (param $i i32) (param $a f32) (param $x i32) (param $y i32)
      (local.set $i (i32.shl (local.get $i) (i32.const 2)))
      (local.set $y (i32.add (local.get $y) (local.get $i)))
      (f32.store (local.get $y)
        (f32.add (f32.load (local.get $y))
          (f32.mul (local.get $a) (f32.load (i32.add (local.get $x) (local.get $i))))))))";

/// The sum of `n` words from the item's on, by a call in a loop.
const SUM: &str = "(module (memory (export \"memory\") 1)
    (func $next (param $at i32) (result i32) (i32.load offset=4 (local.get $at)))
    (func (export \"f\") (param $i i64) (param $n i32) (local $sum i32) (local $at i32)
      (local.set $at (i32.wrap_i64 (local.get $i)))
      (block $done (loop $more
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum (i32.add (local.get $sum) (call $next (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $more)))
      (i32.store (i32.const 0) (i32.div_u (local.get $sum) (i32.const 3)))))";

/// `y[j] = a * x[j] + y[j]` for all `j` below `n`, as compilers write it: the loop has a copy.
pub const LOOP: &str = "(module (memory (export \"memory\") 1)
    (func (export \"f\") (param $i i32) (param $n i32) (param $a f32) (param $x i32) (param $y i32)
      (loop $more
        (f32.store (local.get $y)
          (f32.add (f32.load (local.get $y))
            (f32.mul (local.get $a) (f32.load (local.get $x)))))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (local.set $y (i32.add (local.get $y) (i32.const 4)))
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))";

/// The last of the first `n` records whose key is not above `key` and before which none is the last: a loop
/// of several blocks that may be left from its midst, and has a copy.
pub const SEARCH: &str = "(module (memory (export \"memory\") 1)
    (func (export \"f\") (param $i i32) (param $n i32) (param $key i32) (param $at i32)
      (local $found i32)
      (block $done (loop $more
        (br_if $done (i32.eqz (i32.load (local.get $at))))
        (if (i32.le_u (i32.load (local.get $at)) (local.get $key))
          (then (local.set $found (i32.load offset=4 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (i32.store (i32.const 0) (local.get $found))))";

/// Twice what is in `n` records of four floats: what the copy reads and writes is one access each.
pub const RECORDS: &str = "(module (memory (export \"memory\") 1)
    (func (export \"f\") (param $i i32) (param $n i32) (param $at i32) (local $v v128)
      (loop $more
        (local.set $v (v128.load align=4 (local.get $at)))
        (v128.store align=4 (local.get $at) (i32x4.add (local.get $v) (local.get $v)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))";

fn ptx(text: &str, policy: Policy) -> String {
    compile(&wat::parse_str(text).expect("WAT"), policy)
        .translation
        .ptx
}

#[test]
fn saxpy() {
    insta::assert_snapshot!("saxpy_mask", ptx(SAXPY, Policy::Mask));
    insta::assert_snapshot!("saxpy_trap", ptx(SAXPY, Policy::Trap));
    insta::assert_snapshot!("saxpy_deferred", ptx(SAXPY, Policy::Deferred));
}

#[test]
fn a_loop_with_a_call() {
    insta::assert_snapshot!("sum_mask", ptx(SUM, Policy::Mask));
}

#[test]
fn a_loop_whose_accesses_are_checked_once() {
    insta::assert_snapshot!("loop_mask", ptx(LOOP, Policy::Mask));
}

#[test]
fn a_loop_that_is_left_from_its_midst() {
    insta::assert_snapshot!("search_mask", ptx(SEARCH, Policy::Mask));
}

#[test]
fn a_loop_whose_accesses_are_merged() {
    insta::assert_snapshot!("records_mask", ptx(RECORDS, Policy::Mask));
}

#[test]
fn a_function_that_resides_on_the_device() {
    let module = wat::parse_str(SAXPY).expect("WAT");
    let translation = translate_resident(&module, "f", &options(Policy::Mask));
    insta::assert_snapshot!("saxpy_resident", translation.expect("a translation").ptx);
}
