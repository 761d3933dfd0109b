//! Accesses to neighbours, of which a loop's copy makes one: where they are aligned and where not, at the
//! end of memory, and where something between them must stay between them.

use ringhost_ptx::Policy;

use crate::assembler;
use crate::memory::{parse, pattern};
use ptx_oracle::{POLICIES, agree, agree_under, both, compile};

/// A loop of `$n` rounds, at least one, with a body. `$p` and `$q` grow by `step`.
fn looping(step: u32, body: &str) -> Vec<u8> {
    parse(&format!(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $p i32) (param $q i32) (param $n i32)
             (local $a f32) (local $b f32) (local $c f32) (local $d f32) (local $sum i32)
             (local $x i64) (local $y i64) (local $v v128)
             (loop $l
               {body}
               (local.set $p (i32.add (local.get $p) (i32.const {step})))
               (local.set $q (i32.add (local.get $q) (i32.const {step})))
               (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (i32.store (i32.const 0) (local.get $sum))
             (i32.store (i32.const 4) (local.get $p))))"
    ))
}

/// How many accesses of two and of four a module's translation has.
fn wide(module: &[u8]) -> [usize; 4] {
    let ptx = compile(module, Policy::Mask).translation.ptx;
    [
        "ld.global.v2",
        "ld.global.v4",
        "st.global.v2",
        "st.global.v4",
    ]
    .map(|name| ptx.matches(name).count())
}

/// Where the loop reads, writes, and how many rounds it makes, of 16 bytes each.
const STARTS: [[u64; 3]; 12] = [
    [1024, 4096, 1],
    [1024, 4096, 40],
    [1028, 4096, 40],
    [1024, 4104, 40],
    [1032, 4108, 7],
    // What is written is read later, or again.
    [1024, 1024, 20],
    [1024, 1028, 20],
    [1024, 1040, 20],
    [1040, 1024, 20],
    [1028, 1024, 20],
    // Up to the end of memory.
    [65_536 - 320, 4096, 20],
    [1024, 65_536 - 320, 20],
];

/// Where it comes to what is out of bounds.
const BEYOND: [[u64; 3]; 5] = [
    [65_536 - 320, 4096, 21],
    [1024, 65_536 - 320, 21],
    [65_536 - 316, 4096, 20],
    [1024, 65_528, 1],
    [0xffff_fff0, 4096, 2],
];

fn hold(what: &str, module: &[u8], step: u64) {
    // As many bytes, whatever a round takes.
    let rounds = |[p, q, n]: [u64; 3]| [p, q, (n * 16).div_ceil(step)];
    for start in STARTS.map(rounds) {
        agree(
            &format!("{what} {start:?}"),
            module,
            &pattern(65536),
            1,
            &start,
        );
    }
    for start in BEYOND.map(rounds) {
        let what = format!("{what} {start:?}");
        agree_under(&what, module, &pattern(65536), 1, &start, &[Policy::Trap]);
    }
    let all: Vec<_> = POLICIES
        .iter()
        .flat_map(|policy| both(module, *policy))
        .collect();
    assembler::accepts(&all);
}

#[test]
fn four_floats_beside_each_other_are_one_access() {
    let module = looping(
        16,
        "(local.set $a (f32.load (local.get $p))) (local.set $c (f32.load offset=8 (local.get $p)))
         (local.set $d (f32.load offset=12 (local.get $p))) (local.set $b (f32.load offset=4 (local.get $p)))
         (f32.store offset=4 (local.get $q) (local.get $a))
         (f32.store (local.get $q) (f32.neg (local.get $b)))
         (f32.store offset=12 (local.get $q) (local.get $c))
         (f32.store offset=8 (local.get $q) (local.get $d))",
    );
    assert_eq!(wide(&module), [0, 1, 0, 1]);
    hold("floats", &module, 16);
}

#[test]
fn two_words_of_64_bits_are_one_access_and_two_of_32_too() {
    let module = looping(
        16,
        "(local.set $x (i64.load (local.get $p))) (local.set $y (i64.load offset=8 (local.get $p)))
         (i64.store (local.get $q) (i64.mul (local.get $x) (local.get $y)))
         (i64.store offset=8 (local.get $q) (i64.xor (local.get $x) (local.get $y)))",
    );
    assert_eq!(wide(&module), [1, 0, 1, 0]);
    for start in STARTS
        .iter()
        .filter(|start| start[..2].iter().all(|at| at % 8 == 0))
    {
        agree(&format!("{start:?}"), &module, &pattern(65536), 1, start);
    }
    let module = looping(
        8,
        "(local.set $sum (i32.add (i32.load (local.get $p)) (i32.load offset=4 (local.get $p))))
         (i32.store (local.get $q) (local.get $sum))
         (i32.store offset=4 (local.get $q) (i32.const -1))",
    );
    assert_eq!(wide(&module), [1, 0, 1, 0]);
    hold("pairs", &module, 8);
}

