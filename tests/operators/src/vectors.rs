//! Operators on vectors, and vectors whose lanes are at an edge.

use crate::{Operator, edges, operator};

/// Vectors of edges of all shapes.
#[must_use]
pub fn vectors() -> Vec<u128> {
    let pack = |lanes: &[u64], bits: u32| {
        lanes.iter().rev().fold(0u128, |vector, lane| {
            let lane = u128::from(*lane) & (u128::MAX >> (128 - bits));
            if bits == 128 {
                lane
            } else {
                (vector << bits) | lane
            }
        })
    };
    let mut all = vec![0, u128::MAX];
    let bytes = [
        0, 1, 2, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 15, 16, 17, 3, 31, 0x55, 0xaa,
    ];
    all.push(pack(&bytes, 8));
    all.push(pack(&bytes, 8).rotate_left(40).swap_bytes());
    let halves = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, 0xff80, 0x00ff];
    all.push(pack(&halves, 16));
    all.push(pack(&halves, 16).rotate_left(48));
    for (ty, bits) in [("i32", 32), ("i64", 64), ("f32", 32), ("f64", 64)] {
        all.extend(
            edges(ty)
                .chunks(128 / bits as usize)
                .map(|lanes| pack(lanes, bits)),
        );
    }
    all
}

/// Every operator on vectors.
#[must_use]
pub fn vector_operators() -> Vec<Operator> {
    let mut all = Vec::new();
    let mut add = |names: &str, takes: &[&'static str], gives: &'static str| {
        for name in names.split_whitespace() {
            all.push(operator(name.replace('~', " "), takes, gives));
        }
    };
    let pair = ["v128", "v128"];
    for shape in ["i8x16", "i16x8", "i32x4", "i64x2"] {
        let all = |names: &str| -> String {
            names
                .split(' ')
                .map(|name| format!("{shape}.{name} "))
                .collect()
        };
        add(&all("add sub eq ne lt_s gt_s le_s ge_s"), &pair, "v128");
        add(&all("abs neg"), &["v128"], "v128");
        add(&all("shl shr_s shr_u"), &["v128", "i32"], "v128");
        add(&all("all_true bitmask"), &["v128"], "i32");
        add(
            &all("splat"),
            &[if shape == "i64x2" { "i64" } else { "i32" }],
            "v128",
        );
        if shape != "i64x2" {
            add(
                &all("lt_u gt_u le_u ge_u min_s min_u max_s max_u"),
                &pair,
                "v128",
            );
        }
        if shape != "i8x16" {
            add(&all("mul"), &pair, "v128");
        }
    }
    for shape in ["i8x16", "i16x8"] {
        for name in "add_sat_s add_sat_u sub_sat_s sub_sat_u avgr_u".split(' ') {
            add(&format!("{shape}.{name}"), &pair, "v128");
        }
        add(
            &format!("{shape}.extract_lane_s~5 {shape}.extract_lane_u~7"),
            &["v128"],
            "i32",
        );
        add(&format!("{shape}.replace_lane~6"), &["v128", "i32"], "v128");
    }
    for (to, from) in [("i16x8", "i8x16"), ("i32x4", "i16x8"), ("i64x2", "i32x4")] {
        for half in ["low", "high"] {
            for sign in ["s", "u"] {
                add(
                    &format!("{to}.extend_{half}_{from}_{sign}"),
                    &["v128"],
                    "v128",
                );
                add(&format!("{to}.extmul_{half}_{from}_{sign}"), &pair, "v128");
                if to != "i64x2" {
                    add(&format!("{from}.narrow_{to}_{sign}"), &pair, "v128");
                    add(
                        &format!("{to}.extadd_pairwise_{from}_{sign}"),
                        &["v128"],
                        "v128",
                    );
                }
            }
        }
    }
    for (shape, ty) in [("f32x4", "f32"), ("f64x2", "f64")] {
        for name in "add sub mul div min max pmin pmax eq ne lt gt le ge".split(' ') {
            add(&format!("{shape}.{name}"), &pair, "v128");
        }
        for name in "sqrt ceil floor trunc nearest abs neg".split(' ') {
            add(&format!("{shape}.{name}"), &["v128"], "v128");
        }
        add(&format!("{shape}.splat"), &[ty], "v128");
        add(&format!("{shape}.extract_lane~1"), &["v128"], ty);
        add(&format!("{shape}.replace_lane~1"), &["v128", ty], "v128");
    }
    add("i32x4.extract_lane~3", &["v128"], "i32");
    add("i64x2.extract_lane~1", &["v128"], "i64");
    add("i32x4.replace_lane~2", &["v128", "i32"], "v128");
    add("i64x2.replace_lane~0", &["v128", "i64"], "v128");
    add(
        "i16x8.q15mulr_sat_s i32x4.dot_i16x8_s i8x16.swizzle",
        &pair,
        "v128",
    );
    add(
        "i8x16.shuffle~0~31~1~30~2~29~3~28~16~15~16~15~7~8~9~10",
        &pair,
        "v128",
    );
    add("v128.and v128.or v128.xor v128.andnot", &pair, "v128");
    add("v128.not i8x16.popcnt", &["v128"], "v128");
    add("v128.any_true", &["v128"], "i32");
    add("v128.bitselect", &["v128", "v128", "v128"], "v128");
    add(
        "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s
         f32x4.convert_i32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero
         f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u f32x4.demote_f64x2_zero
         f64x2.promote_low_f32x4",
        &["v128"],
        "v128",
    );
    all
}
