//! Operators on numbers, and numbers at an edge.

use crate::{Operator, operator};

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

/// Every operator on numbers of WebAssembly 1.0, sign extension and saturating conversion.
#[must_use]
pub fn numbers() -> Vec<Operator> {
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

/// The numbers of a type, as bits, that are at an edge: those of `f64` for any that is not known.
#[must_use]
pub fn edges(ty: &str) -> &'static [u64] {
    match ty {
        "i32" => &I32,
        "i64" => &I64,
        "f32" => &F32,
        _ => &F64,
    }
}
