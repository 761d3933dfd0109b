;; Adds up: a handler with a state that the host can take out and put into another kernel, by the
;; contract's binary interface. What goes where is said in kernels/wat/conformance.
;;
;; Between two calls it keeps its total and nothing else.
(module
  ;; send-batch: func(messages: list<outgoing>, timeout: option<duration>) -> result<u32, send-error>
  (import "ring:kernel/sending@0.1.0" "send-batch"
    (func $send-batch (param i32 i32 i32 i64 i32)))

  (memory (export "memory") 2)
  (global $total (mut i64) (i64.const 0))

  ;; At 0 is what a call returns: whether it is an error, and at 4 and 8 the address and length of what it
  ;; is. At 64 are the words of a refusal.
  (data (i32.const 64) " is no total")

  ;; Memory is given from here on, and all of it anew for each call.
  (global $free (mut i32) (i32.const 1024))
  (func $allocate (param $size i32) (result i32)
    (local $begin i32) (local $pages i32)
    (local.set $begin (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $begin) (local.get $size)))
    (local.set $pages (i32.sub
      (i32.shr_u (i32.add (global.get $free) (i32.const 65535)) (i32.const 16))
      (memory.size)))
    (if (i32.gt_s (local.get $pages) (i32.const 0))
      (then (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1))
        (then (unreachable)))))
    (local.get $begin))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $allocate (local.get 3)))

  ;; The host calls these when it has read what a call returned.
  (func $forget (param i32)
    (global.set $free (i32.const 1024)))
  (export "cabi_post_handle" (func $forget))
  (export "cabi_post_ring:kernel/state@0.1.0#snapshot" (func $forget))
  (export "cabi_post_ring:kernel/state@0.1.0#restore" (func $forget))

  ;; What a call returns.
  (func $return (param $is-error i32) (param $address i32) (param $length i32) (result i32)
    (i32.store8 (i32.const 0) (local.get $is-error))
    (i32.store (i32.const 4) (local.get $address))
    (i32.store (i32.const 8) (local.get $length))
    (i32.const 0))

  ;; Writes a number in decimal and returns where it begins; it ends where `$free` is then.
  (func $decimal (param $number i64) (result i32)
    (local $at i32) (local $rest i64)
    (local.set $at (i32.add (call $allocate (i32.const 24)) (i32.const 24)))
    (global.set $free (local.get $at))
    (local.set $rest (select
      (i64.sub (i64.const 0) (local.get $number)) (local.get $number)
      (i64.lt_s (local.get $number) (i64.const 0))))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48)
        (i32.wrap_i64 (i64.rem_u (local.get $rest) (i64.const 10)))))
      (local.set $rest (i64.div_u (local.get $rest) (i64.const 10)))
      (br_if $next (i64.ne (local.get $rest) (i64.const 0))))
    (if (i64.lt_s (local.get $number) (i64.const 0))
      (then
        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
        (i32.store8 (local.get $at) (i32.const 45))))
    (local.get $at))

  ;; Reads a number in decimal, and whether it is one.
  (func $parse (param $text i32) (param $length i32) (result i64 i32)
    (local $end i32) (local $digit i32) (local $number i64) (local $sign i64)
    (local.set $end (i32.add (local.get $text) (local.get $length)))
    (local.set $sign (i64.const 1))
    (if (i32.and
          (i32.ne (local.get $length) (i32.const 0))
          (i32.eq (i32.load8_u (local.get $text)) (i32.const 45)))
      (then
        (local.set $sign (i64.const -1))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))))
    (if (i32.eq (local.get $text) (local.get $end))
      (then (return (i64.const 0) (i32.const 0))))
    (loop $next
      (local.set $digit (i32.sub (i32.load8_u (local.get $text)) (i32.const 48)))
      (if (i32.gt_u (local.get $digit) (i32.const 9))
        (then (return (i64.const 0) (i32.const 0))))
      (local.set $number (i64.add
        (i64.mul (local.get $number) (i64.const 10))
        (i64.extend_i32_u (local.get $digit))))
      (local.set $text (i32.add (local.get $text) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $text) (local.get $end))))
    (i64.mul (local.get $number) (local.get $sign)) (i32.const 1))

  ;; The address and length of what answers a message: the new total, or the message itself.
  (func $answer (param $text i32) (param $length i32) (result i32 i32)
    (local $number i64) (local $is i32) (local $begin i32)
    ;; "add ", as a number in little-endian.
    (if (i32.and
          (i32.gt_u (local.get $length) (i32.const 4))
          (i32.eq (i32.load (local.get $text)) (i32.const 0x20646461)))
      (then
        (call $parse
          (i32.add (local.get $text) (i32.const 4)) (i32.sub (local.get $length) (i32.const 4)))
        (local.set $is)
        (local.set $number)
        (if (local.get $is)
          (then
            (global.set $total (i64.add (global.get $total) (local.get $number)))
            (local.set $begin (call $decimal (global.get $total)))
            (return (local.get $begin) (i32.sub (global.get $free) (local.get $begin)))))))
    (local.get $text) (local.get $length))

  ;; handle: func(messages: list<message>) -> result<list<outgoing>, string>
  ;; A message and an outgoing one have 32 bytes each:
  ;;   id @0, correlation @8, priority @16, payload @20 and @24;
  ;;   payload @0 and @4, correlation as an option @8 and @16, priority as one @24 and @25.
  (func (export "handle") (param $messages i32) (param $count i32) (result i32)
    (local $at i32) (local $from i32) (local $to i32) (local $answers i32)
    (local $text i32) (local $length i32)
    (local.set $answers (call $allocate (i32.shl (local.get $count) (i32.const 5))))
    (loop $next
      (local.set $from (i32.add (local.get $messages) (i32.shl (local.get $at) (i32.const 5))))
      (local.set $to (i32.add (local.get $answers) (i32.shl (local.get $at) (i32.const 5))))
      (local.set $text (i32.load offset=20 (local.get $from)))
      (local.set $length (i32.load offset=24 (local.get $from)))
      ;; "fail " ends it, when the answers to the messages before are sent, which would be lost.
      (if (i32.and
            (i32.gt_u (local.get $length) (i32.const 4))
            (i32.eq (i32.load (local.get $text)) (i32.const 0x6c696166)))
        (then
          (call $send-batch
            (local.get $answers) (local.get $at) (i32.const 0) (i64.const 0) (i32.const 0))
          (return (call $return (i32.const 1)
            (i32.add (local.get $text) (i32.const 5))
            (i32.sub (local.get $length) (i32.const 5))))))
      (call $answer (local.get $text) (local.get $length))
      (local.set $length)
      (local.set $text)
      (i32.store (local.get $to) (local.get $text))
      (i32.store offset=4 (local.get $to) (local.get $length))
      (i64.store offset=8 (local.get $to) (i64.const 1))
      (i64.store offset=16 (local.get $to) (i64.load offset=8 (local.get $from)))
      (i32.store8 offset=24 (local.get $to) (i32.const 1))
      (i32.store8 offset=25 (local.get $to) (i32.load8_u offset=16 (local.get $from)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $count))))
    (call $return (i32.const 0) (local.get $answers) (local.get $count)))

  ;; snapshot: func() -> result<list<u8>, string>
  (func (export "ring:kernel/state@0.1.0#snapshot") (result i32)
    (local $begin i32)
    (local.set $begin (call $decimal (global.get $total)))
    (call $return (i32.const 0)
      (local.get $begin) (i32.sub (global.get $free) (local.get $begin))))

  ;; restore: func(state: list<u8>) -> result<_, string>
  (func (export "ring:kernel/state@0.1.0#restore") (param $state i32) (param $length i32) (result i32)
    (local $number i64) (local $is i32) (local $words i32)
    (call $parse (local.get $state) (local.get $length))
    (local.set $is)
    (local.set $number)
    (if (local.get $is)
      (then
        (global.set $total (local.get $number))
        (return (call $return (i32.const 0) (i32.const 0) (i32.const 0)))))
    (local.set $words (call $allocate (i32.add (local.get $length) (i32.const 12))))
    (memory.copy (local.get $words) (local.get $state) (local.get $length))
    (memory.copy
      (i32.add (local.get $words) (local.get $length)) (i32.const 64) (i32.const 12))
    (call $return (i32.const 1) (local.get $words) (i32.add (local.get $length) (i32.const 12)))))
