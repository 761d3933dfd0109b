//! Functions written to leave the arena, to hold the device, or to exhaust the translator.

use std::time::{Duration, Instant};

use ringhost_ptx::{Error, Limit, Policy, Record, TrapKind, Trapped, translate};

use ptx_oracle::machine::Launch;
use ptx_oracle::{POLICIES, compile, options};

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{}", &text[..text.len().min(500)]))
}

/// A module with this compute function's body.
fn body(rest: &str, body: &str) -> Vec<u8> {
    parse(&format!(
        "(module (memory (export \"memory\") 1) {rest}
           (func (export \"f\") (param $i i32) (local $n i32) {body}))"
    ))
}

fn run(module: &[u8], policy: Policy, launch: &Launch) -> Option<Trapped> {
    let compiled = compile(module, policy);
    compiled.run(&mut compiled.memory(), launch)
}

/// Why a module is refused, by every policy alike and soon.
fn refused(module: &[u8]) -> Error {
    let start = Instant::now();
    let mut errors = POLICIES.map(|p| translate(module, "f", &options(p)).expect_err("refused"));
    // Seconds are far above what it takes, and far below what it would take without limits.
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(errors[0], errors[1]);
    std::mem::replace(&mut errors[2], Error::Inconsistent { offset: 0 })
}

#[test]
fn an_endless_loop_uses_up_the_fuel() {
    for text in [
        "(loop $l (br $l))",
        "(loop $l (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) (br $l))",
        "(loop $l (br_if $l (i32.const 1)))",
        "(loop $l (br_table $l $l (local.get $i)))",
        "(loop $l (loop $m (br_if $m (i32.eqz (local.get $n))) (br $l)))",
        "(loop $l (local.set $n (i32.add (local.get $n) (i32.const 1)))
           (br_if $l (i32.ne (local.get $n) (i32.const 0))))",
    ] {
        for policy in POLICIES {
            let launch = Launch {
                count: 3,
                threads: 2,
                fuel: 10_000,
                ..Launch::default()
            };
            let record = run(&body("", text), policy, &launch);
            assert_eq!(record.map(|r| r.kind), Some(TrapKind::OutOfFuel), "{text}");
        }
    }
}

#[test]
fn the_longest_copy_ends_when_it_is_cancelled() {
    for text in [
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))",
        "(memory.copy (i32.const 1) (i32.const 0) (i32.const -1))",
        "(memory.copy (i32.const -4) (i32.const 0) (i32.const -4))",
    ] {
        let launch = Launch {
            fuel: 0,
            most: 100_000_000,
            cancelled_after: Some(1000),
            ..Launch::default()
        };
        for policy in [Policy::Mask, Policy::Deferred] {
            let compiled = compile(&body("", text), policy);
            let mut memory = compiled.memory();
            assert_eq!(compiled.run(&mut memory, &launch), None);
            assert_eq!(memory.lowest(), Record::CANCEL);
        }
        let trapped = run(&body("", text), Policy::Trap, &launch).expect("a trap");
        assert_eq!(trapped.kind, TrapKind::OutOfBounds);
    }
}

#[test]
fn fuel_is_for_each_item() {
    let module = body(
        "",
        "(loop $l (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $n) (i32.const 50))))",
    );
    let launch = Launch {
        count: 100,
        fuel: 50,
        ..Launch::default()
    };
    assert_eq!(run(&module, Policy::Mask, &launch), None);
    let launch = Launch { fuel: 49, ..launch };
    let record = run(&module, Policy::Mask, &launch).expect("a trap");
    assert_eq!((record.kind, record.index), (TrapKind::OutOfFuel, 0));
}

#[test]
fn recursion_is_refused() {
    let direct = body(
        "(func $r (param i32) (call $r (local.get 0)))",
        "(call $r (i32.const 1))",
    );
    assert!(matches!(
        refused(&direct),
        Error::Recursion { function: 0, .. }
    ));
    let own =
        parse("(module (memory 1) (func $f (export \"f\") (param i32) (call $f (local.get 0))))");
    assert!(matches!(
        refused(&own),
        Error::Recursion { function: 0, .. }
    ));
    let mutual = body(
        "(func $a (call $b)) (func $b (call $c)) (func $c (call $a))",
        "(if (local.get $i) (then (call $a)))",
    );
    assert!(matches!(
        refused(&mutual),
        Error::Recursion { function: 0, .. }
    ));
}