#[test]
fn a_vector_is_one_access() {
    let body = "(local.set $v (i32x4.add (local.get $v) (v128.load align=4 (local.get $p))))
         (v128.store align=4 (local.get $q) (local.get $v))";
    let module = looping(16, body);
    assert_eq!(wide(&module), [0, 1, 0, 1]);
    hold("vectors", &module, 16);
    // A loop that takes two, as compilers unroll it.
    let second = body.replace("align", "offset=16 align");
    let module = looping(32, &format!("{body} {second}"));
    assert_eq!(wide(&module), [0, 2, 0, 2]);
    hold("two vectors", &module, 32);
    // Where nothing is promised.
    let module = looping(16, &body.replace("align=4", "align=1"));
    assert_eq!(wide(&module), [0, 1, 0, 1]);
    hold("unaligned vectors", &module, 16);
    for shift in [1, 2, 3, 13] {
        for start in STARTS {
            let [p, q, n] = start;
            let n = n - u64::from(p + 16 * n == 65_536 || q + 16 * n == 65_536);
            for start in [
                [p + shift, q, n],
                [p, q + shift, n],
                [p + shift, q + shift, n],
            ] {
                let what = format!("{start:?}");
                agree(&what, &module, &pattern(65536), 1, &start);
            }
        }
    }
}

#[test]
fn what_may_be_the_same_memory_stays_in_order() {
    // A store between loads, and a load between stores.
    let between = looping(
        16,
        "(local.set $sum (i32.add (local.get $sum) (i32.load (local.get $p))))
         (i32.store offset=4 (local.get $q) (i32.mul (local.get $sum) (i32.const 3)))
         (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $p))))
         (i32.store (local.get $q) (local.get $sum))
         (local.set $sum (i32.xor (local.get $sum) (i32.load offset=8 (local.get $p))))
         (i32.store offset=8 (local.get $q) (local.get $sum))",
    );
    assert_eq!(wide(&between), [0; 4]);
    hold("between", &between, 16);
    // The same word twice, and words that overlap.
    let twice = looping(
        16,
        "(i32.store (local.get $q) (i32.const 1)) (i32.store offset=4 (local.get $q) (i32.const 2))
         (i32.store (local.get $q) (i32.const 3)) (i32.store offset=4 (local.get $q) (i32.const 4))
         (i32.store8 offset=9 (local.get $q) (i32.const 5))
         (i32.store offset=8 (local.get $q) (i32.const 6)) (i32.store offset=12 (local.get $q) (i32.const 7))
         (i32.store16 offset=14 (local.get $q) (i32.const 8))
         (local.set $sum (i32.add (i32.load (local.get $p)) (i32.load (local.get $p))))
         (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $p))))",
    );
    hold("twice", &twice, 16);
    let atomic = looping(
        16,
        "(local.set $sum (i32.add (i32.load (local.get $p))
           (i32.atomic.rmw.add (local.get $q) (i32.const 1))))
         (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $p))))
         (i32.store offset=8 (local.get $q) (local.get $sum)) (atomic.fence)
         (i32.store offset=12 (local.get $q) (local.get $sum))",
    );
    assert_eq!(wide(&atomic), [0; 4]);
}

#[test]
fn a_store_does_not_pass_what_may_end_the_item() {
    let module = looping(
        16,
        "(i32.store (local.get $q) (i32.const -1))
         (local.set $sum (i32.div_u (i32.const 99) (i32.load offset=8 (local.get $p))))
         (i32.store offset=4 (local.get $q) (i32.const -2))
         (if (i32.eq (local.get $sum) (i32.const 7)) (then
           (i32.store offset=8 (local.get $q) (i32.const -3)) (unreachable)))
         (i32.store offset=12 (local.get $q) (i32.const -4))",
    );
    assert_eq!(wide(&module), [0; 4]);
    let mut bytes = pattern(65536);
    bytes[1024 + 5 * 16 + 8..][..4].fill(0);
    bytes[2048 + 5 * 16 + 8..][..4].copy_from_slice(&14_u32.to_le_bytes());
    for start in [
        [1024, 4096, 5],
        [1024, 4096, 6],
        [1024, 4096, 9],
        [2048, 4096, 9],
    ] {
        agree(&format!("{start:?}"), &module, &bytes, 1, &start);
    }
}

#[test]
fn a_way_that_is_known_only_when_the_loop_is_come_to_may_be_aligned() {
    let module = parse(
        "(module (memory (export \"memory\") 1)
           (func (export \"f\") (param $i i32) (param $p i32) (param $by i32) (param $n i32) (local $sum i32)
             (loop $l
               (local.set $sum (i32.mul (i32.const 3) (i32.add (local.get $sum) (i32.load (local.get $p)))))
               (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $p))))
               (if (i32.and (local.get $sum) (i32.const 1)) (then
                 (local.set $sum (i32.xor (local.get $sum) (i32.load offset=8 (local.get $p))))
                 (local.set $sum (i32.add (local.get $sum) (i32.load offset=12 (local.get $p))))))
               (local.set $p (i32.add (local.get $p) (local.get $by)))
               (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (i32.store (i32.const 0) (local.get $sum))))",
    );
    assert_eq!(wide(&module), [2, 0, 0, 0]);
    for start in [1024, 1028, 1032, 65_536 - 400] {
        for by in [0, 4, 8, 12, 16, 20, 64] {
            let what = format!("{start} {by}");
            agree(&what, &module, &pattern(65536), 1, &[start, by, 6]);
        }
    }
    for by in [0x8000_0000, 0xffff_fff0, 20_000] {
        let parameters = [1024, by, 6];
        agree_under(
            "far",
            &module,
            &pattern(65536),
            1,
            &parameters,
            &[Policy::Trap],
        );
    }
}
