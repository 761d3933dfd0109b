;; WASI for Go's runtime where nothing of WASI is granted: what a kernel imports is the contract alone.
;;
;; - What is written to standard output and error is logged by line: as info, and as a warning. What the
;;   runtime dies of is an error, which the host tells with the trap.
;; - The clocks begin at the epoch, go on by a microsecond whenever they are looked at, and by as much
;;   as is waited for when all goroutines wait. So a wait takes no time.
;; - Random bytes are the same on every run.
;; - There are no files, arguments, variables or connections.
;;
;; Go's linker leaves the bytes from 4096 to 12288 free, where a browser has arguments. Here they are
;; the lines that are not yet complete: of standard output from 4096, of standard error from 8192.
(module
  (import "env" "memory" (memory 0))
  (import "ring:kernel/log@0.1.0" "log" (func $log (param $level i32) (param $text i32) (param $length i32)))

  (global $output (mut i32) (i32.const 0))
  (global $error (mut i32) (i32.const 0))
  (global $now (mut i64) (i64.const 0))
  (global $random (mut i64) (i64.const 0x9e3779b97f4a7c15))

  ;; How long the incomplete line of a stream is.
  (func $length (param $stream i32) (result i32)
    (select (global.get $output) (global.get $error) (i32.eq (local.get $stream) (i32.const 1))))

  (func $set_length (param $stream i32) (param $length i32)
    (if (i32.eq (local.get $stream) (i32.const 1))
      (then (global.set $output (local.get $length)))
      (else (global.set $error (local.get $length)))))

  (func $is_stream (param $stream i32) (result i32)
    (i32.or (i32.eq (local.get $stream) (i32.const 1)) (i32.eq (local.get $stream) (i32.const 2))))

  ;; The level for the line of a stream: info, warn, or error for one that begins with "panic: " or with
  ;; "fatal er[ror: ]".
  (func $level (param $stream i32) (result i32)
    (local $begin i64)
    (local.set $begin (i64.load (i32.shl (local.get $stream) (i32.const 12))))
    (if (i32.eq (local.get $stream) (i32.const 1)) (then (return (i32.const 2))))
    (if (i32.or
          (i64.eq (i64.and (local.get $begin) (i64.const 0xffffffffffffff)) (i64.const 0x203a63696e6170))
          (i64.eq (local.get $begin) (i64.const 0x7265206c61746166)))
      (then (return (i32.const 4))))
    (i32.const 3))

  ;; Logs the line of a stream, unless it is empty.
  (func $flush (param $stream i32)
    (local $length i32)
    (local.set $length (call $length (local.get $stream)))
    (if (local.get $length)
      (then
        (call $mend (i32.shl (local.get $stream) (i32.const 12)) (local.get $length))
        (call $log
          (call $level (local.get $stream))
          (i32.shl (local.get $stream) (i32.const 12))
          (local.get $length))
        (call $set_length (local.get $stream) (i32.const 0)))))

  ;; Adds a byte to the line of a stream.
  (func $put (param $stream i32) (param $byte i32)
    (local $length i32)
    (if (i32.eq (local.get $byte) (i32.const 10))
      (then (call $flush (local.get $stream)) (return)))
    ;; A line that fills its place is cut, but no character is.
    (local.set $length (call $length (local.get $stream)))
    (if (i32.or
          (i32.eq (local.get $length) (i32.const 4096))
          (i32.and
            (i32.ge_u (local.get $length) (i32.const 4093))
            (i32.ne (i32.and (local.get $byte) (i32.const 0xc0)) (i32.const 0x80))))
      (then
        (call $flush (local.get $stream))
        (local.set $length (i32.const 0))))
    (i32.store8
      (i32.add (i32.shl (local.get $stream) (i32.const 12)) (local.get $length))
      (local.get $byte))
    (call $set_length (local.get $stream) (i32.add (local.get $length) (i32.const 1))))

  ;; Replaces what is no UTF-8, which the host takes nothing but.
  (func $mend (param $at i32) (param $length i32)
    (local $end i32) (local $next i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $characters
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (local.set $next (call $character (local.get $at) (local.get $end)))
          (if (i32.eqz (local.get $next))
            (then
              (i32.store8 (local.get $at) (i32.const 0x3f))
              (local.set $next (i32.const 1))))
          (local.set $at (i32.add (local.get $at) (local.get $next)))
          (br $characters)))))

  ;; How many bytes the character at a place has; 0 if it is none.
  (func $character (param $at i32) (param $end i32) (result i32)
    (local $byte i32) (local $more i32) (local $point i32) (local $least i32) (local $count i32)
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.lt_u (local.get $byte) (i32.const 0x80)) (then (return (i32.const 1))))
    (if (i32.or (i32.lt_u (local.get $byte) (i32.const 0xc2)) (i32.gt_u (local.get $byte) (i32.const 0xf4)))
      (then (return (i32.const 0))))
    (local.set $more (i32.const 1))
    (local.set $least (i32.const 0x80))
    (local.set $point (i32.and (local.get $byte) (i32.const 0x1f)))
    (if (i32.ge_u (local.get $byte) (i32.const 0xe0))
      (then
        (local.set $more (i32.const 2))
        (local.set $least (i32.const 0x800))
        (local.set $point (i32.and (local.get $byte) (i32.const 0x0f)))))
    (if (i32.ge_u (local.get $byte) (i32.const 0xf0))
      (then
        (local.set $more (i32.const 3))
        (local.set $least (i32.const 0x10000))
        (local.set $point (i32.and (local.get $byte) (i32.const 0x07)))))
    (if (i32.gt_u (local.get $more) (i32.sub (i32.sub (local.get $end) (local.get $at)) (i32.const 1)))
      (then (return (i32.const 0))))
    (local.set $count (i32.const 1))
    (loop $continuations
      (local.set $byte (i32.load8_u (i32.add (local.get $at) (local.get $count))))
      (if (i32.ne (i32.and (local.get $byte) (i32.const 0xc0)) (i32.const 0x80))
        (then (return (i32.const 0))))
      (local.set $point
        (i32.or
          (i32.shl (local.get $point) (i32.const 6))
          (i32.and (local.get $byte) (i32.const 0x3f))))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $continuations (i32.le_u (local.get $count) (local.get $more))))
    (if (i32.or
          (i32.or
            (i32.lt_u (local.get $point) (local.get $least))
            (i32.gt_u (local.get $point) (i32.const 0x10ffff)))
          (i32.eq (i32.and (local.get $point) (i32.const 0x1ff800)) (i32.const 0xd800)))
      (then (return (i32.const 0))))
    (local.get $count))

  (func (export "fd_write") (param $stream i32) (param $parts i32) (param $count i32) (param $written i32) (result i32)
    (local $at i32) (local $end i32) (local $sum i32)
    (if (i32.eqz (call $is_stream (local.get $stream))) (then (return (i32.const 8))))
    (loop $each
      (if (local.get $count)
        (then
          (local.set $at (i32.load (local.get $parts)))
          (local.set $end (i32.add (local.get $at) (i32.load offset=4 (local.get $parts))))
          (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $parts))))
          (loop $bytes
            (if (i32.lt_u (local.get $at) (local.get $end))
              (then
                (call $put (local.get $stream) (i32.load8_u (local.get $at)))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $bytes))))
          (local.set $parts (i32.add (local.get $parts) (i32.const 8)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $each))))
    (i32.store (local.get $written) (local.get $sum))
    (i32.const 0))

  (func (export "fd_sync") (param $stream i32) (result i32)
    (if (i32.eqz (call $is_stream (local.get $stream))) (then (return (i32.const 8))))
    (call $flush (local.get $stream))
    (i32.const 0))

  (func $proc_exit (export "proc_exit") (param $code i32)
    (call $flush (i32.const 1))
    (call $flush (i32.const 2))
    unreachable)

  (func $look (result i64)
    (global.set $now (i64.add (global.get $now) (i64.const 1000)))
    (global.get $now))

  (func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $time i32) (result i32)
    (i64.store (local.get $time) (call $look))
    (i32.const 0))

  ;; There is nothing to wait for but a time from now, the first subscription.
  (func (export "poll_oneoff") (param $subscriptions i32) (param $events i32) (param $count i32) (param $happened i32) (result i32)
    (if (i32.load8_u offset=8 (local.get $subscriptions)) (then (return (i32.const 58))))
    (global.set $now (i64.add (global.get $now) (i64.load offset=24 (local.get $subscriptions))))
    (i64.store (local.get $events) (i64.load (local.get $subscriptions)))
    (i64.store offset=8 (local.get $events) (i64.const 0))
    (i32.store (local.get $happened) (i32.const 1))
    (i32.const 0))

  (func (export "sched_yield") (result i32) (i32.const 0))

  ;; xorshift64*
  (func (export "random_get") (param $at i32) (param $length i32) (result i32)
    (loop $each
      (if (local.get $length)
        (then
          (global.set $random (i64.xor (global.get $random) (i64.shr_u (global.get $random) (i64.const 12))))
          (global.set $random (i64.xor (global.get $random) (i64.shl (global.get $random) (i64.const 25))))
          (global.set $random (i64.xor (global.get $random) (i64.shr_u (global.get $random) (i64.const 27))))
          (i64.store8 (local.get $at)
            (i64.shr_u (i64.mul (global.get $random) (i64.const 0x2545f4914f6cdd1d)) (i64.const 56)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $each))))
    (i32.const 0))

  ;; Two counts, of things and of their bytes: none.
  (func $none (export "args_sizes_get") (export "environ_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (i32.const 0))

  (func (export "args_get") (export "environ_get") (param i32 i32) (result i32) (i32.const 0))

  ;; The end of standard input.
  (func (export "fd_read") (param $stream i32) (param $parts i32) (param $count i32) (param $read i32) (result i32)
    (if (local.get $stream) (then (return (i32.const 8))))
    (i32.store (local.get $read) (i32.const 0))
    (i32.const 0))

  ;; The standard streams are character devices.
  (func (export "fd_fdstat_get") (param $stream i32) (param $stat i32) (result i32)
    (if (i32.gt_u (local.get $stream) (i32.const 2)) (then (return (i32.const 8))))
    (i64.store (local.get $stat) (i64.const 2))
    (i64.store offset=8 (local.get $stat) (i64.const -1))
    (i64.store offset=16 (local.get $stat) (i64.const -1))
    (i32.const 0))

  ;; No other file is open: EBADF.
  (func (export "fd_close") (param i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_flags") (export "fd_filestat_get") (export "fd_prestat_get") (export "sock_shutdown")
    (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32) (i32.const 8))
  (func (export "fd_pread") (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_dir_name") (export "path_create_directory") (export "path_remove_directory")
    (export "path_unlink_file") (export "sock_accept") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "path_filestat_get") (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_readlink") (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (i32.const 8)))
