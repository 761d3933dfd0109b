//! Loads, stores and bulk accesses: all widths, offsets and alignments, at every edge.

use operators::{LOADS, STORES};
use ringhost_ptx::{Policy, TrapKind};

use crate::assembler;
use ptx_oracle::machine::{ARENA, Launch, Memory};
use ptx_oracle::{Function, POLICIES, agree, agree_under, both, compile, kind};

pub fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A module whose item `i` loads from the address `p`, and stores what it found at 16.
fn loading(load: &str, memarg: &str) -> Vec<u8> {
    let ty = &load[..3];
    parse(&format!(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (param $p i32)
           ({ty}.store (i32.const 16) ({load} {memarg} (local.get $p)))))"
    ))
}

/// A module whose item `i` stores a pattern at the address `p`.
fn storing(store: &str, memarg: &str) -> Vec<u8> {
    let ty = &store[..3];
    let value = match ty {
        "i32" => "(i32.const 0x81828384)",
        "i64" => "(i64.const 0x8182838485868788)",
        "f32" => "(f32.const nan:0x212345)",
        _ => "(f64.const -nan:0x2123456789abc)",
    };
    parse(&format!(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (param $p i32)
           ({store} {memarg} (local.get $p) {value})))"
    ))
}

/// The bytes 0x80, 0x81, ... so that signs show.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| 0x80 | (at * 7) as u8).collect()
}

#[test]
fn accesses_at_good_addresses_do_what_wasmtime_does() {
    for (access, bytes, stores) in (LOADS.iter().map(|(name, bytes)| (name, bytes, false)))
        .chain(STORES.iter().map(|(name, bytes)| (name, bytes, true)))
    {
        let last = 65536 - bytes;
        for (memarg, address) in [
            (String::new(), 64),
            (String::new(), last),
            (format!("offset={bytes}"), 64),
            (format!("offset={last}"), 0),
            // An offset that takes the address to where it is aligned.
            (format!("offset={}", bytes + 1), 63 + bytes),
            (format!("offset={}", bytes - 1), 65),
        ] {
            let module = if stores {
                storing(access, &memarg)
            } else {
                loading(access, &memarg)
            };
            let what = format!("{access} {memarg} at {address}");
            agree(&what, &module, &pattern(65536), 1, &[u64::from(address)]);
        }
    }
}

#[test]
fn accesses_that_promise_no_alignment_need_none() {
    for (access, bytes, stores) in (LOADS.iter().map(|(name, bytes)| (name, *bytes, false)))
        .chain(STORES.iter().map(|(name, bytes)| (name, *bytes, true)))
    {
        for align in [1, 2, 4].into_iter().filter(|align| *align < bytes) {
            let memarg = format!("offset=8 align={align}");
            let module = if stores {
                storing(access, &memarg)
            } else {
                loading(access, &memarg)
            };
            for address in (64..64 + bytes).step_by(align as usize) {
                let what = format!("{access} {memarg} at {address}");
                agree(&what, &module, &pattern(256), 1, &[u64::from(address)]);
            }
        }
    }
}

/// Addresses out of bounds by one, by much, and by what wraps.
fn bad_addresses(bytes: u32, offset: u32) -> Vec<u32> {
    let end = 65536 - bytes - offset.min(65536 - bytes);
    vec![
        end + 1,
        end + bytes,
        65535 + bytes,
        0x7fff_fff8,
        0x8000_0000,
        0xffff_fff8,
        u32::MAX - 3,
    ]
}

