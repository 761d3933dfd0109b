;; Doubles numbers: typed messages with nothing between. Both are a record of one i64, whose bytes are
;; postcard's: the number in zigzag form (0, -1, 1, -2, ..), 7 bits a byte, the lowest first, and the top
;; bit set on all but the last. messages.json declares them. kernels/wat/echo says what goes where.
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
  ;; Where `run` says how it ended: an error's words, or at first zeroes.
  (global $ending i32 (i32.const 64))
  ;; Where the answer is written, of at most ten bytes.
  (global $answer i32 (i32.const 96))

  (data (i32.const 128) "the message is no Request: ends inside field \"value\"")
  (data (i32.const 192) "the message is no Request: has no i64 in field \"value\"")
  (data (i32.const 256) "the message is no Request: goes on after its end")

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

  ;; An ending with these words.
  (func $fail (param $words i32) (param $length i32) (result i32)
    (i32.store8 (global.get $ending) (i32.const 1))
    (i32.store offset=4 (global.get $ending) (local.get $words))
    (i32.store offset=8 (global.get $ending) (local.get $length))
    (global.get $ending))

  ;; Writes a number behind $answer and returns its length.
  (func $write (param $value i64) (result i32)
    (local $rest i64) (local $at i32)
    (local.set $rest (i64.xor
      (i64.shl (local.get $value) (i64.const 1))
      (i64.shr_s (local.get $value) (i64.const 63))))
    (local.set $at (global.get $answer))
    (loop $next
      (i64.store8 (local.get $at) (i64.or
        (i64.and (local.get $rest) (i64.const 0x7f))
        (i64.shl
          (i64.extend_i32_u (i64.gt_u (local.get $rest) (i64.const 0x7f)))
          (i64.const 7))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $rest (i64.shr_u (local.get $rest) (i64.const 7)))
      (br_if $next (i64.ne (local.get $rest) (i64.const 0))))
    (i32.sub (local.get $at) (global.get $answer)))

  ;; run: func() -> result<_, string>, whose address is returned.
  (func (export "run") (result i32)
    (local $at i32) (local $end i32) (local $byte i64) (local $number i64) (local $shift i64)
    (loop $next
      (call $receive (i32.const 0) (i64.const 0) (global.get $result))
      (if (i32.load8_u (global.get $result))
        (then
          ;; Closed, or asked to end.
          (return (global.get $ending))))
      (local.set $at (i32.load (global.get $address)))
      (local.set $end (i32.add (local.get $at) (i32.load (global.get $length))))
      (local.set $number (i64.const 0))
      (local.set $shift (i64.const 0))
      (loop $byte
        (if (i32.eq (local.get $at) (local.get $end))
          (then (return (call $fail (i32.const 128) (i32.const 52)))))
        (local.set $byte (i64.load8_u (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        ;; Of the tenth byte there is room for one bit.
        (if (i32.and
              (i64.eq (local.get $shift) (i64.const 63))
              (i64.gt_u (local.get $byte) (i64.const 1)))
          (then (return (call $fail (i32.const 192) (i32.const 54)))))
        (local.set $number (i64.or
          (local.get $number)
          (i64.shl (i64.and (local.get $byte) (i64.const 0x7f)) (local.get $shift))))
        (local.set $shift (i64.add (local.get $shift) (i64.const 7)))
        (br_if $byte (i64.ge_u (local.get $byte) (i64.const 0x80))))
      (if (i32.ne (local.get $at) (local.get $end))
        (then (return (call $fail (i32.const 256) (i32.const 48)))))
      (local.set $number (i64.xor
        (i64.shr_u (local.get $number) (i64.const 1))
        (i64.sub (i64.const 0) (i64.and (local.get $number) (i64.const 1)))))
      ;; The answer belongs to what was received last, so nothing more is named.
      (call $send
        (global.get $answer)
        (call $write (i64.shl (local.get $number) (i64.const 1)))
        (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i64.const 0)
        (global.get $result))
      (br_if $next (i32.eqz (i32.load8_u (global.get $result)))))
    (global.get $ending)))
