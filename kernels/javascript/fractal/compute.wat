;; The Mandelbrot set: each item is a pixel, and its shade says how soon a point escapes.
(module
  (memory (export "memory") 1)
  (@custom "ring:compute" "escape width:value:u32 step:value:f64 left:value:f64 top:value:f64 shades:out:u8")
  (func (export "compute:escape")
    (param $item i32) (param $width i32) (param $step f64) (param $left f64) (param $top f64)
    (param $shades i32)
    (local $x f64) (local $y f64) (local $cx f64) (local $cy f64) (local $next f64) (local $turns i32)
    (if (i32.eqz (local.get $width)) (then unreachable))
    (local.set $cx (f64.add (local.get $left)
      (f64.mul (local.get $step) (f64.convert_i32_u (i32.rem_u (local.get $item) (local.get $width))))))
    (local.set $cy (f64.add (local.get $top)
      (f64.mul (local.get $step) (f64.convert_i32_u (i32.div_u (local.get $item) (local.get $width))))))
    (block $escaped
      (loop $turn
        (br_if $escaped (i32.eq (local.get $turns) (i32.const 255)))
        (br_if $escaped (f64.gt
          (f64.add (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))
          (f64.const 4)))
        (local.set $next (f64.add (local.get $cx)
          (f64.sub (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))))
        (local.set $y (f64.add (local.get $cy)
          (f64.mul (f64.const 2) (f64.mul (local.get $x) (local.get $y)))))
        (local.set $x (local.get $next))
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br $turn)))
    (i32.store8 (i32.add (local.get $shades) (local.get $item)) (local.get $turns))))
