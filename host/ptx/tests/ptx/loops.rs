//! Loops that get a copy without fences: whatever they start with, both do what wasmtime does.
//!
//! `RINGHOST_PTX_LOOPS` says how many (100 where it is not set), `RINGHOST_PTX_SEED` which.

use ringhost_ptx::{Policy, TrapKind};

use crate::assembler;
use crate::random::{Numbers, number};
use ptx_oracle::machine::{Launch, Memory};
use ptx_oracle::{Compiled, Function, POLICIES, both, compile, kind};

/// A loop that reads and writes at two pointers, and how it counts.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// By how much the pointers grow.
    steps: [i32; 2],
    /// By how much the counter grows; 0 for what the loop is started with.
    count: i32,
    /// What is compared: with what, and whether before the counter grows.
    compare: &'static str,
    early: bool,
    /// Whether the comparison comes before the first round.
    first: bool,
    /// Whether the second pointer grows by what the loop is started with.
    stride: bool,
    /// Whether the first address is made of the counter, with an OR.
    or: bool,
    /// Constant distances of the accesses.
    distances: [i32; 2],
    offset: u32,
    /// What is read and written.
    access: [&'static str; 2],
    /// What else a round does: the position in [`INSIDE`].
    inside: usize,
}

/// What makes a loop one of several blocks, or with several ways out.
const INSIDE: [&str; 10] = [
    "",
    "(if (i32.and (local.get $sum) (i32.const 1))
       (then ({store} offset=32 (local.get $q) (i32.const 77))))",
    "(if (i32.and (local.get $sum) (i32.const 4))
       (then (local.set $sum (i32.xor (local.get $sum) ({load} offset=8 (local.get $p)))))
       (else (local.set $sum (i32.add (local.get $sum) (local.get $k)))
         ({store} offset=24 (local.get $q) (local.get $sum))))",
    "(br_if $out (i32.eq (i32.and (local.get $sum) (i32.const 31)) (i32.const 7)))",
    "(br_if $other (i32.eq (i32.and (local.get $sum) (i32.const 31)) (i32.const 7)))
     (br_if $out (i32.eq (i32.and (local.get $sum) (i32.const 31)) (i32.const 9)))",
    "(block $a (block $b (block $c
       (br_table $a $b $c $out $a $other $c (i32.and (local.get $sum) (i32.const 63))))
       (local.set $sum (i32.add (local.get $sum) (i32.const 5))) (br $a))
       ({store} (local.get $q) (i32.const 3)))",
    "(if (i32.and (local.get $sum) (i32.const 2))
       (then (local.set $sum (call $twist (local.get $sum)))
         (br_if $other (i32.eq (i32.and (local.get $sum) (i32.const 15)) (i32.const 3)))))",
    "(if (i32.eq (i32.and (local.get $sum) (i32.const 31)) (i32.const 12))
       (then (local.set $sum ({load} offset=12 (local.get $p))) (local.set $old (i32.const 5))
         (br $out)))",
    // Neighbours, of which the copy makes one access.
    "(local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $p))))
     (local.set $sum (i32.xor (local.get $sum) (i32.load (local.get $p))))
     (i32.store offset=40 (local.get $q) (local.get $sum))
     (i32.store offset=44 (local.get $q) (i32.load offset=8 (local.get $p)))
     (i32.store offset=32 (local.get $q) (i32.const 9))
     (i32.store offset=36 (local.get $q) (local.get $k))",
    "(if (i32.and (local.get $sum) (i32.const 1)) (then
       (v128.store offset=32 align=4 (local.get $q)
         (i32x4.add (i32x4.splat (local.get $sum)) (v128.load align=4 (local.get $p))))))",
];

const COMPARES: [&str; 6] = [
    "(i32.ne (K) (local.get $limit))",
    "(i32.lt_u (K) (local.get $limit))",
    "(i32.lt_s (K) (local.get $limit))",
    "(i32.gt_u (local.get $limit) (K))",
    "(i32.eqz (i32.ge_s (K) (local.get $limit)))",
    "(i32.eqz (i32.eq (local.get $limit) (K)))",
];