#[test]
fn what_is_outside_the_subset_is_refused_by_name_and_place() {
    let table = "(type $t (func)) (table 1 funcref) (func $g) (elem (i32.const 0) $g)";
    for (rest, text, operator) in [
        (
            table,
            "(call_indirect (type $t) (i32.const 0))",
            "call_indirect",
        ),
        (table, "(drop (table.size))", "table.size"),
        (
            "(func $g) (elem declare func $g)",
            "(drop (ref.func $g))",
            "ref.func",
        ),
        (
            "(data $d \"x\")",
            "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))",
            "memory.init",
        ),
        (
            "",
            "(drop (memory.atomic.notify (i32.const 0) (i32.const 0)))",
            "memory.atomic.notify",
        ),
    ] {
        let module = body(rest, text);
        let Error::Unsupported {
            operator: found,
            offset,
            function,
        } = refused(&module)
        else {
            panic!("{operator}");
        };
        assert_eq!(found, operator);
        assert!(function < 2 && offset > 0 && offset < module.len());
    }
    let import = parse(
        "(module (import \"env\" \"g\" (func $g)) (memory 1)
           (func (export \"f\") (param i32) (call $g)))",
    );
    assert!(matches!(
        refused(&import),
        Error::Unsupported { function: 1, .. }
    ));
    let start = parse("(module (memory 1) (func $s) (start $s) (func (export \"f\") (param i32)))");
    assert!(matches!(refused(&start), Error::Module { .. }));
}

#[test]
fn a_module_that_only_holds_what_is_outside_the_subset_is_taken() {
    let text = "(module (import \"env\" \"g\" (func $g)) (table 1 funcref) (memory 1)
        (global $r (mut funcref) (ref.null func)) (func $unused (call $g) (call_indirect (i32.const 0)))
        (func (export \"f\") (param i32)))";
    translate(&parse(text), "f", &options(Policy::Mask)).expect("taken");
}

#[test]
fn a_function_that_is_no_compute_function_is_refused() {
    for text in [
        "(func (export \"f\"))",
        "(func (export \"f\") (param f32))",
        "(func (export \"f\") (param i32) (result i32) (i32.const 1))",
        "(func (export \"f\") (param i32 v128))",
        "(func (export \"f\") (param i32 externref))",
    ] {
        let error = refused(&parse(&format!("(module {text})")));
        assert!(matches!(error, Error::Signature { .. }), "{text}: {error}");
    }
    let error = refused(&parse("(module (func (export \"g\") (param i32)))"));
    assert_eq!(
        error.to_string(),
        "the compute module exports no function `f`; it exports `g`"
    );
}

#[test]
fn a_bomb_of_calls_is_too_large() {
    // Each function calls the next ten times: ten to the twelfth calls.
    let functions: String = (0..12)
        .map(|at| {
            let next = if at == 11 {
                "nop".into()
            } else {
                format!("call $g{}", at + 1)
            };
            format!("(func $g{at} {})", format!("({next})").repeat(10))
        })
        .collect();
    let error = refused(&body(&functions, "(call $g0)"));
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: Limit::Instructions,
                ..
            }
        ),
        "{error}"
    );
    let chain: String = (0..1000)
        .map(|at| format!("(func $g{at} (call $g{}))", at + 1))
        .collect();
    let error = refused(&body(&format!("{chain} (func $g1000)"), "(call $g0)"));
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: Limit::Calls,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_bomb_of_locals_is_too_large() {
    let many = "(local i64 i64 i64 i64 i64 i64 i64 i64)".repeat(6000);
    let function = format!("(func $g {many})");
    let error = refused(&body(&function, &"(call $g)".repeat(5000)));
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: Limit::Instructions,
                ..
            }
        ),
        "{error}"
    );
    // Locals that change in blocks within blocks, each of which passes all on.
    let sets: String = (0..2000)
        .map(|at| format!("(local.set {} (local.get $i))", at + 2))
        .collect();
    let locals = "(local i32 i32 i32 i32)".repeat(500);
    let nested = format!("{locals} {}{sets}{}", "(loop ".repeat(400), ")".repeat(400));
    let error = refused(&body("", &nested));
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: Limit::Instructions,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_giant_table_of_branches_is_too_large_or_translated() {
    let table = |entries: usize| {
        let targets = "$a ".repeat(entries);
        body(
            "",
            &format!("(block $a (br_table {targets} (local.get $i)))"),
        )
    };
    let error = refused(&table(120_000));
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: Limit::Instructions,
                ..
            }
        ),
        "{error}"
    );
    let launch = Launch {
        first: 0xffff_fffe,
        count: 2,
        ..Launch::default()
    };
    assert_eq!(run(&table(10_000), Policy::Mask, &launch), None);
}

#[test]
fn blocks_within_blocks_do_not_exhaust_the_stack() {
    for open in ["block ", "loop ", "local.get $i if "] {
        let text = open.repeat(8000) + &"end ".repeat(8000);
        let launch = Launch {
            fuel: 1 << 36,
            ..Launch::default()
        };
        assert_eq!(run(&body("", &text), Policy::Trap, &launch), None, "{open}");
    }
}

