//! A function that multiplies matrices, as WebAssembly.

use super::kind::Kind;

/// `product`, whose item is an element of the result. Rows and columns of the others are so many bytes apart.
pub(super) fn text(kind: Kind) -> String {
    let (wasm, shift) = (kind.wasm(), kind.shift());
    format!(
        r#"(func (export "compute:product") (param $item i32) (param $a i32) (param $a_rows i32)
            (param $a_columns i32) (param $b i32) (param $b_rows i32) (param $b_columns i32)
            (param $c i32) (param $n i32) (param $k i32) (param $alpha {wasm}) (param $beta {wasm})
            (local $sum {wasm})
            (local.set $a (i32.add (local.get $a)
                (i32.mul (i32.div_u (local.get $item) (local.get $n)) (local.get $a_rows))))
            (local.set $b (i32.add (local.get $b)
                (i32.mul (i32.rem_u (local.get $item) (local.get $n)) (local.get $b_columns))))
            (local.set $c (i32.add (local.get $c) (i32.shl (local.get $item) (i32.const {shift}))))
            (block $end
                (br_if $end (i32.eqz (local.get $k)))
                (loop $next
                    (local.set $sum ({wasm}.add (local.get $sum)
                        ({wasm}.mul ({wasm}.load (local.get $a)) ({wasm}.load (local.get $b)))))
                    (local.set $a (i32.add (local.get $a) (local.get $a_columns)))
                    (local.set $b (i32.add (local.get $b) (local.get $b_rows)))
                    (br_if $next (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))
            (local.set $sum ({wasm}.mul (local.get $alpha) (local.get $sum)))
            (if ({wasm}.ne (local.get $beta) ({wasm}.const 0))
                (then (local.set $sum ({wasm}.add (local.get $sum)
                    ({wasm}.mul (local.get $beta) ({wasm}.load (local.get $c)))))))
            ({wasm}.store (local.get $c) (local.get $sum)))"#
    )
}
