//! Every operator on vectors, on vectors whose lanes are at an edge, whatever their shape.

use ringhost_ptx::Policy;

use crate::operators::{Operator, assemble, check, edges, operator};
use crate::oracle::{agree, agree_under};

/// Vectors of edges of all shapes.
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

fn operators() -> Vec<Operator> {
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

#[test]
fn every_operator_on_vectors_does_what_wasmtime_does() {
    for operator in operators() {
        check(&operator, 600, &[Policy::Mask]);
    }
}

#[test]
fn ptxas_takes_every_operator_on_vectors() {
    assemble(&operators(), &[Policy::Mask]);
}

#[test]
fn vectors_are_loaded_and_stored_as_wasmtime_does() {
    let loads = "v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u
        v128.load32x2_s v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat
        v128.load64_splat v128.load32_zero v128.load64_zero";
    for load in loads.split_whitespace() {
        for (align, shift) in [("", 0), (" align=1", 3)] {
            let module = wat::parse_str(format!(
                "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32)
                   (v128.store offset=1024 (i32.shl (local.get $i) (i32.const 4))
                     ({load} offset=256{align} (i32.add (i32.const {shift})
                       (i32.shl (local.get $i) (i32.const 4)))))))"
            ));
            let bytes: Vec<u8> = (0..1024).map(|at| (at * 37 % 251) as u8).collect();
            agree(load, &module.expect("WAT"), &bytes, 8, &[]);
        }
    }
}

#[test]
fn lanes_are_loaded_and_stored_as_wasmtime_does() {
    for (bits, lane) in [(8, 11), (16, 5), (32, 2), (64, 1)] {
        let module = wat::parse_str(format!(
            "(module (memory (export \"memory\") 1)
               (func (export \"f\") (param $i i32) (local $v v128) (local $at i32)
                 (local.set $at (i32.shl (local.get $i) (i32.const 4)))
                 (local.set $v (v128.load align=4 (local.get $at)))
                 (if (local.get $i) (then (local.set $v
                   (v128.load{bits}_lane offset=128 {lane} (local.get $at) (local.get $v)))))
                 (v128.store offset=512 align=1 (i32.add (local.get $at) (i32.const 1)) (local.get $v))
                 (v128.store{bits}_lane offset=1024 {lane} (local.get $at) (local.get $v))))"
        ));
        let bytes: Vec<u8> = (0..1024).map(|at| (at * 37 % 251) as u8).collect();
        agree(
            &format!("lane of {bits}"),
            &module.expect("WAT"),
            &bytes,
            8,
            &[],
        );
    }
}

#[test]
fn a_vector_that_is_partly_out_of_bounds_is_not_stored_at_all() {
    let module = wat::parse_str(
        "(module (memory (export \"memory\") 1) (func (export \"f\") (param $i i32) (param $at i32)
           (v128.store align=1 (local.get $at) (v128.const i64x2 -1 -1))))",
    )
    .expect("WAT");
    for at in [65520, 65521, 65528, 65535, 0xffff_fff8] {
        agree_under("store", &module, &[], 1, &[at], &[Policy::Trap]);
    }
    agree("store", &module, &[], 1, &[65520]);
}