#[test]
fn a_bad_access_traps_where_wasmtime_traps_and_never_leaves_the_arena() {
    for (access, bytes, stores) in (LOADS.iter().map(|(name, bytes)| (name, *bytes, false)))
        .chain(STORES.iter().map(|(name, bytes)| (name, *bytes, true)))
    {
        for (offset, align) in [
            (0, bytes),
            (0, 1),
            (8, bytes),
            (65528, 1),
            (65536, bytes),
            (u32::MAX, 1),
        ] {
            let memarg = format!("offset={offset} align={align}");
            let module = if stores {
                storing(access, &memarg)
            } else {
                loading(access, &memarg)
            };
            for address in bad_addresses(bytes, offset) {
                let what = format!("{access} {memarg} at {address:#x}");
                let end = u64::from(address) + u64::from(offset) + u64::from(bytes);
                let aligned =
                    (u64::from(address) + u64::from(offset)).is_multiple_of(u64::from(align));
                let mut wasm = Function::new(&module);
                let wanted = wasm.run(0, &[u64::from(address)]).err().map(kind);
                assert_eq!(wanted.is_some(), end > 65536, "{what}");
                for policy in POLICIES {
                    let compiled = compile(&module, policy);
                    let mut memory = compiled.memory();
                    let parameters = vec![u64::from(address)];
                    let launch = Launch {
                        parameters,
                        ..Launch::default()
                    };
                    let found = compiled.run(&mut memory, &launch).map(|record| record.kind);
                    match policy {
                        Policy::Mask => assert_eq!(found, None, "{what}"),
                        Policy::Trap if wanted.is_none() && !aligned => {
                            assert_eq!(found, Some(TrapKind::Misaligned), "{what}");
                        }
                        Policy::Trap => {
                            assert_eq!(found, wanted, "{what}");
                            if wanted.is_some() {
                                assert!(memory.linear().iter().all(|b| *b == 0), "{what} wrote");
                            }
                        }
                        Policy::Deferred => {
                            let bad = wanted.is_some() || !aligned;
                            assert_eq!(found, bad.then_some(TrapKind::BadAccess), "{what}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_misaligned_access_is_a_trap_or_goes_to_the_address_below() {
    let module = storing("i64.store", "");
    for (policy, record, written) in [
        (Policy::Trap, Some(TrapKind::Misaligned), 0),
        (Policy::Deferred, Some(TrapKind::BadAccess), 0x88),
        (Policy::Mask, None, 0x88),
    ] {
        let compiled = compile(&module, policy);
        let mut memory = compiled.memory();
        let launch = Launch {
            parameters: vec![67],
            ..Launch::default()
        };
        let found = compiled.run(&mut memory, &launch);
        assert_eq!(found.map(|record| record.kind), record);
        if let Some(found) = found {
            let operator = if policy == Policy::Trap { 0x37 } else { 0x0b };
            let at = found.offset as usize;
            assert_eq!(module[at], operator, "i64.store, or the end");
        }
        assert_eq!(memory.linear()[64], written);
    }
}

#[test]
fn bulk_operators_do_what_wasmtime_does() {
    let copy = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $to i32) (param $from i32) (param $n i32)
             (memory.copy (local.get $to) (local.get $from) (local.get $n))))",
    );
    let fill = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $to i32) (param $byte i32) (param $n i32)
             (memory.fill (local.get $to) (local.get $byte) (local.get $n))))",
    );
    for [to, from, n] in [
        [64, 0, 40],
        [64, 60, 40],
        [60, 64, 40],
        [61, 64, 39],
        [64, 61, 39],
        [64, 64, 12],
        [3, 9, 0],
        [65536, 0, 0],
        [0, 65536, 0],
        [65500, 0, 36],
        [0, 65500, 36],
    ] {
        agree(
            &format!("copy {to} {from} {n}"),
            &copy,
            &pattern(65536),
            1,
            &[to, from, n],
        );
        agree(
            &format!("fill {to} {from} {n}"),
            &fill,
            &pattern(65536),
            1,
            &[to, from.min(65535), n],
        );
    }
    for [to, from, n] in [
        [65500, 0, 37],
        [0, 65500, 37],
        [65537, 0, 0],
        [0xffff_ffff, 0, 1],
        [0, 0, 0xffff_ffff],
        [0xffff_fffc, 0, 8],
    ] {
        let what = format!("copy {to} {from} {n}");
        agree_under(
            &what,
            &copy,
            &pattern(65536),
            1,
            &[to, from, n],
            &[Policy::Trap],
        );
        if from != 65500 {
            agree_under(
                &what,
                &fill,
                &pattern(65536),
                1,
                &[to, from, n],
                &[Policy::Trap],
            );
        }
    }
}

