//! Every operator on numbers, on every combination of operands that are at an edge.

use ringhost_ptx::Policy;

use crate::assembler;
use crate::oracle::{POLICIES, agree_under, both};
use crate::vectors::vectors;

const I32: [u64; 16] = [
    0,
    1,
    2,
    7,
    31,
    32,
    33,
    63,
    0x7f,
    0x80,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xffff_ffff,
];
const I64: [u64; 16] = [
    0,
    1,
    5,
    32,
    63,
    64,
    65,
    0x80,
    0x8000,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0x8000_0000_0000_0001,
    0xffff_ffff_ffff_ffff,
];
/// Zeros, ones, halves, the least and greatest, subnormal ones, infinities, NaNs of all sorts, and
/// those around the limits of integers.
const F32: [u64; 40] = [
    0x0000_0000,
    0x8000_0000,
    0x3f80_0000,
    0xbf80_0000,
    0x3f00_0000,
    0xbf00_0000,
    0x3fc0_0000,
    0x4020_0000,
    0xc020_0000,
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x0080_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_0000,
    0x7fc0_1234,
    0x7f80_0001,
    0xff80_0001,
    0x7fff_ffff,
    0x4f00_0000,
    0xcf00_0000,
    0xcf00_0001,
    0x4eff_ffff,
    0x4f80_0000,
    0x4f7f_ffff,
    0x5f00_0000,
    0xdf00_0000,
    0xdf00_0001,
    0x5eff_ffff,
    0x5f80_0000,
    0x5f7f_ffff,
    0xbf7f_ffff,
    0x3eaa_aaab,
    0x4b00_0001,
    0x4b7f_ffff,
    0x4049_0fdb,
];
const F64: [u64; 40] = [
    0x0000_0000_0000_0000,
    0x8000_0000_0000_0000,
    0x3ff0_0000_0000_0000,
    0xbff0_0000_0000_0000,
    0x3fe0_0000_0000_0000,
    0xbfe0_0000_0000_0000,
    0x3ff8_0000_0000_0000,
    0x4004_0000_0000_0000,
    0xc004_0000_0000_0000,
    0x0000_0000_0000_0001,
    0x8000_0000_0000_0001,
    0x000f_ffff_ffff_ffff,
    0x0010_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0xffef_ffff_ffff_ffff,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff8_0000_0000_1234,
    0x7ff0_0000_0000_0001,
    0xfff0_0000_0000_0001,
    0x41e0_0000_0000_0000,
    0x41df_ffff_ffc0_0000,
    0xc1e0_0000_0000_0000,
    0xc1e0_0000_0020_0000,
    0xc1e0_0000_001f_ffff,
    0x41ef_ffff_ffe0_0000,
    0x41f0_0000_0000_0000,
    0x43e0_0000_0000_0000,
    0xc3e0_0000_0000_0000,
    0xc3e0_0000_0000_0001,
    0x43df_ffff_ffff_ffff,
    0x43f0_0000_0000_0000,
    0x43ef_ffff_ffff_ffff,
    0xbfef_ffff_ffff_ffff,
    0x3fd5_5555_5555_5555,
    0x4330_0000_0000_0001,
    0x47ef_ffff_e000_0000,
    0x36a0_0000_0000_0000,
];

/// An operator, with the types that it takes and gives.
pub struct Operator {
    pub name: String,
    pub takes: Vec<&'static str>,
    pub gives: &'static str,
}

