//! Whole functions: calls, control, globals, the C stack, and launches of many threads.

use ringhost_ptx::{Ending, Policy, Record, TrapKind, translate};

use ptx_oracle::machine::{Launch, Memory};
use ptx_oracle::{POLICIES, agree, compile, options};

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A module around a body; item `i` has the 64 bytes from `64 * i` on, whose address is `$at`.
fn around(rest: &str, body: &str) -> Vec<u8> {
    parse(&format!(
        "(module (memory (export \"memory\") 1) {rest}
           (func (export \"f\") (param $i i32) (local $at i32) (local $n i32) (local $sum i32)
             (local.set $at (i32.mul (local.get $i) (i32.const 64))) {body}))"
    ))
}

#[test]
fn values_that_change_places_in_a_loop_change_them_at_once() {
    let module = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (local $a i32) (local $b i32) (local $c i32) (local $n i32)
             (local.set $a (i32.const 1)) (local.set $b (i32.const 2)) (local.set $c (i32.const 3))
             (loop $round
               (local.get $b) (local.get $c) (local.get $a)
               (local.set $c) (local.set $b) (local.set $a)
               (local.set $n (i32.add (local.get $n) (i32.const 1)))
               (br_if $round (i32.le_u (local.get $n) (local.get $i))))
             (i32.store (i32.mul (local.get $i) (i32.const 16)) (local.get $a))
             (i32.store offset=4 (i32.mul (local.get $i) (i32.const 16)) (local.get $b))
             (i32.store offset=8 (i32.mul (local.get $i) (i32.const 16)) (local.get $c))))",
    );
    agree("rotation", &module, &[], 7, &[]);
}

#[test]
fn blocks_take_and_give_several_values() {
    let module = around(
        "(type $two (func (param i32 i32) (result i32 i64 f32)))
         (func $swap (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))",
        "(local.get $i) (i32.const 5)
         (block $b (type $two)
           (i32.mul) (i64.const -3) (f32.const 0.5)
           (br_if $b (i32.and (local.get $i) (i32.const 1)))
           (drop) (drop) (drop) (i32.const 9) (i64.const 10) (f32.const 11))
         (i32.trunc_sat_f32_s) (local.set $n) (call $swap)
         (local.set $sum) (i64.extend_i32_u (local.get $sum)) (i64.add)
         (i64.extend_i32_u (local.get $n)) (i64.xor)
         (block $keep (param i64) (result i64) )
         (loop $l (param i64) (result i64)
           (i64.const 3) (i64.mul)
           (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20))))
         (local.set $sum (i32.const 0))
         (i32.wrap_i64) (local.set $sum)
         (i32.store (local.get $at) (local.get $sum))",
    );
    agree("several values", &module, &[], 4, &[]);
}

#[test]
fn a_table_of_branches_goes_where_its_index_says() {
    let module = around(
        "",
        "(block $d (block $c (block $b (block $a
           (br_table $a $b $c $a $d (i32.sub (local.get $i) (i32.const 1))))
           (local.set $sum (i32.const 10)) (br $d))
           (local.set $sum (i32.const 20)))
           (local.set $n (i32.const 30)))
         (i32.store (local.get $at) (local.get $sum)) (i32.store offset=4 (local.get $at) (local.get $n))",
    );
    agree("br_table", &module, &[], 9, &[]);
}

#[test]
fn calls_return_from_any_depth_and_globals_start_anew_for_each_item() {
    let module = around(
        "(global $g (mut i32) (i32.const 3)) (global $c i32 (i32.const 100))
         (func $deep (param $x i32) (result i32)
           (block $out
             (loop $l
               (if (i32.gt_s (local.get $x) (i32.const 40)) (then (return (local.get $x))))
               (br_if $out (i32.eq (local.get $x) (i32.const 7)))
               (global.set $g (i32.add (global.get $g) (i32.const 1)))
               (local.set $x (i32.add (local.get $x) (i32.const 3)))
               (br $l)))
           (global.get $g))
         (func $twice (param $x i32) (result i32)
           (i32.add (call $deep (local.get $x)) (call $deep (i32.const 39))))",
        "(i32.store (local.get $at) (call $twice (local.get $i)))
         (i32.store offset=4 (local.get $at) (i32.add (global.get $g) (global.get $c)))",
    );
    // wasmtime runs every item in a new instance: what another item left in a global is not seen.
    for item in 0..6 {
        let mut wanted = ptx_oracle::Function::new(&module);
        wanted.run(item, &[]).expect("no trap");
        for policy in POLICIES {
            let compiled = compile(&module, policy);
            let mut memory = compiled.memory();
            // Items before it, by the same thread, change nothing.
            let launch = Launch {
                count: item + 1,
                ..Launch::default()
            };
            assert_eq!(compiled.run(&mut memory, &launch), None);
            let at = item as usize * 64;
            assert_eq!(memory.linear()[at..at + 8], wanted.memory()[at..at + 8]);
        }
    }
}

