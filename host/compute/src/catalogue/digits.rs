//! Functions that put elements in order by one of their digits, as WebAssembly.

use super::kind::Kind;

/// Elements that one item goes through. It counts those of each digit in a byte.
pub(super) const RUN: u32 = 128;

/// Bits of a digit.
pub(super) const DIGIT: u32 = 4;

/// How many digits there are.
pub(super) const DIGITS: u32 = 1 << DIGIT;

/// Digits whose counts are in one local.
const PACKED: u32 = 8;

/// `count` and `scatter`, for keys that are as long as those of a kind.
///
/// A key's digits are those of an unsigned number that stands where the key does: some bits of a negative one
/// are flipped, and then some bits of all.
pub(super) fn text(kind: Kind) -> String {
    let (shift, bytes) = (kind.shift(), kind.bytes());
    let sign = bytes * 8 - 1;
    let wasm = if shift == 2 { "i32" } else { "i64" };
    let moved = format!(
        "({wasm}.shr_u
            ({wasm}.xor (local.get $invert) ({wasm}.xor (local.get $key) ({wasm}.and (local.get $flip)
                ({wasm}.shr_s (local.get $key) ({wasm}.const {sign})))))
            (local.get $shift))"
    );
    let moved = match shift {
        2 => moved,
        _ => format!("(i32.wrap_i64 {moved})"),
    };
    let last = DIGITS - 1;
    let begin = format!(
        "(local.set $at (i32.mul (local.get $item) (i32.const {RUN})))
         (local.set $left (i32.sub (local.get $count) (local.get $at)))
         (local.set $left
            (select (local.get $left) (i32.const {RUN}) (i32.lt_u (local.get $left) (i32.const {RUN}))))
         (local.set $values (i32.add (local.get $values) (i32.shl (local.get $at) (i32.const 2))))
         (local.set $at (i32.add (local.get $keys) (i32.shl (local.get $at) (i32.const {shift}))))"
    );
    let digit = format!(
        "(local.set $key ({wasm}.load (local.get $at)))
         (local.set $digit (i32.and (i32.const {last}) {moved}))
         (local.set $is_low (i32.lt_u (local.get $digit) (i32.const {PACKED})))
         (local.set $place (i64.extend_i32_u
            (i32.shl (i32.and (local.get $digit) (i32.const 7)) (i32.const 3))))"
    );
    // What is counted up, where what comes behind a key of the same digit goes.
    let next = format!(
        "(local.set $one (i64.shl (i64.const 1) (local.get $place)))
         (if (local.get $is_low)
            (then (local.set $low (i64.add (local.get $low) (local.get $one))))
            (else (local.set $high (i64.add (local.get $high) (local.get $one)))))
         (local.set $at (i32.add (local.get $at) (i32.const {bytes})))
         (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1))))"
    );
    let parameters = format!(
        "(param $item i32) (param $keys i32) (param $count i32) (param $counts i32) (param $runs i32)
         (param $shift {wasm}) (param $flip {wasm}) (param $invert {wasm}) (param $to i32)
         (param $values i32) (param $values_to i32) (param $has_values i32)
         (local $at i32) (local $left i32) (local $key {wasm}) (local $digit i32) (local $is_low i32)
         (local $place i64) (local $one i64) (local $low i64) (local $high i64) (local $position i32)"
    );
    let stores: String = (0..DIGITS)
        .map(|digit| {
            let local = if digit < PACKED { "$low" } else { "$high" };
            let place = digit % PACKED * 8;
            format!(
                "(i32.store (i32.add (local.get $counts) (i32.shl (i32.add (local.get $item)
                    (i32.mul (local.get $runs) (i32.const {digit}))) (i32.const 2)))
                    (i32.wrap_i64 (i64.and (i64.const 255)
                        (i64.shr_u (local.get {local}) (i64.const {place})))))\n"
            )
        })
        .collect();
    format!(
        r#"(func (export "compute:count") {parameters}
            {begin}
            (loop $next {digit} {next})
            {stores})
        (func (export "compute:scatter") {parameters}
            {begin}
            (loop $next
                {digit}
                (local.set $position (i32.add
                    (i32.load (i32.add (local.get $counts) (i32.shl (i32.add (local.get $item)
                        (i32.mul (local.get $runs) (local.get $digit))) (i32.const 2))))
                    (i32.wrap_i64 (i64.and (i64.const 255) (i64.shr_u
                        (select (local.get $low) (local.get $high) (local.get $is_low))
                        (local.get $place))))))
                ({wasm}.store (i32.add (local.get $to)
                    (i32.shl (local.get $position) (i32.const {shift}))) (local.get $key))
                (if (local.get $has_values) (then
                    (i32.store (i32.add (local.get $values_to)
                        (i32.shl (local.get $position) (i32.const 2)))
                        (i32.load (local.get $values)))
                    (local.set $values (i32.add (local.get $values) (i32.const 4)))))
                {next}))"#
    )
}
