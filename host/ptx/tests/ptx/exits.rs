//! Loops of several blocks, and that are left from their midst: their copies do what wasmtime does, and
//! where what lies ahead is bad but is not come to, nothing is told of it.

use ringhost_ptx::Policy;

use crate::memory::{parse, pattern};
use ptx_oracle::{agree, agree_under, compile};

/// A loop of `$n` rounds over words from `$p` on, with a body of its own. What it leaves in its locals is
/// stored at 0.
fn looping(body: &str) -> Vec<u8> {
    parse(&format!(
        "(module (memory (export \"memory\") 1)
           (func $call (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
           (func (export \"f\") (param $i i32) (param $p i32) (param $n i32)
             (local $k i32) (local $sum i32) (local $way i32)
             (block $other (block $out (loop $l
               (br_if $out (i32.ge_u (local.get $k) (local.get $n)))
               {body}
               (local.set $p (i32.add (local.get $p) (i32.const 4)))
               (local.set $k (i32.add (local.get $k) (i32.const 1)))
               (br $l)))
               (local.set $way (i32.add (local.get $k) (i32.const 1000))))
             (i32.store (i32.const 0) (local.get $sum))
             (i32.store (i32.const 4) (local.get $p))
             (i32.store (i32.const 8) (local.get $k))
             (i32.store (i32.const 12) (local.get $way))))"
    ))
}

/// Words that count up from 1, behind 64 zeros; with that one at 200 zero too.
fn words() -> Vec<u8> {
    let word = |at: u32| if at == 200 { 0 } else { at - 63 };
    let words = (0..16384_u32).map(|at| if at < 64 { 0 } else { word(at) });
    words.flat_map(u32::to_le_bytes).collect()
}

const SUM: &str = "(local.set $sum (i32.add (local.get $sum) (i32.load (local.get $p))))";

#[test]
fn a_loop_that_is_left_early_is_not_blamed_for_what_lies_ahead() {
    let search = looping(&format!(
        "(br_if $out (i32.eqz (i32.load (local.get $p)))) {SUM}"
    ));
    let other = looping(&format!(
        "(br_if $other (i32.eqz (i32.load (local.get $p)))) {SUM}"
    ));
    for module in [&search, &other] {
        assert!(
            compile(module, Policy::Trap)
                .translation
                .ptx
                .contains("sub.u32 \t%fuel, %fuel, %r"),
            "the loop has a copy"
        );
        // The zero is at 800. With many rounds to go the end of memory is ahead.
        for (p, n) in [
            (400, 0),
            (400, 1),
            (400, 99),
            (400, 100),
            (400, 101),
            (400, 102),
            (400, 16_300),
            (400, 1 << 30),
            (400, u64::from(u32::MAX)),
            (800, 5),
            (65_532, 1),
            (65_528, 2),
        ] {
            agree(&format!("{p} {n}"), module, &words(), 1, &[p, n]);
        }
        // Without the zero ahead it comes to the end, which is blamed where traps are told of.
        for (p, n) in [(804, 1 << 30), (65_532, 2), (65_536, 1), (0xffff_fffc, 2)] {
            let what = format!("{p} {n}");
            agree_under(&what, module, &words(), 1, &[p, n], &[Policy::Trap]);
        }
    }
}

#[test]
fn an_access_that_a_condition_keeps_from_happening_is_not_blamed() {
    // Reads the next word too, save in the last round; and the one before, save in the first.
    let module = looping(&format!(
        "{SUM}
         (if (i32.lt_u (i32.add (local.get $k) (i32.const 1)) (local.get $n))
           (then (local.set $sum (i32.xor (local.get $sum) (i32.load offset=4 (local.get $p))))))
         (if (local.get $k)
           (then (local.set $sum (i32.sub (local.get $sum)
             (i32.load (i32.sub (local.get $p) (i32.const 4)))))))"
    ));
    for (p, n) in [(400, 20), (65_436, 25), (0, 25), (65_532, 1), (0, 0)] {
        agree(&format!("{p} {n}"), &module, &words(), 1, &[p, n]);
    }
    for (p, n) in [(65_436, 26), (65_536, 1)] {
        let what = format!("{p} {n}");
        agree_under(&what, &module, &words(), 1, &[p, n], &[Policy::Trap]);
    }
}

#[test]
fn a_trap_in_a_copy_comes_behind_the_stores_before_it() {
    let store = "(i32.store offset=8192 (local.get $p) (i32.const -1))";
    for trap in [
        "(local.set $sum (i32.div_u (i32.const 1000) (i32.load (local.get $p))))",
        "(if (i32.eqz (i32.load (local.get $p))) (then (unreachable)))",
    ] {
        let module = looping(&format!("{store} {trap} (local.set $way (i32.const 1))"));
        for (p, n) in [(400, 100), (400, 101), (400, 102), (400, 150), (800, 1)] {
            agree(&format!("{trap} {p} {n}"), &module, &words(), 1, &[p, n]);
        }
    }
}

#[test]
fn fuel_that_only_some_rounds_take_is_counted() {
    let module = looping(
        "(local.set $sum (call $call (i32.load (local.get $p))))
         (if (i32.and (local.get $k) (i32.const 3)) (then
           (local.set $sum (call $call (call $call (local.get $sum))))
           (br_if $other (i32.eq (local.get $k) (i32.const 30)))
           (local.set $sum (call $call (local.get $sum))))
           (else (local.set $way (call $call (local.get $sum)))))",
    );
    for n in [0, 1, 2, 3, 4, 5, 29, 30, 31, 32, 100] {
        agree(&format!("{n}"), &module, &words(), 2, &[400, n]);
    }
}

#[test]
fn what_counts_may_wrap_around() {
    // The counter comes from below zero, and what is read lies where it leads.
    let module = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $k i32) (param $limit i32) (param $at i32)
             (local $sum i32)
             (block $out (loop $l
               (if (i32.and (local.get $k) (i32.const 1)) (then
                 (local.set $sum (i32.add (local.get $sum)
                   (i32.load (i32.add (local.get $at) (i32.shl (local.get $k) (i32.const 2))))))))
               (br_if $out (i32.eq (local.get $sum) (i32.const 0x7777)))
               (i32.store (i32.add (i32.const 4096) (i32.shl (local.get $k) (i32.const 2)))
                 (local.get $sum))
               (br_if $l (i32.ne (local.tee $k (i32.add (local.get $k) (i32.const 1)))
                 (local.get $limit)))))
             (i32.store (i32.const 0) (i32.add (local.get $sum) (local.get $k)))))",
    );
    for (k, limit, at) in [
        (0xffff_fff0_u64, 16, 1024),
        (0xffff_fff0, 0, 1024),
        (0xffff_ffff, 0, 64),
        (0x3fff_fff8, 0x4000_0008, 2048),
        (0x7fff_fff8, 0x8000_0008, 2048),
        (5, 6, 128),
    ] {
        agree(
            &format!("{k:x}"),
            &module,
            &pattern(65536),
            1,
            &[k, limit, at],
        );
    }
    // Where the address itself comes round the end, what is read there is out of bounds first.
    for (k, limit, at) in [(0xffff_fff0_u64, 16, 0), (16_000, 20_000, 2048), (8, 8, 64)] {
        let parameters = [k, limit, at];
        let policies = [Policy::Trap];
        agree_under(
            "beyond",
            &module,
            &pattern(65536),
            1,
            &parameters,
            &policies,
        );
    }
}