#[test]
fn a_tail_call_is_a_call() {
    let module = around(
        "(func $g (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
         (func $f (param i32) (result i32)
           (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
           (return_call $g (local.get 0)))",
        "(i32.store (local.get $at) (call $f (local.get $i)))",
    );
    agree("return_call", &module, &[], 3, &[]);
}

#[test]
fn code_that_cannot_be_reached_is_passed_over() {
    let module = around(
        "",
        "(block $a (block $b
           (br_if $a (i32.const 1))
           (unreachable) (loop (if (i32.const 1) (then (br $b)) (else (br $a)))) (i32.add) (drop)))
         (if (i32.const 0) (then (unreachable)))
         (if (result i32) (local.get $i) (then (i32.const 4)) (else (unreachable) (i32.const 1)))
         (local.set $sum)
         (i32.store (local.get $at) (local.get $sum))",
    );
    agree("unreachable code", &module, &[], 3, &[]);
}

#[test]
fn a_trap_says_where_it_happened() {
    let module = parse(
        "(module (memory (export \"memory\") 1)
           (func $quotient (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1)))
           (func (export \"f\") (param $i i32)
             (i32.store (i32.const 0) (call $quotient (i32.const 1) (i32.sub (local.get $i) (i32.const 5))))))",
    );
    let compiled = compile(&module, Policy::Mask);
    let launch = Launch {
        count: 10,
        ..Launch::default()
    };
    let record = compiled
        .run(&mut compiled.memory(), &launch)
        .expect("a trap");
    assert_eq!(
        (record.kind, record.function, record.index),
        (TrapKind::DivisionByZero, 0, 5)
    );
    assert_eq!(
        module[record.offset as usize], 0x6e,
        "the offset is that of i32.div_u"
    );
}

/// Adds 1 to the word of its item, and keeps the item in the next.
const COUNTING: &str = "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i ITEM)
    (local $at i32)
    (local.set $at (i32.shl (i32.and (NARROW) (i32.const 0xfff)) (i32.const 4)))
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
    (i64.store offset=8 (local.get $at) (WIDE))))";

fn counting(wide: bool) -> Vec<u8> {
    let [item, narrow, long] = if wide {
        ["i64", "i32.wrap_i64 (local.get $i)", "local.get $i"]
    } else {
        ["i32", "local.get $i", "i64.extend_i32_u (local.get $i)"]
    };
    parse(
        &COUNTING
            .replace("ITEM", item)
            .replace("NARROW", narrow)
            .replace("WIDE", long),
    )
}

fn item(memory: &Memory, at: usize) -> (u32, u64) {
    let bytes = &memory.linear()[at * 16..];
    let count = u32::from_le_bytes(bytes[..4].try_into().expect("4"));
    (
        count,
        u64::from_le_bytes(bytes[8..16].try_into().expect("8")),
    )
}

#[test]
fn each_item_of_a_launch_is_run_once_however_many_threads_there_are() {
    for (blocks, threads) in [(1, 1), (1, 7), (3, 4), (2, 32), (40, 32)] {
        let compiled = compile(&counting(false), Policy::Mask);
        let mut memory = compiled.memory();
        // Two slices of one launch.
        for (first, count) in [(0, 700), (700, 301)] {
            let launch = Launch {
                blocks,
                threads,
                first,
                count,
                ..Launch::default()
            };
            assert_eq!(compiled.run(&mut memory, &launch), None);
        }
        for at in 0..4096 {
            let wanted = if at < 1001 { (1, at as u64) } else { (0, 0) };
            assert_eq!(item(&memory, at), wanted, "{blocks} blocks of {threads}");
        }
    }
}

#[test]
fn items_beyond_32_bits_have_their_index() {
    let compiled = compile(&counting(true), Policy::Trap);
    let mut memory = compiled.memory();
    let launch = Launch {
        threads: 3,
        first: 0xffff_fffe,
        count: 5,
        ..Launch::default()
    };
    assert_eq!(compiled.run(&mut memory, &launch), None);
    for index in 0xffff_fffe_u64..0x1_0000_0003 {
        assert_eq!(item(&memory, (index & 0xfff) as usize), (1, index));
    }
}

#[test]
fn a_trap_ends_its_thread_and_keeps_others_from_further_items() {
    let module = around(
        "",
        "(if (i32.eq (local.get $i) (i32.const 5)) (then (unreachable)))
        (i32.store (local.get $at) (i32.const 1))",
    );
    let compiled = compile(&module, Policy::Mask);
    let mut memory = compiled.memory();
    let launch = Launch {
        threads: 2,
        count: 100,
        ..Launch::default()
    };
    let record = compiled.run(&mut memory, &launch).expect("a trap");
    assert_eq!((record.kind, record.index), (TrapKind::Unreachable, 5));
    // The threads run one after the other here: the first has all even items before it.
    let ran: Vec<usize> = (0..100)
        .filter(|at| memory.linear()[at * 64] == 1)
        .collect();
    assert!(
        ran.contains(&1) && ran.contains(&3) && !ran.contains(&7),
        "{ran:?}"
    );
}

