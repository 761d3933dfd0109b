;; Counts the words of a stream of texts: state that grows with what comes. messages.json declares the
;; answers; kernels/wat/doubler says how their numbers are written, and kernels/wat/echo what goes where.
;;
;; A word is a run of letters and digits, in lower case. WebAssembly knows no letters: these are ASCII's,
;; Latin-1's from À on, and those of Cyrillic from Ѐ to џ. Whatever else comes, in UTF-8 or not, parts words.
;;
;; All words are in a tree, a node for each of their bytes. The nodes that may follow one node are a list in
;; the order of their bytes, so a walk through the tree meets the words in theirs, and none need be sorted.
(module
  (import "ring:kernel/messaging@0.1.0" "receive"
    (func $receive (param i32 i64 i32)))
  (import "ring:kernel/messaging@0.1.0" "send"
    (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
  (memory (export "memory") 10)

  ;; Where a result is written, and in it the payload's address and length.
  (global $result i32 (i32.const 0))
  (global $address i32 (i32.const 28))
  (global $length i32 (i32.const 32))
  ;; Where `run` says how it ended: an error's words, or at first zeroes.
  (global $ending i32 (i32.const 64))
  ;; Where the address of the tree's first node is.
  (global $tree i32 (i32.const 96))
  ;; Where the word is put together that the walk has come to; what is longer than so many bytes is none.
  (global $word i32 (i32.const 256))
  (global $longest_word i32 (i32.const 256))
  (data (i32.const 512) "there is no memory for the words")
  ;; Where an answer's words are written. It is cut near so many bytes, to stay well below a message limit
  ;; of 1 MiB. A count takes less than the second beside its word. In front is room for how many they are.
  (global $answer i32 (i32.const 65541))
  (global $answer_bytes i32 (i32.const 0x80000))
  (global $count_bytes i32 (i32.const 16))

  ;; Where there is room for more, and where texts are put that are not longer than so many bytes.
  (global $free (mut i32) (i32.const 0xa0000))
  (global $text (mut i32) (i32.const 0))
  (global $text_bytes (mut i32) (i32.const 0))

  ;; The number of the text, and how many words all texts have had.
  (global $texts (mut i64) (i64.const 0))
  (global $total (mut i64) (i64.const 0))
  ;; How many words of the text have not been told.
  (global $remaining (mut i32) (i32.const 0))
  ;; Of the answer that is being written: its words, their bytes as they are reckoned, and its end.
  (global $words (mut i32) (i32.const 0))
  (global $bytes (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const 65541))
  ;; Whether the host has taken all answers so far.
  (global $taken (mut i32) (i32.const 1))

  ;; Room for so many bytes; 0 if there is none.
  (func $allocate (param $bytes i32) (result i32)
    (local $begin i32) (local $pages i32)
    (local.set $begin (global.get $free))
    (local.set $pages (i32.sub
      (i32.shr_u
        (i32.add (i32.add (local.get $begin) (local.get $bytes)) (i32.const 0xffff))
        (i32.const 16))
      (memory.size)))
    (if (i32.gt_s (local.get $pages) (i32.const 0))
      (then
        (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1))
          (then (return (i32.const 0))))))
    (global.set $free (i32.add (local.get $begin)
      (i32.and (i32.add (local.get $bytes) (i32.const 7)) (i32.const -8))))
    (local.get $begin))

  ;; The host asks for memory for each text. There is one at a time, so it is the same until one is longer;
  ;; twice as much is taken then, so that all that was given up is less than what is in use.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.gt_u (local.get 3) (global.get $text_bytes))
      (then
        (global.set $text_bytes (i32.shl (local.get 3) (i32.const 1)))
        (global.set $text (call $allocate (global.get $text_bytes)))
        (if (i32.eqz (global.get $text)) (then (unreachable)))))
    (global.get $text))

  ;; A node is 40 bytes: its byte (at 0), the addresses of the next node in its list (4) and of the first one
  ;; of those that may follow it (8), the numbers of the last text in which a word went through it (16) and
  ;; ended in it (24), and how often one has ended in it (32).

  ;; The node for this byte in the list whose first node's address is at $link; 0 if there is no memory.
  (func $node (param $link i32) (param $byte i32) (result i32)
    (local $node i32) (local $next i32)
    (loop $look
      (local.set $next (i32.load (local.get $link)))
      (if (local.get $next)
        (then
          (if (i32.eq (i32.load (local.get $next)) (local.get $byte))
            (then (return (local.get $next))))
          (if (i32.lt_u (i32.load (local.get $next)) (local.get $byte))
            (then
              (local.set $link (i32.add (local.get $next) (i32.const 4)))
              (br $look))))))
    ;; It goes before the first one that is greater. New memory is all zeroes.
    (local.set $node (call $allocate (i32.const 40)))
    (if (local.get $node)
      (then
        (i32.store (local.get $node) (local.get $byte))
        (i32.store offset=4 (local.get $node) (local.get $next))
        (i32.store (local.get $link) (local.get $node))))
    (local.get $node))

  ;; Counts the word between these addresses, if it is one. False says that there is no memory.
  (func $count (param $at i32) (param $end i32) (result i32)
    (local $node i32) (local $link i32)
    (if (i32.gt_u
          (i32.sub (i32.sub (local.get $end) (local.get $at)) (i32.const 1))
          (i32.sub (global.get $longest_word) (i32.const 1)))
      (then (return (i32.const 1))))
    (local.set $link (global.get $tree))
    (loop $next
      (local.set $node (call $node (local.get $link) (i32.load8_u (local.get $at))))
      (if (i32.eqz (local.get $node)) (then (return (i32.const 0))))
      (i64.store offset=16 (local.get $node) (global.get $texts))
      (local.set $link (i32.add (local.get $node) (i32.const 8)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (if (i64.ne (i64.load offset=24 (local.get $node)) (global.get $texts))
      (then
        (i64.store offset=24 (local.get $node) (global.get $texts))
        (global.set $remaining (i32.add (global.get $remaining) (i32.const 1)))))
    (i64.store offset=32 (local.get $node)
      (i64.add (i64.load offset=32 (local.get $node)) (i64.const 1)))
    (global.set $total (i64.add (global.get $total) (i64.const 1)))
    (i32.const 1))

  ;; Whether a number is one of so many from the first one on.
  (func $is_in (param $number i32) (param $first i32) (param $many i32) (result i32)
    (i32.lt_u (i32.sub (local.get $number) (local.get $first)) (local.get $many)))

  ;; Puts the letter or digit that begins here into lower case, and returns how many bytes it has; 0 if it is
  ;; another sign.
  (func $letter (param $at i32) (param $end i32) (result i32)
    (local $first i32) (local $code i32)
    (local.set $first (i32.load8_u (local.get $at)))
    (if (call $is_in (local.get $first) (i32.const 0x41 (; A ;)) (i32.const 26))
      (then
        (i32.store8 (local.get $at) (i32.add (local.get $first) (i32.const 32)))
        (return (i32.const 1))))
    (if (i32.or
          (call $is_in (local.get $first) (i32.const 0x61 (; a ;)) (i32.const 26))
          (call $is_in (local.get $first) (i32.const 0x30 (; 0 ;)) (i32.const 10)))
      (then (return (i32.const 1))))
    ;; Two bytes that are one sign: 110 and 5 bits of its number, 10 and 6.
    (if (i32.eqz (call $is_in (local.get $first) (i32.const 0xc2) (i32.const 30)))
      (then (return (i32.const 0))))
    (if (i32.eq (i32.add (local.get $at) (i32.const 1)) (local.get $end))
      (then (return (i32.const 0))))
    (local.set $code (i32.load8_u offset=1 (local.get $at)))
    (if (i32.eqz (call $is_in (local.get $code) (i32.const 0x80) (i32.const 0x40)))
      (then (return (i32.const 0))))
    (local.set $code (i32.or
      (i32.shl (i32.and (local.get $first) (i32.const 0x1f)) (i32.const 6))
      (i32.and (local.get $code) (i32.const 0x3f))))
    ;; Of Latin-1 all but the signs for times and divided by, which are 32 apart as letters are.
    (if (i32.eqz (i32.or
          (i32.and
            (call $is_in (local.get $code) (i32.const 0xc0) (i32.const 0x40))
            (i32.ne (i32.or (local.get $code) (i32.const 0x20)) (i32.const 0xf7)))
          (call $is_in (local.get $code) (i32.const 0x400) (i32.const 0x60))))
      (then (return (i32.const 0))))
    (if (i32.or
          (call $is_in (local.get $code) (i32.const 0xc0) (i32.const 0x1f))
          (call $is_in (local.get $code) (i32.const 0x410) (i32.const 0x20)))
      (then (local.set $code (i32.add (local.get $code) (i32.const 0x20)))))
    (if (call $is_in (local.get $code) (i32.const 0x400) (i32.const 0x10))
      (then (local.set $code (i32.add (local.get $code) (i32.const 0x50)))))
    (i32.store8 (local.get $at)
      (i32.or (i32.const 0xc0) (i32.shr_u (local.get $code) (i32.const 6))))
    (i32.store8 offset=1 (local.get $at)
      (i32.or (i32.const 0x80) (i32.and (local.get $code) (i32.const 0x3f))))
    (i32.const 2))

  ;; Counts the words of the text between these addresses. False says that there is no memory.
  (func $count_all (param $at i32) (param $end i32) (result i32)
    (local $begin i32) (local $bytes i32)
    (local.set $begin (local.get $at))
    (loop $next
      (local.set $bytes (i32.const 0))
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then (local.set $bytes (call $letter (local.get $at) (local.get $end)))))
      (if (local.get $bytes)
        (then
          (local.set $at (i32.add (local.get $at) (local.get $bytes)))
          (br $next)))
      (if (i32.eqz (call $count (local.get $begin) (local.get $at)))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $begin (local.get $at))
      (br_if $next (i32.le_u (local.get $at) (local.get $end))))
    (i32.const 1))

  ;; Writes a number at this address, 7 bits a byte, and returns where it ends.
  (func $write (param $at i32) (param $number i64) (result i32)
    (loop $next
      (i64.store8 (local.get $at) (i64.or
        (i64.and (local.get $number) (i64.const 0x7f))
        (i64.shl
          (i64.extend_i32_u (i64.gt_u (local.get $number) (i64.const 0x7f)))
          (i64.const 7))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $number (i64.shr_u (local.get $number) (i64.const 7)))
      (br_if $next (i64.ne (local.get $number) (i64.const 0))))
    (local.get $at))

  ;; Sends the answer that has been written, and begins another one.
  (func $flush
    (local $begin i32)
    (global.set $end (call $write (global.get $end) (global.get $total)))
    (global.set $end
      (call $write (global.get $end) (i64.extend_i32_u (global.get $remaining))))
    ;; Written once to see how long it is, and again where it ends before the words.
    (local.set $begin (i32.sub (global.get $result)
      (call $write (global.get $result) (i64.extend_i32_u (global.get $words)))))
    (local.set $begin (i32.add (global.get $answer) (local.get $begin)))
    (drop (call $write (local.get $begin) (i64.extend_i32_u (global.get $words))))
    (if (global.get $taken)
      (then
        ;; The answer belongs to what was received last, so nothing more is named.
        (call $send
          (local.get $begin) (i32.sub (global.get $end) (local.get $begin))
          (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
          (i32.const 0) (i64.const 0)
          (global.get $result))
        (global.set $taken (i32.eqz (i32.load8_u (global.get $result))))))
    (global.set $words (i32.const 0))
    (global.set $bytes (i32.const 0))
    (global.set $end (global.get $answer)))

  ;; Adds the word of so many bytes to the answer.
  (func $tell (param $length i32) (param $count i64)
    (local $bytes i32)
    (local.set $bytes (i32.add (local.get $length) (global.get $count_bytes)))
    (if (i32.gt_u
          (i32.add (global.get $bytes) (local.get $bytes))
          (global.get $answer_bytes))
      (then (call $flush)))
    (global.set $bytes (i32.add (global.get $bytes) (local.get $bytes)))
    (global.set $words (i32.add (global.get $words) (i32.const 1)))
    (global.set $remaining (i32.sub (global.get $remaining) (i32.const 1)))
    (global.set $end
      (call $write (global.get $end) (i64.extend_i32_u (local.get $length))))
    (memory.copy (global.get $end) (global.get $word) (local.get $length))
    (global.set $end (call $write
      (i32.add (global.get $end) (local.get $length))
      (local.get $count))))

  ;; Tells the words of this text whose first bytes are in $word, so many, and go on with a node of this list.
  ;; It calls itself no deeper than a word is long.
  (func $tell_all (param $node i32) (param $length i32)
    (loop $next
      (if (i32.eqz (local.get $node)) (then (return)))
      (if (i64.eq (i64.load offset=16 (local.get $node)) (global.get $texts))
        (then
          (i32.store8
            (i32.add (global.get $word) (local.get $length))
            (i32.load (local.get $node)))
          (if (i64.eq (i64.load offset=24 (local.get $node)) (global.get $texts))
            (then
              (call $tell
                (i32.add (local.get $length) (i32.const 1))
                (i64.load offset=32 (local.get $node)))))
          (call $tell_all
            (i32.load offset=8 (local.get $node))
            (i32.add (local.get $length) (i32.const 1)))))
      (local.set $node (i32.load offset=4 (local.get $node)))
      (br $next)))

  ;; run: func() -> result<_, string>, whose address is returned.
  (func (export "run") (result i32)
    (local $at i32)
    (loop $next
      (call $receive (i32.const 0) (i64.const 0) (global.get $result))
      (if (i32.load8_u (global.get $result))
        (then
          ;; Closed, or asked to end.
          (return (global.get $ending))))
      (global.set $texts (i64.add (global.get $texts) (i64.const 1)))
      (local.set $at (i32.load (global.get $address)))
      (if (i32.eqz (call $count_all
            (local.get $at)
            (i32.add (local.get $at) (i32.load (global.get $length)))))
        (then
          (i32.store8 (global.get $ending) (i32.const 1))
          (i32.store offset=4 (global.get $ending) (i32.const 512))
          (i32.store offset=8 (global.get $ending) (i32.const 32))
          (return (global.get $ending))))
      (call $tell_all (i32.load (global.get $tree)) (i32.const 0))
      (call $flush)
      (br_if $next (global.get $taken)))
    (global.get $ending)))
