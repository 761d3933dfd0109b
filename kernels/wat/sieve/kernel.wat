;; Sends on what is no comment: neither empty nor begun with a #. The first stage of
;; kernels/pipelines/nile.toml. kernels/wat/echo says what goes where.
(module
  (import "ring:kernel/messaging@0.1.0" "receive"
    (func $receive (param i32 i64 i32)))
  (import "ring:kernel/messaging@0.1.0" "send"
    (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
  (memory (export "memory") 2)

  ;; Where a result is written, and in it the payload's address and length.
  (global $result i32 (i32.const 0))
  (global $address i32 (i32.const 28))
  (global $length i32 (i32.const 32))

  ;; The host asks for memory for each payload. There is one at a time, so it is always the same.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (i32.const 65536) (local.get 3)))
    (block $enough
      (br_if $enough (i32.le_u (local.get $end) (i32.shl (memory.size) (i32.const 16))))
      (drop (memory.grow (i32.sub
        (i32.shr_u (i32.add (local.get $end) (i32.const 65535)) (i32.const 16))
        (memory.size)))))
    (i32.const 65536))

  ;; run: func() -> result<_, string>, whose address is returned.
  (func (export "run") (result i32)
    (loop $next
      (call $receive (i32.const 0) (i64.const 0) (global.get $result))
      (if (i32.load8_u (global.get $result))
        (then
          ;; Closed, or asked to end. At 64 there are zeroes: it ends well.
          (return (i32.const 64))))
      (br_if $next (i32.eqz (i32.load (global.get $length))))
      (br_if $next (i32.eq (i32.const 35) (i32.load8_u (i32.load (global.get $address)))))
      ;; The answer belongs to what was received last, so nothing more is named.
      (call $send
        (i32.load (global.get $address)) (i32.load (global.get $length))
        (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i64.const 0)
        (global.get $result))
      (br_if $next (i32.eqz (i32.load8_u (global.get $result)))))
    (i32.const 64)))