impl Shape {
    fn random(numbers: &mut Numbers) -> Self {
        let mut pick = |from: &[i32]| from[numbers.below(from.len() as u64) as usize];
        let steps = [
            pick(&[0, 1, 4, 8, -4, -8, 12, 64, 3, 16, -16]),
            pick(&[0, 4, 8, 16, -4, 256]),
        ];
        let count = pick(&[1, -1, 1, -1, 2, 4, -8, 64, 3, 0]);
        let distances = [pick(&[0, 4, -4, 8, 100, 2]), pick(&[0, 4, -8, 12])];
        let offset = pick(&[0, 0, 8, 4, 1]) as u32;
        let access = pick(&[0, 1, 2]);
        let compare = pick(&[0, 0, 0, 1, 2, 3, 4, 5]) as usize;
        let early = pick(&[0, 0, 1]) == 1;
        let first = pick(&[0, 1]) == 1;
        let stride = pick(&[0, 0, 1]) == 1;
        let or = pick(&[0, 0, 1]) == 1;
        let inside = pick(&[0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9]) as usize;
        Self {
            steps,
            count,
            compare: COMPARES[compare],
            early,
            first,
            stride,
            or,
            inside,
            distances,
            offset,
            access: [
                ["i32.load", "i32.store"],
                ["i32.load8_u", "i32.store16"],
                ["i32.load16_s", "i32.store8"],
            ][access as usize],
        }
    }

    fn module(&self) -> Vec<u8> {
        let k = if self.early && !self.first {
            "local.get $old"
        } else {
            "local.get $k"
        };
        let compare = self.compare.replace("(K)", &format!("({k})"));
        let (before, behind) = if self.first {
            (
                format!("(br_if $out (i32.eqz {compare}))"),
                "(br $l)".to_owned(),
            )
        } else {
            (String::new(), format!("(br_if $l {compare})"))
        };
        let text = format!(
            "(module (memory (export \"memory\") 1)
               (func $twist (param i32) (result i32) (i32.xor (local.get 0) (i32.const 0x155)))
               (func (export \"f\") (param $i i32) (param $p i32) (param $q i32) (param $k i32)
                 (param $limit i32) (param $by i32) (local $sum i32) (local $old i32) (local $way i32)
                 {even}
                 (block $other (block $out (loop $l
                   {before}
                   (local.set $old (local.get $k))
                   (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3))
                     ({load} offset={offset} {address})))
                   {inside}
                   ({store} (i32.add (local.get $q) (i32.const {d1})) (local.get $sum))
                   ({store} offset=16 (local.get $q) (local.get $k))
                   (local.set $p (i32.add (local.get $p) (i32.const {s0})))
                   (local.set $q (i32.add (local.get $q) {stride}))
                   (local.set $k (i32.add (local.get $k) {count}))
                   {behind}))
                   (local.set $way (i32.add (local.get $old) (i32.const 1))))
                 (i32.store (i32.const 8) (local.get $way))
                 (i32.store (i32.const 0) (i32.add (local.get $sum) (local.get $p)))
                 (i32.store (i32.const 4) (i32.add (local.get $q) (local.get $k)))))",
            load = self.access[0],
            store = self.access[1],
            inside = INSIDE[self.inside]
                .replace("{load}", self.access[0])
                .replace("{store}", self.access[1]),
            offset = self.offset,
            address = if self.or {
                "(i32.add (local.get $p) (i32.shl (i32.or (local.get $k) (i32.const 1)) (i32.const 1)))".to_owned()
            } else {
                format!("(i32.add (local.get $p) (i32.const {}))", self.distances[0])
            },
            // Then the lowest bit is zero, where it stays so.
            even = if self.or {
                "(local.set $k (i32.and (local.get $k) (i32.const -2)))"
            } else {
                ""
            },
            d1 = self.distances[1],
            s0 = self.steps[0],
            stride = if self.stride {
                "(local.get $by)".to_owned()
            } else {
                format!("(i32.const {})", self.steps[1])
            },
            count = match self.count {
                0 => "(local.get $by)".to_owned(),
                count => format!("(i32.const {count})"),
            },
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

/// Where the loop starts: mostly so that it stays in bounds and ends soon.
fn start(numbers: &mut Numbers, shape: &Shape) -> Vec<u64> {
    let mut pick = |from: &[u32]| from[numbers.below(from.len() as u64) as usize];
    let p = pick(&[
        1024,
        1028,
        1025,
        65532,
        65528,
        65400,
        4,
        0,
        0xffff_fff0,
        0x8000_0000,
        1024,
        2048,
    ]);
    let q = pick(&[
        4096,
        4100,
        8192,
        32768,
        65500,
        65516,
        65520,
        8,
        0,
        4096,
        4098,
        0xffff_ffe8,
    ]);
    let k = pick(&[0, 1, 10, 0xffff_fff0, 0x7fff_fff0, 100, 0x8000_0000]);
    let rounds = pick(&[1, 2, 3, 17, 40, 300, 0]);
    let limit = match pick(&[0, 0, 0, 0, 1, 2]) {
        0 => k.wrapping_add_signed(shape.count.wrapping_mul(rounds as i32)),
        1 => k.wrapping_add(rounds),
        _ => pick(&[0, 1, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000]),
    };
    let by = pick(&[0, 4, 8, 64, 4, 1, 0xffff_fffc, 0x8000_0000, 20_000]);
    [p, q, k, limit, by].map(u64::from).to_vec()
}

