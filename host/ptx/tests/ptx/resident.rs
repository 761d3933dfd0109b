//! A function that resides on the device: what it answers, beside what wasmtime does with the same messages,
//! and when it ends.

use ptx_oracle::machine::{Beside, Kernel, Memory, Residence, reside};
use ptx_oracle::{Function, POLICIES, fences, options};
use ringhost_ptx::{
    Policy, Record, Ring, Target, Translation, TrapKind, translate, translate_resident,
};

use crate::assembler;

/// Adds to each item's word of the state that of the message, and answers the sum divided by the word behind
/// the message's others. Where that says so, it loops for so long first.
const SUMS: &str = "(module (memory (export \"memory\") 1)
    (func (export \"f\") (param $i i32) (param $n i32) (param $in i32) (param $out i32) (param $state i32)
      (local $at i32) (local $by i32)
      (local.set $at (i32.shl (local.get $i) (i32.const 2)))
      (local.set $by (i32.load (i32.add (local.get $in) (i32.shl (local.get $n) (i32.const 2)))))
      (if (i32.gt_u (local.get $by) (i32.const 1000)) (then
        (loop $more (br_if $more (local.tee $by (i32.sub (local.get $by) (i32.const 1)))))
        (local.set $by (i32.const 1))))
      (i32.store (i32.add (local.get $state) (local.get $at))
        (i32.add (i32.load (i32.add (local.get $state) (local.get $at)))
          (i32.load (i32.add (local.get $in) (local.get $at)))))
      (i32.store (i32.add (local.get $out) (local.get $at))
        (i32.div_u (i32.load (i32.add (local.get $state) (local.get $at))) (local.get $by)))))";

const INPUT: u32 = 4096;
const OUTPUT: u32 = 16384;
const STATE: u32 = 32768;

fn translation(text: &str, policy: Policy) -> Translation {
    let module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    let translation = translate_resident(&module, "f", &options(policy)).expect("a translation");
    fences::check(&Kernel::parse(&translation.ptx), policy);
    translation
}

/// A loop with so many items, in so many threads.
fn residence(items: u32, threads: u32, depth: u32) -> Residence {
    Residence {
        ring: Ring {
            depth,
            inputs: 4 * (items + 1),
            outputs: 4 * items,
        },
        threads,
        backwards: false,
        items,
        fuel: 1 << 40,
        stack: 0,
        input: INPUT,
        output: OUTPUT,
        polls: 1 << 30,
        parameters: [items, INPUT, OUTPUT, STATE].map(u64::from).to_vec(),
    }
}

fn empty() -> Memory {
    Memory::new(&[0; 65536])
}

fn words(words: impl IntoIterator<Item = u32>) -> Vec<u8> {
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// A message: numbers that depend on its own, and what they are to be divided by.
fn message(number: u32, items: u32, by: u32) -> Vec<u8> {
    let word = |item: u32| (number * 31 + item).wrapping_mul(2_654_435_761) >> 4;
    words((0..items).map(word).chain([by]))
}

/// Numbers without a pattern, from a seed.
fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    *seed >> 33
}