#[test]
fn the_largest_launch_ends_at_the_first_trap() {
    let module = body(
        "",
        "(if (i32.ge_u (local.get $i) (i32.const 256)) (then (unreachable)))",
    );
    let launch = Launch {
        threads: 64,
        blocks: 4,
        count: 1 << 32,
        ..Launch::default()
    };
    let record = run(&module, Policy::Mask, &launch).expect("a trap");
    assert_eq!((record.kind, record.index), (TrapKind::Unreachable, 256));
    // The last items of all.
    let launch = Launch {
        first: (1 << 32) - 2,
        count: 2,
        threads: 256,
        ..Launch::default()
    };
    let record = run(&module, Policy::Mask, &launch).expect("a trap");
    assert_eq!(record.index, 0);
}

#[test]
fn loops_with_many_ways_out_and_many_locals_stay_small() {
    let locals: String = (0..60).map(|n| format!("(local $l{n} i32)")).collect();
    let change = |by: usize| -> String {
        let one = |n| format!("(local.set $l{n} (i32.add (local.get $l{n}) (i32.const {by})))");
        (0..60).map(one).collect()
    };
    for ways in [2, 7, 8, 9, 40] {
        let opened: String = (0..ways).map(|n| format!("(block $b{n} ")).collect();
        let closed: String = (0..ways)
            .rev()
            .map(|n| format!("{} )", change(n)))
            .collect();
        let leave: String = (0..ways)
            .map(|n| format!("(br_if $b{n} (i32.eq (local.get $l{n}) (local.get $i)))"))
            .collect();
        let text = format!(
            "{locals} {opened} (loop $l {leave} {} (br_if $l (local.tee $n (i32.sub (local.get $n)
               (i32.const 1))))) {closed} (i32.store (i32.const 0) (local.get $l3))",
            change(1)
        );
        let module = body("", &text);
        let start = Instant::now();
        for policy in POLICIES {
            let translation = translate(&module, "f", &options(policy)).expect("a translation");
            let most = 500_000;
            assert!(
                translation.ptx.len() < most,
                "{} bytes",
                translation.ptx.len()
            );
        }
        assert!(start.elapsed() < Duration::from_secs(60));
        ptx_oracle::agree("many ways", &module, &[], 3, &[]);
    }
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    let module = body(
        "(func $g (param i32) (result i32) (local.get 0))",
        "(drop (call $g (local.get $i)))",
    );
    for length in 0..module.len() {
        // What is left is a module where a section ends.
        if let Err(error) = translate(&module[..length], "f", &options(Policy::Mask)) {
            assert!(
                matches!(error, Error::Invalid { .. } | Error::NoFunction { .. }),
                "{error}"
            );
        }
    }
    // Any byte may be another: an error or a translation, and nothing else.
    for at in 0..module.len() {
        for byte in [0x00, 0x01, 0x0b, 0x40, 0x7f, 0x80, 0xff] {
            let mut bytes = module.clone();
            bytes[at] = byte;
            let _ = translate(&bytes, "f", &options(Policy::Trap));
        }
    }
}

#[test]
fn a_module_that_is_too_long_is_not_read() {
    let mut limited = options(Policy::Mask);
    limited.limits.module_bytes = 20;
    let error = translate(&body("", ""), "f", &limited).expect_err("refused");
    assert!(matches!(
        error,
        Error::TooLarge {
            limit: Limit::ModuleBytes,
            most: 20
        }
    ));
}

#[test]
fn what_is_just_small_enough_is_translated_soon() {
    let access = "(i32.store (local.get $n) (local.get $n))
        (local.set $n (i32.add (local.get $n) (i32.const 4)))";
    let small = format!("(loop $l {access} (br_if $l (i32.ne (local.get $n) (i32.const 64))))");
    let locals = "(local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)".repeat(3);
    let nested = |inside: &str| {
        let sets: String = (2..30)
            .map(|at| {
                format!(
                    "(local.set {at} (i32.add (local.get {}) (local.get {at})))",
                    at + 1
                )
            })
            .collect();
        format!(
            "{locals} {} {sets} {inside} {}",
            "loop ".repeat(250),
            "local.get $n br_if 0 end ".repeat(250)
        )
    };
    let leaving: String = (0..3000)
        .map(|at| {
            format!(
                "(drop (br_if $out (i32.const {at}) (local.get {})))",
                at % 2
            )
        })
        .collect();
    for text in [
        small.repeat(1500),
        nested("nop"),
        format!("(block $out (result i32) {leaving} (i32.const 1)) (drop)"),
        "(block $out (br_if $out (i32.div_u (local.get $i) (local.get $n))))".repeat(3000),
        "(local.set $n (i32.add (local.get $n) (local.get $i)))".repeat(15_000),
        "(if (local.get $i) (then (local.set $n (local.get $i))))".repeat(3000),
    ] {
        for policy in POLICIES {
            let start = Instant::now();
            let module = body("", &text);
            let translation = translate(&module, "f", &options(policy));
            let taken = start.elapsed();
            assert!(translation.is_ok(), "{:?}", translation.err());
            assert!(
                taken < Duration::from_secs(30),
                "{taken:?} for {}",
                &text[..100]
            );
        }
    }
}