/// The policies, first the one that finds out what is misaligned.
const CHECKED_FIRST: [Policy; 3] = [Policy::Trap, Policy::Deferred, Policy::Mask];

/// Whether it traps where wasmtime does not, before its fuel is used up.
fn misaligns(compiled: &Compiled, memory: &Memory, launch: &Launch) -> bool {
    let found = compiled.run(&mut memory.clone(), launch);
    found.is_some_and(|record| record.kind == TrapKind::Misaligned)
}

/// Whether the machine has run the copy: then the fuel of all rounds was taken at once.
fn copied(ptx: &str) -> bool {
    ptx.contains("sub.u32 \t%fuel, %fuel, %r")
}

#[test]
fn loops_do_what_wasmtime_does_whatever_they_start_with() {
    let mut numbers = Numbers::new(number("RINGHOST_PTX_SEED", 7));
    let count = number("RINGHOST_PTX_LOOPS", 100);
    let (mut copies, mut ends) = (0, std::collections::BTreeMap::new());
    let mut sample = Vec::new();
    for number in 0..count {
        let shape = Shape::random(&mut numbers);
        let module = shape.module();
        let compiled = CHECKED_FIRST.map(|policy| compile(&module, policy));
        copies += u64::from(copied(&compiled[0].translation.ptx));
        if number % 10 == 0 && number < 100 {
            sample.extend(POLICIES.iter().flat_map(|policy| both(&module, *policy)));
        }
        for _ in 0..10 {
            let parameters = start(&mut numbers, &shape);
            let what = format!("{shape:?} {parameters:x?}");
            let bytes: Vec<u8> = (0..65536).map(|at| (at * 7 % 253) as u8).collect();
            let mut wanted = Function::new(&module);
            wanted.fuel(100_000);
            wanted.memory().copy_from_slice(&bytes);
            let outcome = wanted.run(0, &parameters).err().map(kind);
            let units = wanted.units();
            *ends.entry(format!("{outcome:?}")).or_insert(0) += 1;
            let mut misaligned = false;
            for (policy, compiled) in CHECKED_FIRST.iter().zip(&compiled) {
                let mut memory = compiled.memory();
                memory.linear_mut().copy_from_slice(&bytes);
                let launch = Launch {
                    fuel: units - 1,
                    parameters: parameters.clone(),
                    ..Launch::default()
                };
                // Where wasmtime ended it, it would have gone on.
                if outcome == Some(TrapKind::OutOfFuel) {
                    for run in [Compiled::run, Compiled::run_short] {
                        let found = run(compiled, &mut memory.clone(), &launch);
                        assert!(found.is_some() || *policy == Policy::Mask, "{what}");
                    }
                    continue;
                }
                let found = match (policy, outcome) {
                    // What is read elsewhere leads elsewhere: all that is told is that it did.
                    (Policy::Mask | Policy::Deferred, None) if misaligned && shape.inside > 0 => {
                        let launch = Launch {
                            fuel: 100_000,
                            ..launch
                        };
                        let found = compiled.run(&mut memory, &launch);
                        assert!(found.is_some() || *policy == Policy::Mask, "{what}");
                        continue;
                    }
                    // What does not trap goes on.
                    (Policy::Mask | Policy::Deferred, Some(_)) => {
                        let launch = Launch {
                            fuel: 100_000,
                            ..launch
                        };
                        compiled.run(&mut memory, &launch)
                    }
                    (Policy::Trap, _) if units > 1 && misaligns(compiled, &memory, &launch) => {
                        misaligned = true;
                        continue;
                    }
                    _ => compiled.run_exactly(&mut memory, &launch, units),
                };
                let found = found.map(|record| record.kind);
                match (policy, outcome, found) {
                    (_, Some(_), Some(TrapKind::OutOfFuel)) if *policy != Policy::Trap => {}
                    (Policy::Mask, Some(_), found) => assert_eq!(found, None, "{what}"),
                    (Policy::Deferred, Some(_), found) => {
                        assert_eq!(found, Some(TrapKind::BadAccess), "{what}");
                    }
                    // Wasmtime takes what is misaligned, and so do the others in their way.
                    (Policy::Trap, _, Some(TrapKind::Misaligned)) => misaligned = true,
                    (Policy::Deferred, None, Some(TrapKind::BadAccess)) => assert!(misaligned),
                    (Policy::Mask, None, None) if misaligned => {}
                    _ => {
                        assert_eq!(found, outcome, "{what} {policy:?}");
                        assert!(memory.linear() == wanted.memory(), "{what} {policy:?}");
                    }
                }
            }
        }
    }
    assert!(copies * 2 > count, "{copies} of {count} loops have a copy");
    assert!(
        ends["None"] > 3 * count && ends["Some(OutOfBounds)"] > count,
        "{ends:?}"
    );
    assembler::accepts(&sample);
}
