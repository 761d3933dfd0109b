//! Vectors in random functions: any shape on any, as WebAssembly allows.

use super::generate::Generator;

const PAIRS: &str = "i8x16.add i8x16.sub i8x16.add_sat_s i8x16.sub_sat_u i8x16.min_s i8x16.max_u i8x16.avgr_u
    i8x16.eq i8x16.lt_s i8x16.swizzle i8x16.narrow_i16x8_s i16x8.mul i16x8.add i16x8.q15mulr_sat_s
    i16x8.extmul_low_i8x16_u i16x8.narrow_i32x4_u i32x4.add i32x4.mul i32x4.dot_i16x8_s i32x4.gt_u
    i32x4.extmul_high_i16x8_s i64x2.add i64x2.mul i64x2.lt_s i64x2.extmul_low_i32x4_s f32x4.add f32x4.sub
    f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax f32x4.lt f64x2.add f64x2.mul f64x2.div
    f64x2.min f64x2.pmax f64x2.ne v128.and v128.or v128.xor v128.andnot";
const SINGLES: &str = "i8x16.abs i8x16.neg i8x16.popcnt i16x8.abs i16x8.extadd_pairwise_i8x16_s
    i16x8.extend_high_i8x16_u i32x4.neg i32x4.extend_low_i16x8_s i32x4.trunc_sat_f32x4_u
    i32x4.trunc_sat_f64x2_s_zero i64x2.abs i64x2.extend_high_i32x4_u f32x4.neg f32x4.abs f32x4.sqrt
    f32x4.ceil f32x4.nearest f32x4.convert_i32x4_u f32x4.demote_f64x2_zero f64x2.neg f64x2.floor
    f64x2.convert_low_i32x4_s f64x2.promote_low_f32x4 v128.not";

impl Generator {
    fn word<'a>(&mut self, of: &'a str) -> &'a str {
        let words: Vec<&str> = of.split_whitespace().collect();
        self.pick(&words)
    }

    /// A `v128`.
    pub fn vector(&mut self, depth: u32) -> String {
        if depth == 0 || !self.spend() {
            return match self.below(3) {
                0 => format!(
                    "(v128.const i64x2 {} {})",
                    self.next() as i64,
                    self.next() as i64
                ),
                1 => "(global.get $gv128)".into(),
                _ => "(local.get $lv128)".into(),
            };
        }
        let depth = depth - 1;
        match self.below(10) {
            0 => {
                let (shape, ty) = [
                    ("i8x16", "i32"),
                    ("i16x8", "i32"),
                    ("i32x4", "i32"),
                    ("i64x2", "i64"),
                    ("f32x4", "f32"),
                    ("f64x2", "f64"),
                ][self.below(6) as usize];
                let value = self.expression(ty, depth);
                if self.below(2) == 0 {
                    return format!("({shape}.splat {value})");
                }
                let vector = self.vector(depth);
                format!("({shape}.replace_lane {} {vector} {value})", self.below(2))
            }
            1 => {
                let (memarg, address) = self.address(8, depth + 1);
                let load = self.word(
                    "v128.load v128.load8x8_s v128.load16x4_u v128.load32x2_s v128.load64_splat v128.load64_zero",
                );
                format!("({load} {memarg} {address})")
            }
            2 => {
                let (a, b) = (self.vector(depth), self.vector(depth));
                let condition = self.expression("i32", depth);
                match self.below(2) {
                    0 => format!("(select (result v128) {a} {b} {condition})"),
                    _ => format!("(if (result v128) {condition} (then {a}) (else {b}))"),
                }
            }
            3 => {
                let shift = self
                    .word("i8x16.shl i8x16.shr_s i16x8.shr_u i32x4.shl i64x2.shr_s i64x2.shr_u");
                format!(
                    "({shift} {} {})",
                    self.vector(depth),
                    self.expression("i32", depth)
                )
            }
            4 => {
                let [a, b, c] = [0; 3].map(|_| self.vector(depth));
                format!("(v128.bitselect {a} {b} {c})")
            }
            5 => {
                let lanes: Vec<String> = (0..16).map(|_| self.below(32).to_string()).collect();
                format!(
                    "(i8x16.shuffle {} {} {})",
                    lanes.join(" "),
                    self.vector(depth),
                    self.vector(depth)
                )
            }
            6 => format!("(local.tee $lv128 {})", self.vector(depth)),
            7 => format!("({} {})", self.word(SINGLES), self.vector(depth)),
            _ => {
                let (a, b) = (self.vector(depth), self.vector(depth));
                format!("({} {a} {b})", self.word(PAIRS))
            }
        }
    }

    /// A number out of a vector.
    pub fn lane(&mut self, ty: &str, depth: u32) -> String {
        let vector = self.vector(depth);
        let from = match ty {
            "i32" => self.word(
                "i8x16.extract_lane_s~3 i8x16.extract_lane_u~9 i16x8.extract_lane_s~2 i32x4.extract_lane~1
                 i8x16.bitmask i16x8.bitmask i64x2.bitmask v128.any_true i8x16.all_true i32x4.all_true",
            ),
            "i64" => "i64x2.extract_lane~1",
            "f32" => "f32x4.extract_lane~3",
            _ => "f64x2.extract_lane~0",
        };
        format!("({} {vector})", from.replace('~', " "))
    }

    /// Something done with a vector.
    pub fn vector_statement(&mut self, depth: u32) -> String {
        match self.below(4) {
            0 => {
                let (memarg, address) = self.address(8, depth);
                format!(
                    "(v128.store {memarg} {address} {})\n",
                    self.vector(depth - 1)
                )
            }
            1 => format!("(global.set $gv128 {})\n", self.vector(depth)),
            _ => format!("(local.set $lv128 {})\n", self.vector(depth)),
        }
    }
}