pub fn operator(name: String, takes: &[&'static str], gives: &'static str) -> Operator {
    Operator {
        name,
        takes: takes.to_vec(),
        gives,
    }
}

/// Every operator on numbers of WebAssembly 1.0, sign extension and saturating conversion.
fn operators() -> Vec<Operator> {
    let mut all = Vec::new();
    for ty in ["i32", "i64"] {
        for name in
            "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".split(' ')
        {
            all.push(operator(format!("{ty}.{name}"), &[ty, ty], ty));
        }
        for name in "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(' ') {
            all.push(operator(format!("{ty}.{name}"), &[ty, ty], "i32"));
        }
        for name in "clz ctz popcnt extend8_s extend16_s".split(' ') {
            all.push(operator(format!("{ty}.{name}"), &[ty], ty));
        }
        all.push(operator(format!("{ty}.eqz"), &[ty], "i32"));
        for float in ["f32", "f64"] {
            for sign in ["s", "u"] {
                all.push(operator(format!("{ty}.trunc_{float}_{sign}"), &[float], ty));
                all.push(operator(
                    format!("{ty}.trunc_sat_{float}_{sign}"),
                    &[float],
                    ty,
                ));
                all.push(operator(
                    format!("{float}.convert_{ty}_{sign}"),
                    &[ty],
                    float,
                ));
            }
        }
    }
    for ty in ["f32", "f64"] {
        for name in "add sub mul div min max copysign".split(' ') {
            all.push(operator(format!("{ty}.{name}"), &[ty, ty], ty));
        }
        for name in "eq ne lt gt le ge".split(' ') {
            all.push(operator(format!("{ty}.{name}"), &[ty, ty], "i32"));
        }
        for name in "sqrt ceil floor trunc nearest abs neg".split(' ') {
            all.push(operator(format!("{ty}.{name}"), &[ty], ty));
        }
    }
    for (name, takes, gives) in [
        ("i32.wrap_i64", "i64", "i32"),
        ("i64.extend_i32_s", "i32", "i64"),
        ("i64.extend_i32_u", "i32", "i64"),
        ("i64.extend32_s", "i64", "i64"),
        ("f32.demote_f64", "f64", "f32"),
        ("f64.promote_f32", "f32", "f64"),
        ("i32.reinterpret_f32", "f32", "i32"),
        ("f32.reinterpret_i32", "i32", "f32"),
        ("i64.reinterpret_f64", "f64", "i64"),
        ("f64.reinterpret_i64", "i64", "f64"),
    ] {
        all.push(operator(name.into(), &[takes], gives));
    }
    for ty in ["i32", "i64", "f32", "f64"] {
        all.push(operator("select".into(), &[ty, ty, "i32"], ty));
    }
    all
}

pub fn edges(ty: &str) -> &'static [u64] {
    match ty {
        "i32" => &I32,
        "i64" => &I64,
        "f32" => &F32,
        _ => &F64,
    }
}

const STRIDE: usize = 64;
const RESULT: usize = 48;
const SIZE: usize = 2 * 65536;

/// A module that reads operands at `64 * item`, and writes what the operator makes of them behind.
fn module(operator: &Operator) -> Vec<u8> {
    let loads: String = (operator.takes.iter().enumerate())
        .map(|(number, ty)| format!("({ty}.load offset={} (local.get $at))", 16 * number))
        .collect();
    let text = format!(
        "(module (memory (export \"memory\") 2)
           (func (export \"f\") (param $item i32) (local $at i32)
             (local.set $at (i32.mul (local.get $item) (i32.const {STRIDE})))
             ({gives}.store offset={RESULT} (local.get $at) ({name} {loads}))))",
        gives = operator.gives,
        name = operator.name,
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Every combination of operands at an edge, thinned where there are more than that.
fn combinations(takes: &[&str], most: usize) -> Vec<Vec<u128>> {
    let mut all = vec![vec![]];
    for ty in takes {
        let edges = match *ty {
            "v128" => vectors(),
            ty => edges(ty).iter().map(|edge| u128::from(*edge)).collect(),
        };
        all = all
            .iter()
            .flat_map(|before: &Vec<u128>| {
                edges
                    .iter()
                    .map(|edge| before.iter().copied().chain([*edge]).collect())
            })
            .collect();
    }
    // A step that shares no factor with the number of edges meets each of them.
    let step = (all.len().div_ceil(most) | 1).max(1);
    all.into_iter().step_by(step).collect()
}

/// Holds the operator against wasmtime on so many combinations of operands.
pub fn check(operator: &Operator, most: usize, policies: &[Policy]) {
    let combinations = combinations(&operator.takes, most.min(SIZE / STRIDE));
    let mut bytes = vec![0xa5; combinations.len() * STRIDE];
    for (operands, at) in combinations.iter().zip(bytes.chunks_mut(STRIDE)) {
        for (operand, at) in operands.iter().zip(at.chunks_mut(16)) {
            at.copy_from_slice(&operand.to_le_bytes());
        }
    }
    let items = combinations.len() as u64;
    agree_under(
        &operator.name,
        &module(operator),
        &bytes,
        items,
        &[],
        policies,
    );
}

/// Has ptxas assemble all.
pub fn assemble(operators: &[Operator], policies: &[Policy]) {
    let mut all = Vec::new();
    for operator in operators {
        for policy in policies {
            all.extend(both(&module(operator), *policy));
        }
    }
    assembler::accepts(&all);
}

#[test]
fn every_operator_does_what_wasmtime_does() {
    for operator in operators() {
        check(&operator, usize::MAX, &POLICIES);
    }
}

#[test]
fn ptxas_takes_every_operator() {
    assemble(&operators(), &POLICIES);
}
