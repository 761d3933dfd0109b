//! The record of a batch: which trap is told of, what is run beside it, and how a host ends it all.

use ptx_oracle::machine::Fault;
use ringhost_ptx::{Ending, Policy, Record, TrapKind};

use ptx_oracle::machine::{Launch, Memory};
use ptx_oracle::{POLICIES, compile};

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Item `i` traps where it is 40, 41, 57 or 99, and else counts in its word; `rest` comes before.
fn trapping(rest: &str) -> Vec<u8> {
    parse(&format!(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (local $n i32)
           {rest}
           (if (i32.or (i32.or (i32.eq (local.get $i) (i32.const 40)) (i32.eq (local.get $i) (i32.const 41)))
                       (i32.or (i32.eq (local.get $i) (i32.const 57)) (i32.eq (local.get $i) (i32.const 99))))
             (then (i32.store (i32.const 4096) (i32.div_u (i32.const 1) (i32.const 0)))))
           (i32.store (i32.shl (local.get $i) (i32.const 2))
             (i32.add (i32.const 1) (i32.load (i32.shl (local.get $i) (i32.const 2)))))))"
    ))
}

const TURNS: &str = "(loop $l (br_if $l (i32.lt_u
    (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3))))";

/// How often each item ran to its end.
fn counts(memory: &Memory) -> Vec<u8> {
    memory.linear()[..480].iter().copied().step_by(4).collect()
}

const GRIDS: [(u32, u32, bool); 9] = [
    (1, 1, false),
    (1, 7, false),
    (1, 7, true),
    (3, 32, false),
    (3, 32, true),
    (1, 128, false),
    (1, 128, true),
    (4, 64, true),
    (16, 2, true),
];

#[test]
fn the_lowest_item_that_traps_is_told_of_on_any_grid_and_all_below_run() {
    for rest in ["", TURNS] {
        for policy in POLICIES {
            let compiled = compile(&trapping(rest), policy);
            for (blocks, threads, backwards) in GRIDS {
                let mut memory = compiled.memory();
                let launch = Launch {
                    blocks,
                    threads,
                    backwards,
                    count: 120,
                    ordinal: 4000,
                    ..Launch::default()
                };
                let trapped = compiled.run(&mut memory, &launch).expect("a trap");
                let what = format!("{blocks} of {threads}, {backwards}");
                assert_eq!((trapped.ordinal, trapped.index), (4000, 40), "{what}");
                assert_eq!(trapped.kind, TrapKind::DivisionByZero);
                assert!(
                    counts(&memory)[..40].iter().all(|count| *count == 1),
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn an_item_is_told_of_by_how_far_it_is_from_the_first() {
    let compiled = compile(&trapping(""), Policy::Mask);
    let launch = Launch {
        first: 50,
        count: 20,
        threads: 4,
        ..Launch::default()
    };
    let trapped = compiled
        .run(&mut compiled.memory(), &launch)
        .expect("a trap");
    assert_eq!((trapped.ordinal, trapped.index), (0, 7));
}

#[test]
fn launches_behind_one_that_trapped_do_nothing() {
    for rest in ["", TURNS] {
        let compiled = compile(&trapping(rest), Policy::Trap);
        let mut memory = compiled.memory();
        let first = Launch {
            threads: 32,
            count: 120,
            ordinal: 6,
            ..Launch::default()
        };
        let trapped = compiled.run(&mut memory, &first).expect("a trap");
        let before = counts(&memory);
        let second = Launch {
            ordinal: 7,
            ..first.clone()
        };
        assert_eq!(compiled.run(&mut memory, &second), Some(trapped));
        assert_eq!(counts(&memory), before);
        // Nor do any where the host has latched the trap.
        memory.latch();
        let again = Launch {
            ordinal: 0,
            ..first
        };
        assert_eq!(compiled.run(&mut memory, &again), None);
        assert_eq!(counts(&memory), before);
        assert_eq!(memory.lowest(), Record::CLEAR);
        memory.clear_record();
        assert_eq!(
            compiled.run(&mut memory, &again).map(|t| t.ordinal),
            Some(0)
        );
        assert_ne!(counts(&memory), before);
    }
}

#[test]
fn a_trap_of_a_later_launch_does_not_hide_one_of_an_earlier() {
    let compiled = compile(&trapping(""), Policy::Mask);
    let mut memory = compiled.memory();
    let later = Launch {
        count: 120,
        ordinal: 3,
        ..Launch::default()
    };
    let earlier = Launch {
        ordinal: 2,
        threads: 128,
        ..later.clone()
    };
    assert_eq!(
        compiled.run(&mut memory, &later).map(|t| t.ordinal),
        Some(3)
    );
    assert_eq!(
        compiled.run(&mut memory, &earlier).map(|t| t.ordinal),
        Some(2)
    );
    assert_eq!(
        compiled.run(&mut memory, &later).map(|t| t.ordinal),
        Some(2)
    );
}

#[test]
fn one_item_that_runs_long_is_cancelled_after_a_slice() {
    let endless = [
        "(loop $l (br $l))",
        "(loop $l (loop $m (br_if $l (i32.load (i32.const 0))) (br $m)))",
        // A loop whose rounds are known has a copy, which does not look by itself.
        "(loop $l
           (i32.store (i32.and (local.get $n) (i32.const 0xfff)) (local.get $n))
           (br_if $l (i32.ne (i32.const 0)
             (local.tee $n (i32.add (local.get $n) (i32.const 4))))))",
    ];
    for text in endless {
        let module = parse(&format!(
            "(module (memory (export \"memory\") 1)
               (func $g) (func (export \"f\") (param $i i32) (local $n i32) {text}))"
        ));
        for policy in POLICIES {
            let compiled = compile(&module, policy);
            let mut memory = compiled.memory();
            let launch = Launch {
                fuel: 1 << 36,
                cancelled_after: Some(1000),
                most: 1500,
                ..Launch::default()
            };
            assert_eq!(compiled.run_short(&mut memory, &launch), None, "{text}");
            assert_eq!(Ending::read(memory.lowest()), Some(Ending::Cancelled));
            // It has ended before the machine would have ended it.
            let launch = Launch {
                cancelled_after: None,
                ..launch
            };
            let mut memory = compiled.memory();
            let ended = ptx_oracle::machine::run(&compiled.short, &mut memory, &launch);
            assert!(matches!(ended, Err(Fault::Stopped(_))), "{text}");
        }
    }
}

#[test]
fn items_are_cancelled_between_each_other() {
    for (rest, most) in [("", 17), (TURNS, 3)] {
        let compiled = compile(&trapping(rest), Policy::Mask);
        let mut memory = compiled.memory();
        let launch = Launch {
            count: 40,
            cancelled_after: Some(1),
            ..Launch::default()
        };
        assert_eq!(compiled.run(&mut memory, &launch), None);
        let ran = counts(&memory).iter().filter(|count| **count > 0).count();
        assert_eq!(ran, 0, "the host was first");
        memory.clear_record();
        let launch = Launch {
            cancelled_after: Some(100),
            ..launch
        };
        assert_eq!(compiled.run(&mut memory, &launch), None);
        let ran = counts(&memory).iter().filter(|count| **count > 0).count();
        assert!(ran <= most, "{ran} ran");
    }
}
