;; Does what a message asks, a command each: the contract's binary interface by hand, as a reference for
;; whoever makes an SDK. The same kernel is there in every language, and one suite tries them all. Here
;; `print` is left out, for WebAssembly prints nothing by itself: it is sent back like any other text.
;;
;; What goes where is the component model's canonical ABI. Parameters are flattened: a list or string is
;; its address and length, an option is 0 or 1 and the value, a record its fields in their order. A result
;; that is more than one number is written to memory: where the host returns it, to an address in the
;; last parameter; where the kernel does, at the address that it returns. There a value stands at a
;; multiple of its own size, and a case of a variant by its number, before what it holds.
(module
  (import "ring:kernel/lifecycle@0.1.0" "kernel-id" (func $kernel-id (param i32)))
  (import "ring:kernel/lifecycle@0.1.0" "should-terminate" (func $should-terminate (result i32)))
  (import "ring:kernel/lifecycle@0.1.0" "is-active" (func $is-active (result i32)))
  (import "ring:kernel/lifecycle@0.1.0" "wait-active" (func $wait-active (result i32)))
  ;; receive: func(timeout: option<duration>) -> result<message, receive-error>
  (import "ring:kernel/messaging@0.1.0" "receive" (func $receive (param i32 i64 i32)))
  ;; receive-batch: func(max: u32, timeout: option<duration>) -> result<list<message>, receive-error>
  (import "ring:kernel/messaging@0.1.0" "receive-batch"
    (func $receive-batch (param i32 i32 i64 i32)))
  ;; send: func(message: outgoing, timeout: option<duration>) -> result<_, send-error>
  ;; The message: payload, correlation and priority as options.
  (import "ring:kernel/messaging@0.1.0" "send"
    (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
  ;; send-batch: func(messages: list<outgoing>, timeout: option<duration>) -> result<u32, send-error>
  (import "ring:kernel/messaging@0.1.0" "send-batch"
    (func $send-batch (param i32 i32 i32 i64 i32)))
  ;; log: func(level: level, text: string)
  (import "ring:kernel/log@0.1.0" "log" (func $log (param i32 i32 i32)))

  (memory (export "memory") 2)

  ;; The results of imports are written at 0: whether it is an error at 0, then at 8 the value or error.
  ;; At 64 is the result of `run`: whether it is an error, and at 68 its words, address and length.
  (global $run-result i32 (i32.const 64))

  ;; Names, each with its length before it; the four of a priority and the five of a level in a row.
  (data (i32.const 128) "\04fail\00\00\00\04trap\00\00\00\04spin\00\00\00\04poll\00\00\00")
  (data (i32.const 160) "\04life\00\00\00\03who\00\00\00\00\08envelope\00\00\00\00\00\00\00")
  (data (i32.const 192) "\05flood\00\00\04fill\00\00\00\03big\00\00\00\00\07timeout")
  (data (i32.const 224) "\05batch\00\00\04keep\00\00\00\07release\03log\00\00\00\00")
  (data (i32.const 256) "\03low\00\00\00\00\06normal\00\04high\00\00\00\06urgent\00")
  (data (i32.const 288) "\05trace\00\00\05debug\00\00\04info\00\00\00\04warn\00\00\00\05error\00\00")
  (data (i32.const 328) "\04full\00\00\00\07timeout\09too-large\06logged\08released")
  (data (i32.const 384) "\07active=\0b terminate=\04true\05false\07filled \06batch \01 ")

  ;; The message in hand: its envelope, its bytes, and of those the first word and the rest.
  (global $id (mut i64) (i64.const 0))
  (global $correlation (mut i64) (i64.const 0))
  (global $priority (mut i32) (i32.const 0))
  (global $bytes (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))
  (global $word (mut i32) (i32.const 0))
  (global $argument (mut i32) (i32.const 0))
  (global $argument-length (mut i32) (i32.const 0))
  ;; What `keep` keeps, and whether.
  (global $kept (mut i32) (i32.const 0))
  (global $kept-correlation (mut i64) (i64.const 0))
  (global $kept-priority (mut i32) (i32.const 0))
  ;; Whether the kernel is to end.
  (global $is-over (mut i32) (i32.const 0))

  ;; Memory is given from here on, and all of it anew for each message.
  (global $free (mut i32) (i32.const 1024))

  ;; Memory that begins at a multiple of 8; zero where there is no more.
  (func $allocate (param $size i32) (result i32)
    (local $begin i32) (local $pages i32)
    (local.set $begin (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $begin) (local.get $size)))
    (local.set $pages (i32.sub
      (i32.shr_u (i32.add (global.get $free) (i32.const 65535)) (i32.const 16))
      (memory.size)))
    (if (i32.gt_s (local.get $pages) (i32.const 0))
      (then (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1))
        (then
          (global.set $free (local.get $begin))
          (return (i32.const 0))))))
    (local.get $begin))

  ;; The host asks here for memory for what it brings: old address and size, alignment, size.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call $allocate (local.get 3)))

  ;; A text is put together at the end of what is given: `$text` begins it.
  (global $text (mut i32) (i32.const 0))
  (func $begin (global.set $text (call $allocate (i32.const 0))))
  (func $put-bytes (param $bytes i32) (param $length i32)
    (local $to i32)
    (local.set $to (global.get $free))
    (drop (call $allocate (i32.add (local.get $length) (i32.const 8))))
    (memory.copy (local.get $to) (local.get $bytes) (local.get $length))
    (global.set $free (i32.add (local.get $to) (local.get $length))))
  (func $put (param $name i32)
    (call $put-bytes (i32.add (local.get $name) (i32.const 1)) (i32.load8_u (local.get $name))))
  (func $put-number (param $number i64)
    (if (i64.ge_u (local.get $number) (i64.const 10))
      (then (call $put-number (i64.div_u (local.get $number) (i64.const 10)))))
    (i32.store8 (i32.const 96) (i32.add (i32.const 48)
      (i32.wrap_i64 (i64.rem_u (local.get $number) (i64.const 10)))))
    (call $put-bytes (i32.const 96) (i32.const 1)))
  (func $put-truth (param $is i32)
    (call $put (select (i32.const 404) (i32.const 409) (local.get $is))))

  ;; Sends bytes as an answer to the message in hand; without room, within the timeout if there is one.
  ;; Returns -1, or the case of send-error: timeout, full, closed, terminating, too-large.
  (func $try-send (param $bytes i32) (param $length i32) (param $is-timed i32) (param $timeout i64)
    (result i32)
    (call $send (local.get $bytes) (local.get $length)
      (i32.const 1) (global.get $correlation)
      (i32.const 1) (global.get $priority)
      (local.get $is-timed) (local.get $timeout)
      (i32.const 0))
    (if (i32.load8_u (i32.const 0))
      (then (return (i32.load8_u (i32.const 8)))))
    (i32.const -1))
  ;; The same, waiting as long as it takes; the kernel ends where it is not taken.
  (func $answer (param $bytes i32) (param $length i32)
    (if (i32.ne (i32.const -1)
          (call $try-send (local.get $bytes) (local.get $length) (i32.const 0) (i64.const 0)))
      (then (global.set $is-over (i32.const 1)))))
  (func $answer-name (param $name i32)
    (call $answer (i32.add (local.get $name) (i32.const 1)) (i32.load8_u (local.get $name))))
  (func $answer-text
    (call $answer (global.get $text) (i32.sub (global.get $free) (global.get $text))))

  ;; Whether the first word of the message is this name.
  (func $is (param $name i32) (result i32)
    (local $at i32)
    (if (i32.ne (i32.load8_u (local.get $name)) (global.get $word))
      (then (return (i32.const 0))))
    (loop $next
      (if (i32.eq (local.get $at) (global.get $word))
        (then (return (i32.const 1))))
      (if (i32.eq
            (i32.load8_u (i32.add (global.get $bytes) (local.get $at)))
            (i32.load8_u offset=1 (i32.add (local.get $name) (local.get $at))))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (i32.const 0))

  ;; Takes the first word, and the rest after a space.
  (func $divide
    (global.set $word (i32.const 0))
    (block $found
      (loop $next
        (br_if $found (i32.eq (global.get $word) (global.get $length)))
        (br_if $found (i32.eq (i32.const 32)
          (i32.load8_u (i32.add (global.get $bytes) (global.get $word)))))
        (global.set $word (i32.add (global.get $word) (i32.const 1)))
        (br $next)))
    (global.set $argument (i32.add (global.get $bytes) (global.get $word)))
    (global.set $argument-length (i32.sub (global.get $length) (global.get $word)))
    (if (global.get $argument-length)
      (then
        (global.set $argument (i32.add (global.get $argument) (i32.const 1)))
        (global.set $argument-length (i32.sub (global.get $argument-length) (i32.const 1))))))

  ;; The argument as a number.
  (func $number (result i64)
    (local $at i32) (local $number i64)
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (global.get $argument-length)))
        (local.set $number (i64.add
          (i64.mul (local.get $number) (i64.const 10))
          (i64.sub
            (i64.load8_u (i32.add (global.get $argument) (local.get $at)))
            (i64.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $number))

  (func $fail
    (i32.store8 (global.get $run-result) (i32.const 1))
    (i32.store offset=4 (global.get $run-result) (global.get $argument))
    (i32.store offset=8 (global.get $run-result) (global.get $argument-length))
    (global.set $is-over (i32.const 1)))

  (func $poll
    (loop $next
      (if (i32.eqz (call $is-active))
        (then (drop (call $wait-active))))
      (br_if $next (i32.eqz (call $should-terminate))))
    (global.set $is-over (i32.const 1)))

  (func $life
    (call $begin)
    (call $put (i32.const 384))
    (call $put-truth (call $is-active))
    (call $put (i32.const 392))
    (call $put-truth (call $should-terminate))
    (call $answer-text))

  (func $who
    (call $kernel-id (i32.const 0))
    (call $answer (i32.load (i32.const 0)) (i32.load (i32.const 4))))

  (func $envelope
    (call $begin)
    (call $put-number (global.get $id))
    (call $put (i32.const 430))
    (call $put-number (global.get $correlation))
    (call $put (i32.const 430))
    (call $put (i32.add (i32.const 256) (i32.shl (global.get $priority) (i32.const 3))))
    (call $answer-text))

  (func $flood
    (local $at i64) (local $count i64)
    (local.set $count (call $number))
    (block $done
      (loop $next
        (br_if $done (i64.eq (local.get $at) (local.get $count)))
        (br_if $done (global.get $is-over))
        (call $begin)
        (call $put-number (local.get $at))
        (call $answer-text)
        (global.set $free (global.get $text))
        (local.set $at (i64.add (local.get $at) (i64.const 1)))
        (br $next))))

  (func $fill
    (local $taken i64) (local $why i32)
    (loop $next
      (local.set $why (call $try-send (i32.const 329) (i32.const 4) (i32.const 1) (i64.const 0)))
      (if (i32.eq (local.get $why) (i32.const -1))
        (then
          (local.set $taken (i64.add (local.get $taken) (i64.const 1)))
          (br $next))))
    (call $begin)
    (call $put (i32.const 415))
    (call $put-number (local.get $taken))
    (call $put (i32.const 430))
    (call $put (select (i32.const 328) (i32.const 336) (local.get $why)))
    (call $answer-text))

  (func $big
    (local $length i32) (local $bytes i32) (local $why i32)
    (local.set $length (i32.wrap_i64 (call $number)))
    (local.set $bytes (call $allocate (local.get $length)))
    (if (local.get $bytes)
      (then
        (memory.fill (local.get $bytes) (i32.const 120) (local.get $length))
        (local.set $why (call $try-send
          (local.get $bytes) (local.get $length) (i32.const 0) (i64.const 0)))
        (if (i32.ne (local.get $why) (i32.const 4))
          (then
            (global.set $is-over (i32.ne (local.get $why) (i32.const -1)))
            (return)))))
    (call $answer-name (i32.const 344)))

  (func $timeout
    (call $receive
      (i32.const 1) (i64.mul (call $number) (i64.const 1000000))
      (i32.const 0))
    (if (i32.eqz (i32.load8_u (i32.const 0)))
      (then
        (call $answer (i32.load (i32.const 28)) (i32.load (i32.const 32)))
        (return)))
    ;; The case of receive-error: timeout, closed, terminating.
    (if (i32.load8_u (i32.const 8))
      (then
        (global.set $is-over (i32.const 1))
        (return)))
    (call $answer-name (i32.const 336)))

  ;; A message and an outgoing one have 32 bytes each:
  ;;   id @0, correlation @8, priority @16, payload @20 and @24;
  ;;   payload @0 and @4, correlation @8 and @16, priority @24 and @25.
  (func $batch
    (local $messages i32) (local $count i32) (local $answers i32) (local $at i32)
    (local $from i32) (local $to i32)
    (call $receive-batch
      (i32.wrap_i64 (call $number)) (i32.const 0) (i64.const 0) (i32.const 0))
    (if (i32.load8_u (i32.const 0))
      (then
        (global.set $is-over (i32.const 1))
        (return)))
    (local.set $messages (i32.load (i32.const 4)))
    (local.set $count (i32.load (i32.const 8)))
    (local.set $answers (call $allocate (i32.shl (local.get $count) (i32.const 5))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $count)))
        (local.set $from
          (i32.add (local.get $messages) (i32.shl (local.get $at) (i32.const 5))))
        (local.set $to (i32.add (local.get $answers) (i32.shl (local.get $at) (i32.const 5))))
        (i64.store (local.get $to) (i64.load offset=20 align=4 (local.get $from)))
        (i64.store offset=8 (local.get $to) (i64.const 1))
        (i64.store offset=16 (local.get $to) (i64.load offset=8 (local.get $from)))
        (i32.store8 offset=24 (local.get $to) (i32.const 1))
        (i32.store8 offset=25 (local.get $to) (i32.load8_u offset=16 (local.get $from)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (call $send-batch
      (local.get $answers) (local.get $count) (i32.const 0) (i64.const 0) (i32.const 0))
    (if (i32.load8_u (i32.const 0))
      (then
        (global.set $is-over (i32.const 1))
        (return)))
    (call $begin)
    (call $put (i32.const 423))
    (call $put-number (i64.extend_i32_u (local.get $count)))
    (call $answer-text))

  (func $keep
    (global.set $kept (i32.const 1))
    (global.set $kept-correlation (global.get $correlation))
    (global.set $kept-priority (global.get $priority)))

  (func $release
    (local $correlation i64) (local $priority i32)
    (if (global.get $kept)
      (then
        (local.set $correlation (global.get $correlation))
        (local.set $priority (global.get $priority))
        (global.set $correlation (global.get $kept-correlation))
        (global.set $priority (global.get $kept-priority))
        (call $answer-name (i32.const 361))
        (global.set $correlation (local.get $correlation))
        (global.set $priority (local.get $priority))
        (global.set $kept (i32.const 0))))
    (call $answer-name (i32.const 240)))

  (func $log-line
    (local $level i32)
    (global.set $bytes (global.get $argument))
    (global.set $length (global.get $argument-length))
    (call $divide)
    (loop $next
      (if (call $is (i32.add (i32.const 288) (i32.shl (local.get $level) (i32.const 3))))
        (then (call $log
          (local.get $level) (global.get $argument) (global.get $argument-length))))
      (local.set $level (i32.add (local.get $level) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $level) (i32.const 5))))
    (call $answer-name (i32.const 354)))

  (func $obey
    (if (call $is (i32.const 128)) (then (call $fail) (return)))
    (if (call $is (i32.const 136)) (then (unreachable)))
    (if (call $is (i32.const 144)) (then (loop $spin (br $spin))))
    (if (call $is (i32.const 152)) (then (call $poll) (return)))
    (if (call $is (i32.const 160)) (then (call $life) (return)))
    (if (call $is (i32.const 168)) (then (call $who) (return)))
    (if (call $is (i32.const 176)) (then (call $envelope) (return)))
    (if (call $is (i32.const 192)) (then (call $flood) (return)))
    (if (call $is (i32.const 200)) (then (call $fill) (return)))
    (if (call $is (i32.const 208)) (then (call $big) (return)))
    (if (call $is (i32.const 216)) (then (call $timeout) (return)))
    (if (call $is (i32.const 224)) (then (call $batch) (return)))
    (if (call $is (i32.const 232)) (then (call $keep) (return)))
    (if (call $is (i32.const 240)) (then (call $release) (return)))
    (if (call $is (i32.const 248)) (then (call $log-line) (return)))
    (call $answer (global.get $bytes) (global.get $length)))

  ;; run: func() -> result<_, string>
  (func (export "run") (result i32)
    (loop $next
      (global.set $free (i32.const 1024))
      (call $receive (i32.const 0) (i64.const 0) (i32.const 0))
      ;; An error says that nothing will come: the input is closed, or the kernel asked to end.
      (if (i32.eqz (i32.load8_u (i32.const 0)))
        (then
          (global.set $id (i64.load (i32.const 8)))
          (global.set $correlation (i64.load (i32.const 16)))
          (global.set $priority (i32.load8_u (i32.const 24)))
          (global.set $bytes (i32.load (i32.const 28)))
          (global.set $length (i32.load (i32.const 32)))
          (call $divide)
          (call $obey)
          (br_if $next (i32.eqz (global.get $is-over))))))
    (global.get $run-result)))