#[test]
fn messages_are_answered_in_order_as_wasmtime_answers_them_on_any_schedule() {
    const MESSAGES: u32 = 9;
    for (items, threads, depth, backwards) in [
        (1, 32, 1, false),
        (5, 32, 3, true),
        (40, 64, 2, false),
        (300, 256, 4, true),
        (1024, 256, 1, false),
    ] {
        let mut expected = Function::new(&wat::parse_str(SUMS).unwrap());
        let mut answers = Vec::new();
        let parameters = residence(items, threads, depth).parameters;
        for number in 0..MESSAGES {
            let bytes = message(number, items, 3);
            expected.memory()[INPUT as usize..][..bytes.len()].copy_from_slice(&bytes);
            for item in 0..items {
                expected.run(item.into(), &parameters).unwrap();
            }
            let answer = &expected.memory()[OUTPUT as usize..][..4 * items as usize];
            answers.push(answer.to_vec());
        }
        for (policy, seed) in POLICIES.into_iter().zip([1, 2, 3]) {
            let residence = Residence {
                backwards,
                ..residence(items, threads, depth)
            };
            let (mut seed, mut given, mut next, mut found) = (seed, 0, 0, Vec::new());
            let mut memory = empty();
            reside(
                &translation(SUMS, policy),
                &mut memory,
                &residence,
                |beside, tick| {
                    if tick < next {
                        return;
                    }
                    next = tick + chance(&mut seed) % 3000;
                    while (found.len() as u32) < beside.answered() && chance(&mut seed) & 3 > 0 {
                        found.push(beside.answer(found.len() as u32));
                    }
                    if given < MESSAGES && given < found.len() as u32 + depth {
                        beside.message(given, &message(given, items, 3));
                        given += 1;
                        beside.give(given, Ring::GO);
                    } else if found.len() as u32 == MESSAGES {
                        beside.give(given, Ring::LAST);
                    }
                },
            );
            assert!(found.iter().all(|(verdict, _)| *verdict == Record::CLEAR));
            let found: Vec<Vec<u8>> = found.into_iter().map(|(_, bytes)| bytes).collect();
            assert!(found == answers, "{items} items, {policy:?}");
            assert!(memory.linear() == &*expected.memory());
        }
    }
}

/// Gives all messages at once, and ends when they are answered.
fn all(beside: &mut Beside<'_>, tick: u64, messages: &[Vec<u8>], control: u32) {
    if tick == 1 {
        for (number, message) in (0..).zip(messages) {
            beside.message(number, message);
        }
        beside.give(messages.len() as u32, control);
    }
}

#[test]
fn a_trap_is_told_with_its_message_and_the_loop_is_launched_again_behind_it() {
    let translation = translation(SUMS, Policy::Mask);
    let mut memory = empty();
    let messages: Vec<_> = [2, 0, 5].map(|by| message(by, 40, by)).to_vec();
    let residence = residence(40, 32, 8);
    let mut beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        all(beside, tick, &messages, Ring::GO);
    });
    // It has ended by itself, and what is behind the trap is not begun.
    assert_eq!(beside.answered(), 2);
    assert_eq!(beside.answer(0).0, Record::CLEAR);
    let trapped = translation.trapped(beside.answer(1).0).expect("a trap");
    assert_eq!((trapped.kind, trapped.index), (TrapKind::DivisionByZero, 0));
    assert_eq!(beside.memory.lowest(), Record::CLEAR);
    beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        all(beside, tick, &messages[2..], Ring::LAST);
    });
    assert_eq!((beside.answered(), beside.answer(0).0), (1, Record::CLEAR));
}

#[test]
fn the_lowest_item_that_traps_is_told_of() {
    let text = "(module (memory (export \"memory\") 1)
        (func (export \"f\") (param $i i32) (param i32 i32 i32 i32)
          (if (i32.gt_u (i32.rem_u (local.get $i) (i32.const 50)) (i32.const 33)) (then unreachable))))";
    for policy in POLICIES {
        let translation = translation(text, policy);
        for (threads, backwards) in [(32, false), (32, true), (128, true), (256, false)] {
            let mut memory = empty();
            let residence = Residence {
                backwards,
                ..residence(700, threads, 1)
            };
            let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
                all(beside, tick, &[message(0, 700, 0)], Ring::LAST);
            });
            let trapped = translation.trapped(beside.answer(0).0).expect("a trap");
            assert_eq!((trapped.kind, trapped.index), (TrapKind::Unreachable, 34));
        }
    }
}

#[test]
fn each_item_has_the_same_fuel_for_each_message() {
    let translation = translation(SUMS, Policy::Mask);
    for (fuel, kind) in [(2000, None), (1999, Some(TrapKind::OutOfFuel))] {
        let mut memory = empty();
        let residence = Residence {
            fuel,
            ..residence(3, 32, 4)
        };
        let messages: Vec<_> = (0..4).map(|number| message(number, 3, 2000)).collect();
        let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
            all(beside, tick, &messages, Ring::LAST);
        });
        let last = beside.answered() - 1;
        assert_eq!(last, if kind.is_none() { 3 } else { 0 });
        let trapped = translation.trapped(beside.answer(last).0);
        assert_eq!(trapped.map(|trapped| trapped.kind), kind);
    }
}

