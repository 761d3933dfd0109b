//! Functions in which elements are added up, as WebAssembly.

use super::kind::Kind;
use crate::Operator;

/// Elements that one item of `sums` or of a scan goes through.
pub(super) const RUN: u32 = 64;

/// Items of `fold` that work on one block of elements side by side.
pub(super) const LANES: u32 = 32;

/// Elements of such a block.
pub(super) const BLOCK: u32 = 2048;

/// `fold`, `sums`, `inclusive` and `exclusive`, for elements of a kind and an operator.
///
/// They count elements down instead of comparing addresses, for a buffer may end where addresses do.
pub(super) fn text(kind: Kind, operator: Operator) -> String {
    let (wasm, shift, bytes) = (kind.wasm(), kind.shift(), kind.bytes());
    let neutral = neutral(kind, operator);
    let sum = sum(kind, operator);
    let fold_step = bytes * LANES;
    let (lane_bits, block_bits) = (LANES.trailing_zeros(), BLOCK.trailing_zeros());
    let last_lane = LANES - 1;
    // An item's run: how many elements it has, and the address of the first.
    let run = format!(
        "(local.set $at (i32.mul (local.get $item) (i32.const {RUN})))
         (local.set $left (i32.sub (local.get $count) (local.get $at)))
         (local.set $left
            (select (local.get $left) (i32.const {RUN}) (i32.lt_u (local.get $left) (i32.const {RUN}))))
         (local.set $at (i32.shl (local.get $at) (i32.const {shift})))"
    );
    let scan = |name: &str, is_exclusive: bool| {
        let store = format!("({wasm}.store (local.get $to) (local.get $sum))");
        let (before, behind) = if is_exclusive {
            (store.as_str(), "")
        } else {
            ("", store.as_str())
        };
        format!(
            r#"(func (export "compute:{name}") (param $item i32) (param $from i32) (param $count i32)
                (param $to i32) (param $seeds i32) (param $is_seeded i32)
                (local $at i32) (local $left i32) (local $sum {wasm}) (local $x {wasm})
                (local.set $sum ({wasm}.const {neutral}))
                (if (local.get $is_seeded) (then (local.set $sum ({wasm}.load
                    (i32.add (local.get $seeds) (i32.shl (local.get $item) (i32.const {shift})))))))
                {run}
                (local.set $to (i32.add (local.get $to) (local.get $at)))
                (local.set $at (i32.add (local.get $from) (local.get $at)))
                (block $end
                    (br_if $end (i32.eqz (local.get $left)))
                    (loop $next
                        (local.set $x ({wasm}.load (local.get $at)))
                        {before}
                        (local.set $sum {sum})
                        {behind}
                        (local.set $at (i32.add (local.get $at) (i32.const {bytes})))
                        (local.set $to (i32.add (local.get $to) (i32.const {bytes})))
                        (br_if $next
                            (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))"#
        )
    };
    let (inclusive, exclusive) = (scan("inclusive", false), scan("exclusive", true));
    format!(
        r#"(func (export "compute:fold") (param $item i32) (param $from i32) (param $count i32)
            (param $to i32) (local $at i32) (local $left i32) (local $lane i32)
            (local $sum {wasm}) (local $x {wasm})
            (local.set $sum ({wasm}.const {neutral}))
            (local.set $lane (i32.and (local.get $item) (i32.const {last_lane})))
            (local.set $at (i32.shl
                (i32.shr_u (local.get $item) (i32.const {lane_bits})) (i32.const {block_bits})))
            (local.set $left (i32.sub (local.get $count) (local.get $at)))
            (local.set $left (select (local.get $left) (i32.const {BLOCK})
                (i32.lt_u (local.get $left) (i32.const {BLOCK}))))
            (local.set $left (i32.shr_u (i32.sub (i32.add (local.get $left) (i32.const {last_lane}))
                (local.get $lane)) (i32.const {lane_bits})))
            (local.set $at (i32.add (local.get $from) (i32.shl
                (i32.add (local.get $at) (local.get $lane)) (i32.const {shift}))))
            (block $end
                (br_if $end (i32.eqz (local.get $left)))
                (loop $next
                    (local.set $x ({wasm}.load (local.get $at)))
                    (local.set $sum {sum})
                    (local.set $at (i32.add (local.get $at) (i32.const {fold_step})))
                    (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
            ({wasm}.store (i32.add (local.get $to) (i32.shl (local.get $item) (i32.const {shift})))
                (local.get $sum)))
        (func (export "compute:sums") (param $item i32) (param $from i32) (param $count i32)
            (param $to i32) (local $at i32) (local $left i32) (local $sum {wasm}) (local $x {wasm})
            (local.set $sum ({wasm}.const {neutral}))
            {run}
            (local.set $at (i32.add (local.get $from) (local.get $at)))
            (block $end
                (br_if $end (i32.eqz (local.get $left)))
                (loop $next
                    (local.set $x ({wasm}.load (local.get $at)))
                    (local.set $sum {sum})
                    (local.set $at (i32.add (local.get $at) (i32.const {bytes})))
                    (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
            ({wasm}.store (i32.add (local.get $to) (i32.shl (local.get $item) (i32.const {shift})))
                (local.get $sum)))
        {inclusive}
        {exclusive}"#
    )
}

/// What does not change what it is added to; but -0 becomes 0.
fn neutral(kind: Kind, operator: Operator) -> &'static str {
    match (operator, kind) {
        (Operator::Sum, _) | (Operator::Maximum, Kind::U32 | Kind::U64) => "0",
        (Operator::Product, _) => "1",
        (Operator::Minimum, Kind::I32) => "0x7fffffff",
        (Operator::Minimum, Kind::I64) => "0x7fffffffffffffff",
        (Operator::Minimum, Kind::U32 | Kind::U64) => "-1",
        (Operator::Minimum, Kind::F32 | Kind::F64) => "inf",
        (Operator::Maximum, Kind::I32) => "-0x80000000",
        (Operator::Maximum, Kind::I64) => "-0x8000000000000000",
        (Operator::Maximum, Kind::F32 | Kind::F64) => "-inf",
    }
}

/// What becomes of `$sum` and `$x`.
fn sum(kind: Kind, operator: Operator) -> String {
    let wasm = kind.wasm();
    let operands = "(local.get $sum) (local.get $x)";
    let name = match operator {
        Operator::Sum => "add",
        Operator::Product => "mul",
        Operator::Minimum if kind.is_float() => "min",
        Operator::Maximum if kind.is_float() => "max",
        Operator::Minimum | Operator::Maximum => {
            let relation = match operator {
                Operator::Minimum => "lt",
                _ => "gt",
            };
            let sign = if kind.is_unsigned() { "u" } else { "s" };
            return format!("(select {operands} ({wasm}.{relation}_{sign} {operands}))");
        }
    };
    format!("({wasm}.{name} {operands})")
}
