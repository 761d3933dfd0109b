;; One step of heat along a rod: each item is a point, which takes from its neighbours what they have more.
(module
  (memory (export "memory") 1)
  (@custom "ring:compute" "step last:value:u32 from:in:f64 to:out:f64")
  (func (export "compute:step") (param $item i32) (param $last i32) (param $from i32) (param $to i32)
    (local $here f64)
    (local.set $here (call $at (local.get $from) (local.get $item)))
    ;; What is no number is not equal to itself.
    (if (f64.ne (local.get $here) (local.get $here)) (then unreachable))
    (f64.store (i32.add (local.get $to) (i32.shl (local.get $item) (i32.const 3)))
      (f64.add (local.get $here)
        (f64.mul (f64.const 0.25)
          (f64.sub
            (f64.add
              ;; The ends have themselves as the neighbour that they lack.
              (call $at (local.get $from)
                (i32.sub (local.get $item) (i32.ne (local.get $item) (i32.const 0))))
              (call $at (local.get $from)
                (i32.add (local.get $item) (i32.ne (local.get $item) (local.get $last)))))
            (f64.mul (f64.const 2) (local.get $here)))))))
  (func $at (param $from i32) (param $item i32) (result f64)
    (f64.load (i32.add (local.get $from) (i32.shl (local.get $item) (i32.const 3))))))