#[test]
fn the_host_ends_it_between_two_messages_and_cancels_one_that_runs() {
    let translation = translation(SUMS, Policy::Mask);
    // Told to end while it is at the first, it does not begin the second.
    let mut memory = empty();
    let messages: Vec<_> = (0..3).map(|number| message(number, 40, 1)).collect();
    let residence = residence(40, 32, 4);
    let mut is_told = false;
    let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        all(beside, tick, &messages, Ring::GO);
        // The word of the second item is changed by the first message.
        if !is_told && beside.memory.linear()[STATE as usize + 4..][..4] != [0; 4] {
            is_told = true;
            beside.give(3, Ring::END);
        }
    });
    assert_eq!(beside.answered(), 1);
    // A message without an end is not answered.
    let mut memory = empty();
    let endless = [message(0, 40, 1), message(1, 40, u32::MAX)];
    let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        all(beside, tick, &endless, Ring::GO);
        if tick == 1_000_000 {
            beside.cancel();
        }
    });
    assert_eq!(beside.answered(), 1);
    // Where it waits, a cancel ends the next message.
    let mut memory = empty();
    let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        if tick == 10_000 {
            beside.cancel();
            beside.message(0, &messages[0]);
            beside.give(1, Ring::GO);
        }
    });
    assert_eq!(beside.answered(), 0);
}

#[test]
fn it_ends_by_itself_when_no_message_comes() {
    let translation = translation(SUMS, Policy::Mask);
    let residence = Residence {
        polls: 50,
        ..residence(5, 32, 2)
    };
    let mut last = 0;
    let mut memory = empty();
    let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        last = tick;
        // A message begins the count again.
        if tick == 400 {
            beside.message(0, &message(0, 5, 1));
            beside.give(1, Ring::GO);
        }
    });
    assert_eq!(beside.answered(), 1);
    assert!(last < 5000, "{last}");
}

#[test]
fn it_keeps_a_c_stack_for_each_thread() {
    let text = "(module (memory (export \"memory\") 1)
        (global $__stack_pointer (export \"__stack_pointer\") (mut i32) (i32.const 65536))
        (func (export \"f\") (param $i i32) (param $n i32) (param $in i32) (param $out i32) (param $state i32)
          (local $at i32)
          (global.set $__stack_pointer
            (local.tee $at (i32.sub (global.get $__stack_pointer) (i32.const 32))))
          (i32.store (local.get $at)
            (i32.load (i32.add (local.get $in) (i32.shl (local.get $i) (i32.const 2)))))
          (i32.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2)))
            (i32.xor (i32.load (local.get $at)) (local.get $i)))
          (global.set $__stack_pointer (i32.add (local.get $at) (i32.const 32)))))";
    let translation = translation(text, Policy::Trap);
    assert_eq!(translation.stack.map(|stack| stack.bytes), Some(32));
    let mut memory = empty();
    let residence = Residence {
        stack: 49152,
        ..residence(70, 64, 2)
    };
    let sent = message(9, 70, 0);
    let beside = reside(&translation, &mut memory, &residence, |beside, tick| {
        all(beside, tick, std::slice::from_ref(&sent), Ring::LAST);
    });
    let wanted = sent
        .chunks_exact(4)
        .zip(0..70)
        .map(|(word, item)| u32::from_le_bytes(word.try_into().expect("a word")) ^ item);
    assert_eq!(beside.answer(0), (Record::CLEAR, words(wanted)));
}

#[test]
fn the_assembler_takes_it_on_both_architectures() {
    let mut all = Vec::new();
    for text in [SUMS, crate::golden::LOOP] {
        let module = wat::parse_str(text).expect("WAT");
        for policy in POLICIES {
            for target in [Target::Sm80, Target::Sm90] {
                let options = ringhost_ptx::Options {
                    target,
                    ..options(policy)
                };
                all.push(translate_resident(&module, "f", &options).expect("a translation"));
                // It has the places of traps that a launch has.
                let launch = translate(&module, "f", &options).expect("a translation");
                assert_eq!(all.last().map(|one| &one.sites), Some(&launch.sites));
            }
        }
    }
    assembler::accepts(&all);
}