#[test]
fn a_launch_that_is_cancelled_starts_no_item() {
    let compiled = compile(&counting(false), Policy::Mask);
    let mut memory = compiled.memory();
    memory.set_lowest(Record::CANCEL);
    let launch = Launch {
        threads: 4,
        count: 100,
        ..Launch::default()
    };
    assert_eq!(compiled.run(&mut memory, &launch), None);
    assert_eq!(Ending::read(memory.lowest()), Some(Ending::Cancelled));
    assert_eq!((0..100).filter(|at| item(&memory, *at).0 == 1).count(), 0);
}

/// What C compiles to where a function keeps an array on the stack: a frame of 32 bytes, in one that
/// calls it a frame of 16.
const STACK: &str = "(module (memory (export \"memory\") 1)
    (global $__stack_pointer (export \"__stack_pointer\") (mut i32) (i32.const 66560))
    (func $inner (param $x i32) (result i32) (local $frame i32)
      (global.set 0 (local.tee $frame (i32.sub (global.get 0) (i32.const 32))))
      (i32.store offset=28 (local.get $frame) (local.get $x))
      (i32.store (local.get $frame) (i32.const 5))
      (i32.add (i32.load offset=28 (local.get $frame)) (i32.load (local.get $frame)))
      (global.set 0 (i32.add (local.get $frame) (i32.const 32))))
    (func (export \"f\") (param $i i32) (local $frame i32) (local $n i32)
      (global.set 0 (local.tee $frame (i32.sub (global.get 0) (i32.const 16))))
      (i32.store offset=12 (local.get $frame) (local.get $i))
      (loop $l
        (i32.store offset=12 (local.get $frame) (call $inner (i32.load offset=12 (local.get $frame))))
        (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3))))
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (i32.load offset=12 (local.get $frame)))
      (global.set 0 (i32.add (local.get $frame) (i32.const 16)))))";

#[test]
fn every_thread_has_a_window_of_the_stack() {
    for policy in POLICIES {
        let compiled = compile(&parse(STACK), policy);
        let window = compiled.translation.stack.expect("a window").bytes;
        assert_eq!(window, 48);
        let mut memory = compiled.memory();
        let launch = Launch {
            blocks: 3,
            threads: 8,
            count: 100,
            stack: 4096,
            ..Launch::default()
        };
        assert_eq!(compiled.run(&mut memory, &launch), None);
        for at in 0..100u32 {
            let word = &memory.linear()[at as usize * 4..][..4];
            assert_eq!(word, (at + 15).to_le_bytes());
        }
        let end = 4096 + 24 * window as usize;
        assert!(memory.linear()[400..4096].iter().all(|byte| *byte == 0));
        assert!(memory.linear()[end..].iter().all(|byte| *byte == 0));
    }
}

#[test]
fn a_stack_pointer_that_moves_by_what_is_not_constant_is_refused() {
    let text = STACK.replacen(
        "(global.get 0) (i32.const 16)",
        "(global.get 0) (local.get $i)",
        1,
    );
    let error = translate(&parse(&text), "f", &options(Policy::Mask)).expect_err("refused");
    assert!(
        matches!(error, ringhost_ptx::Error::Stack { function: 1, .. }),
        "{error}"
    );
}

#[test]
fn a_stack_that_is_longer_than_on_the_cpu_is_refused() {
    for (outer, taken) in [(65504, true), (65520, false)] {
        let text = STACK
            .replace("(i32.const 16)", &format!("(i32.const {outer})"))
            .replace("(i32.const 66560)", "(i32.const 131072)");
        let translated = translate(&parse(&text), "f", &options(Policy::Mask));
        match translated {
            Ok(translation) => {
                assert!(taken);
                assert_eq!(translation.stack.expect("a window").bytes, 65536);
            }
            Err(error) => {
                assert!(!taken);
                assert_eq!(
                    error.to_string(),
                    "the translation needs more than 65536 bytes of the C stack of an item"
                );
            }
        }
    }
}

#[test]
fn data_segments_are_handed_to_the_host() {
    let module = around(
        "(data (i32.const 65000) \"end\") (data (i32.const 8) \"start\")",
        "",
    );
    let translation = compile(&module, Policy::Mask).translation;
    assert_eq!(translation.pages, 1);
    let data: Vec<(u32, &[u8])> = translation
        .data
        .iter()
        .map(|data| (data.offset, data.bytes.as_slice()))
        .collect();
    assert_eq!(data, [(65000, &b"end"[..]), (8, b"start")]);
}
