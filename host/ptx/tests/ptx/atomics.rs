//! Atomic operators, one thread at a time: each does what its parts do, for wasmtime is built without
//! them here.

use operators::RMW;
use ringhost_ptx::{Policy, TrapKind};

use crate::assembler;
use crate::memory::{parse, pattern};
use ptx_oracle::machine::Launch;
use ptx_oracle::{Function, POLICIES, both, compile};

/// What an atomic operator does with what it finds, in operators that wasmtime has.
fn plainly(atomic: &str) -> Option<String> {
    let (ty, rest) = atomic.split_once(".atomic.").expect("an atomic operator");
    Some(match rest.strip_prefix("rmw.") {
        None => format!("{ty}.{rest}"),
        Some("xchg" | "cmpxchg") => return None,
        Some(op) => format!("{ty}.{op}"),
    })
}

#[test]
fn atomic_operators_do_what_their_parts_do() {
    for ty in ["i32", "i64"] {
        for op in RMW {
            let name = format!("{ty}.atomic.rmw.{op}");
            let expected = if op == "cmpxchg" {
                format!("({ty}.const -2)")
            } else {
                String::new()
            };
            let body = |access: &str| {
                parse(&format!(
                    "(module (memory (export \"memory\") 1)
                       (func (export \"f\") (param $i i32) (local $p i32) (local $old {ty})
                         (local.set $p (i32.mul (local.get $i) (i32.const 8)))
                         (local.set $old ({ty}.load offset=64 (local.get $p)))
                         {access}))"
                ))
            };
            let keep = format!("({ty}.store offset=128 (local.get $p)");
            let atomic = body(&format!(
                "{keep} ({name} offset=64 (local.get $p) {expected} ({ty}.const -7)))"
            ));
            let new = match (plainly(&name), op) {
                (Some(plain), _) => format!("({plain} (local.get $old) ({ty}.const -7))"),
                (None, "xchg") => format!("({ty}.const -7)"),
                _ => format!(
                    "(select ({ty}.const -7) (local.get $old)
                       ({ty}.eq (local.get $old) ({ty}.const -2)))"
                ),
            };
            let plain = body(&format!(
                "({ty}.store offset=64 (local.get $p) {new}) {keep} (local.get $old))"
            ));
            let mut bytes = pattern(96);
            bytes[64..80].fill(0xff);
            bytes[64] = 0xfe;
            same(&name, &atomic, &plain, &bytes, 4);
        }
        for (op, width) in [("", 0), ("8", 1), ("16", 2), ("32", 4)] {
            if ty == "i32" && width == 4 {
                continue;
            }
            let sign = if width == 0 { "" } else { "_u" };
            let body = |atomic: &str| {
                parse(&format!(
                    "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32)
                       (local $p i32) (local.set $p (i32.mul (local.get $i) (i32.const 8)))
                       ({ty}{atomic}.store{op} offset=128 (local.get $p)
                         ({ty}{atomic}.load{op}{sign} offset=64 (local.get $p)))))"
                ))
            };
            same(
                &format!("{ty}.atomic.load{op}"),
                &body(".atomic"),
                &body(""),
                &pattern(96),
                4,
            );
        }
    }
}

#[test]
fn atomic_operators_on_parts_of_words_do_what_their_parts_do() {
    for (ty, bits) in [
        ("i32", 8),
        ("i32", 16),
        ("i64", 8),
        ("i64", 16),
        ("i64", 32),
    ] {
        for op in RMW {
            let name = format!("{ty}.atomic.rmw{bits}.{op}_u");
            let expected = match op {
                "cmpxchg" => format!("({ty}.const 0xfe)"),
                _ => String::new(),
            };
            // Every place of a word that is aligned, with an offset that is a place's length.
            let bytes = bits / 8;
            let body = |access: &str| {
                parse(&format!(
                    "(module (memory (export \"memory\") 1)
                       (func (export \"f\") (param $i i32) (local $p i32) (local $old {ty})
                         (local.set $p (i32.mul (local.get $i) (i32.const {bytes})))
                         (local.set $old ({ty}.load{bits}_u offset={bytes} (local.get $p)))
                         {access}))"
                ))
            };
            let keep = format!("({ty}.store offset=128 (i32.shl (local.get $p) (i32.const 3))");
            let atomic = body(&format!(
                "{keep} ({name} offset={bytes} (local.get $p) {expected} ({ty}.const -7)))"
            ));
            let new = match op {
                "xchg" => format!("({ty}.const -7)"),
                "cmpxchg" => format!(
                    "(select ({ty}.const -7) (local.get $old)
                       ({ty}.eq (local.get $old) ({ty}.const 0xfe)))"
                ),
                op => format!("({ty}.{op} (local.get $old) ({ty}.const -7))"),
            };
            let plain = body(&format!(
                "({ty}.store{bits} offset={bytes} (local.get $p) {new}) {keep} (local.get $old))"
            ));
            let mut bytes = pattern(64);
            bytes[6] = 0xfe;
            bytes[12] = 0xfe;
            bytes[13] = 0;
            same(&name, &atomic, &plain, &bytes, 8);
        }
    }
}

/// Holds the translation of one module against what wasmtime does with another.
fn same(what: &str, module: &[u8], plain: &[u8], bytes: &[u8], items: u64) {
    let mut wanted = Function::new(plain);
    wanted.memory()[..bytes.len()].copy_from_slice(bytes);
    for item in 0..items {
        wanted.run(item, &[]).expect("no trap");
    }
    for policy in POLICIES {
        let compiled = compile(module, policy);
        let mut memory = compiled.memory();
        memory.linear_mut()[..bytes.len()].copy_from_slice(bytes);
        let launch = Launch {
            count: items,
            ..Launch::default()
        };
        assert_eq!(compiled.run(&mut memory, &launch), None, "{what}");
        assert!(memory.linear() == wanted.memory(), "{what}, {policy:?}");
    }
    assembler::accepts(&POLICIES.map(|policy| both(module, policy)).concat());
}

#[test]
fn a_misaligned_atomic_access_is_a_trap() {
    let module = parse(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (param $p i32)
           (drop (i32.atomic.rmw.add (local.get $p) (i32.const 1)))))",
    );
    let narrow = parse(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (param $p i32)
           (drop (i32.atomic.rmw16.add_u offset=2 (local.get $p) (i32.const 1)))))",
    );
    for (module, address, kind) in [
        (&module, 66, TrapKind::Misaligned),
        (&module, 65536, TrapKind::OutOfBounds),
        (&narrow, 65, TrapKind::Misaligned),
        (&narrow, 65534, TrapKind::OutOfBounds),
        (&narrow, 0xffff_fffe, TrapKind::OutOfBounds),
    ] {
        let compiled = compile(module, Policy::Trap);
        let parameters = vec![address];
        let launch = Launch {
            parameters,
            ..Launch::default()
        };
        let record = compiled.run(&mut compiled.memory(), &launch);
        assert_eq!(record.map(|record| record.kind), Some(kind), "{address:#x}");
    }
}
