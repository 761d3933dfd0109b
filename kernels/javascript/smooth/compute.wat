;; Smooths what many sensors measure: each item is a sensor, whose average goes towards what it measures.
(module
  (memory (export "memory") 1)
  (@custom "ring:compute" "smooth share:value:f32 measured:in:f32 averages:inout:f32 answer:out:f32")
  (func (export "compute:smooth")
    (param $item i32) (param $share f32) (param $measured i32) (param $averages i32) (param $answer i32)
    (local $at i32) (local $average f32) (local $now f32)
    (local.set $at (i32.shl (local.get $item) (i32.const 2)))
    (local.set $average (f32.load (i32.add (local.get $averages) (local.get $at))))
    (local.set $now (f32.load (i32.add (local.get $measured) (local.get $at))))
    ;; What is no number is not equal to itself.
    (if (f32.ne (local.get $now) (local.get $now)) (then unreachable))
    (local.set $average (f32.add (local.get $average)
      (f32.mul (local.get $share) (f32.sub (local.get $now) (local.get $average)))))
    (f32.store (i32.add (local.get $averages) (local.get $at)) (local.get $average))
    (f32.store (i32.add (local.get $answer) (local.get $at)) (local.get $average))))