#[test]
fn the_memory_has_the_size_that_it_was_made_with_and_does_not_grow() {
    let module = parse(
        "(module (memory (export \"memory\") 2 2) (func (export \"f\") (param $i i32)
           (i32.store (i32.const 0) (memory.size))
           (i32.store (i32.const 4) (memory.grow (i32.const 0)))
           (i32.store (i32.const 8) (memory.grow (i32.const 1)))))",
    );
    agree("size and growth", &module, &[], 1, &[]);
}

#[test]
fn ptxas_takes_every_access() {
    let mut all = Vec::new();
    for policy in POLICIES {
        for (align, offset) in [(1, 8), (8, 8), (1, 1 << 20)] {
            for (name, bytes) in LOADS {
                let memarg = format!("offset={offset} align={}", align.min(bytes));
                all.extend(both(&loading(name, &memarg), policy));
            }
            for (name, bytes) in STORES {
                let memarg = format!("offset={offset} align={}", align.min(bytes));
                all.extend(both(&storing(name, &memarg), policy));
            }
        }
    }
    assembler::accepts(&all);
}

#[test]
fn the_longest_memory_is_fenced_at_its_very_end() {
    let store = |offset: u64| storing("i32.store", &format!("offset={offset}"));
    // A loop over the last words, whose accesses are checked once.
    let words = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $p i32)
             (loop $l
               (i32.store (local.get $p) (i32.const 0x81828384))
               (local.set $p (i32.add (local.get $p) (i32.const 4)))
               (br_if $l (i32.ne (local.get $p) (i32.const 0))))))",
    );
    let past = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $p i32) (local $n i32)
             (local.set $n (i32.const 3))
             (loop $l
               (i32.store (local.get $p) (i32.const 0x81828384))
               (local.set $p (i32.add (local.get $p) (i32.const 4)))
               (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))",
    );
    let bad = Some(TrapKind::OutOfBounds);
    for (what, module, address, outcome, last) in [
        ("the last word", store(0), 0xffff_fffc_u64, None, 0x81),
        ("by an offset", store(0xffff_fff8), 4, None, 0x81),
        ("by a small offset", store(12), 0xffff_fff0, None, 0x81),
        ("beyond, by a small offset", store(4), 0xffff_fffc, bad, 0),
        ("beyond, by an offset", store(0xffff_fffc), 4, bad, 0),
        ("beyond by 4 GiB", store(0xffff_fffc), 0xffff_fffc, bad, 0),
        (
            "the last three words",
            words.clone(),
            0xffff_fff4,
            None,
            0x81,
        ),
        // The third store wraps to address 0, as in WebAssembly.
        ("round the end", past, 0xffff_fff8, None, 0x81),
    ] {
        for policy in POLICIES {
            let compiled = compile(&module, policy);
            let mut memory = Memory::longest();
            let parameters = vec![address];
            let launch = Launch {
                parameters,
                ..Launch::default()
            };
            let found = compiled.run(&mut memory, &launch).map(|record| record.kind);
            match policy {
                Policy::Mask => assert_eq!(found, None, "{what}"),
                Policy::Trap => assert_eq!(found, outcome, "{what}"),
                Policy::Deferred => assert_eq!(found.is_some(), outcome.is_some(), "{what}"),
            }
            if policy == Policy::Trap || outcome.is_none() {
                assert_eq!(
                    memory.read(ARENA + 0xffff_ffff, 1),
                    Ok(last),
                    "{what} {policy:?}"
                );
            }
        }
    }
}
