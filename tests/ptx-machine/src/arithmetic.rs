//! What instructions compute.

/// The NaN of single arithmetic on a device.
const NAN_F32: u32 = 0x7fff_ffff;
/// One of those of double arithmetic.
const NAN_F64: u64 = 0xfff8_0000_0000_0001;

/// A type of PTX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    /// `s`, `u`, `b`, `f`, or `p` for a predicate.
    pub kind: char,
    /// How long it is.
    pub bits: u32,
}

impl Type {
    /// The type of that name.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "pred" {
            return Some(Self { kind: 'p', bits: 1 });
        }
        let kind = text.chars().next().filter(|kind| "subf".contains(*kind))?;
        let bits = text[1..]
            .parse()
            .ok()
            .filter(|bits| [8, 16, 32, 64].contains(bits))?;
        Some(Self { kind, bits })
    }

    /// The bits of the type only.
    pub fn cut(self, bits: u64) -> u64 {
        if self.bits == 64 {
            bits
        } else {
            bits & ((1 << self.bits) - 1)
        }
    }

    fn signed(self, bits: u64) -> i64 {
        let unused = 64 - self.bits;
        (bits << unused) as i64 >> unused
    }

    /// The number as one of more bits, which keep its sign where it has one.
    pub fn widen(self, bits: u64) -> u64 {
        if self.kind == 's' {
            self.signed(bits) as u64
        } else {
            self.cut(bits)
        }
    }

    fn float(self, bits: u64) -> f64 {
        if self.bits == 32 {
            f64::from(f32::from_bits(bits as u32))
        } else {
            f64::from_bits(bits)
        }
    }
}

/// The bits of what arithmetic makes.
fn single(value: f32) -> u64 {
    u64::from(if value.is_nan() {
        NAN_F32
    } else {
        value.to_bits()
    })
}

fn double(value: f64) -> u64 {
    if value.is_nan() {
        NAN_F64
    } else {
        value.to_bits()
    }
}

/// Compares.
pub fn compare(how: &str, ty: Type, a: u64, b: u64) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match ty.kind {
        'f' => ty.float(a).partial_cmp(&ty.float(b)),
        's' => Some(ty.signed(a).cmp(&ty.signed(b))),
        _ => Some(ty.cut(a).cmp(&ty.cut(b))),
    };
    match how {
        "eq" => order == Some(Equal),
        "ne" => order.is_some_and(|order| order != Equal),
        "neu" => order != Some(Equal),
        "lt" => order == Some(Less),
        "le" => matches!(order, Some(Less | Equal)),
        "gt" => order == Some(Greater),
        "ge" => matches!(order, Some(Greater | Equal)),
        "nan" => order.is_none(),
        _ => panic!("no comparison {how}"),
    }
}

/// What an instruction without effects makes of its operands.
pub fn compute(name: &[String], ty: Type, v: &[u64]) -> u64 {
    let has = |word: &str| name.iter().any(|part| part == word);
    if ty.kind == 'f' {
        return if ty.bits == 32 {
            compute_f32(name, v)
        } else {
            compute_f64(name, v)
        };
    }
    let (a, b) = (v[0], v.get(1).copied().unwrap_or(0));
    let (c, d) = (
        v.get(2).copied().unwrap_or(0),
        v.get(3).copied().unwrap_or(0),
    );
    let wide = ty.bits == 64;
    let result = match name[0].as_str() {
        "add" => a.wrapping_add(b),
        "sub" => a.wrapping_sub(b),
        "neg" => a.wrapping_neg(),
        "mul" if has("wide") => return ty.cut(a).wrapping_mul(ty.cut(b)),
        "mul" => a.wrapping_mul(b),
        "mad" if has("wide") => return ty.cut(a).wrapping_mul(ty.cut(b)).wrapping_add(c),
        "mad" => a.wrapping_mul(b).wrapping_add(c),
        "div" | "rem" => divide(&name[0], ty, a, b),
        "and" => a & b,
        "or" => a | b,
        "xor" => a ^ b,
        "not" => !a,
        // The amount is clamped, not taken modulo the width.
        "shl" if b as u32 >= ty.bits => 0,
        "shl" => a << (b as u32),
        "shr" if ty.kind == 's' => (ty.signed(a) >> (b as u32).min(63)) as u64,
        "shr" if b as u32 >= ty.bits => 0,
        "shr" => ty.cut(a) >> (b as u32),
        "shf" => {
            let both = (b << 32) | (a & 0xffff_ffff);
            let amount = c as u32 & 31;
            if has("l") {
                (both << amount) >> 32
            } else {
                both >> amount
            }
        }
        "clz" => u64::from(ty.cut(a).leading_zeros() - (64 - ty.bits)),
        "popc" => u64::from(ty.cut(a).count_ones()),
        "brev" if wide => a.reverse_bits(),
        "brev" => u64::from((a as u32).reverse_bits()),
        "min" if ty.kind == 's' => ty.signed(a).min(ty.signed(b)) as u64,
        "max" if ty.kind == 's' => ty.signed(a).max(ty.signed(b)) as u64,
        "min" => ty.cut(a).min(ty.cut(b)),
        "max" => ty.cut(a).max(ty.cut(b)),
        "bfe" => {
            let field = Type {
                kind: ty.kind,
                bits: c as u32,
            };
            assert!(b + c <= 32 && c > 0, "a field that is not in the word");
            field.widen(ty.cut(a) >> b)
        }
        "bfi" => {
            assert!(c + d <= 32 && d > 0, "a field that is not in the word");
            let mask = ((1u64 << d) - 1) << c;
            (b & !mask) | ((a << c) & mask)
        }
        "selp" => {
            if c != 0 {
                a
            } else {
                b
            }
        }
        "mov" | "cvta" => a,
        other => panic!("no instruction {other}"),
    };
    ty.cut(result)
}

fn divide(name: &str, ty: Type, a: u64, b: u64) -> u64 {
    assert_ne!(ty.cut(b), 0, "a division by zero, which PTX leaves open");
    match (name, ty.kind) {
        ("div", 's') => {
            let quotient = ty.signed(a).checked_div(ty.signed(b));
            quotient.expect("an overflow, which PTX leaves open") as u64
        }
        (_, 's') => ty
            .signed(a)
            .checked_rem(ty.signed(b))
            .expect("an overflow, which PTX leaves open") as u64,
        ("div", _) => ty.cut(a) / ty.cut(b),
        _ => ty.cut(a) % ty.cut(b),
    }
}

fn compute_f32(name: &[String], v: &[u64]) -> u64 {
    let float = |at: usize| f32::from_bits(v[at] as u32);
    match name[0].as_str() {
        "add" => single(float(0) + float(1)),
        "sub" => single(float(0) - float(1)),
        "mul" => single(float(0) * float(1)),
        "div" => single(float(0) / float(1)),
        "sqrt" => single(float(0).sqrt()),
        "min" | "max" if float(0).is_nan() || float(1).is_nan() => {
            assert_eq!(name[1], "NaN");
            u64::from(NAN_F32)
        }
        "min" | "max" => extreme(
            name[0] == "min",
            float(0).into(),
            float(1).into(),
            v[0],
            v[1],
        ),
        "selp" => {
            if v[2] != 0 {
                v[0]
            } else {
                v[1]
            }
        }
        "mov" => v[0],
        other => panic!("no instruction {other} of f32"),
    }
}

fn compute_f64(name: &[String], v: &[u64]) -> u64 {
    let float = |at: usize| f64::from_bits(v[at]);
    match name[0].as_str() {
        "add" => double(float(0) + float(1)),
        "sub" => double(float(0) - float(1)),
        "mul" => double(float(0) * float(1)),
        "div" => double(float(0) / float(1)),
        "sqrt" => double(float(0).sqrt()),
        "abs" => double(float(0).abs()),
        "min" | "max" => match (float(0).is_nan(), float(1).is_nan()) {
            (true, true) => NAN_F64,
            (true, false) => v[1],
            (false, true) => v[0],
            (false, false) => extreme(name[0] == "min", float(0), float(1), v[0], v[1]),
        },
        "selp" => {
            if v[2] != 0 {
                v[0]
            } else {
                v[1]
            }
        }
        "mov" => v[0],
        other => panic!("no instruction {other} of f64"),
    }
}

/// The bits of the lesser or greater of two numbers; -0 is below +0.
fn extreme(least: bool, a: f64, b: f64, a_bits: u64, b_bits: u64) -> u64 {
    let below = if a == b { a.is_sign_negative() } else { a < b };
    if below == least { a_bits } else { b_bits }
}

/// Converts.
pub fn convert(name: &[String], to: Type, from: Type, bits: u64) -> u64 {
    let round = name.get(1).map(String::as_str);
    match (to.kind, from.kind) {
        ('f', 'f') if to.bits == from.bits => {
            let value = from.float(bits);
            let value = match round {
                Some("rpi") => value.ceil(),
                Some("rmi") => value.floor(),
                Some("rzi") => value.trunc(),
                Some("rni") => value.round_ties_even(),
                other => panic!("no rounding {other:?}"),
            };
            if to.bits == 32 {
                single(value as f32)
            } else {
                double(value)
            }
        }
        ('f', 'f') if to.bits == 32 => single(from.float(bits) as f32),
        ('f', 'f') => double(from.float(bits)),
        ('f', 's') if to.bits == 32 => single(from.signed(bits) as f32),
        ('f', 's') => double(from.signed(bits) as f64),
        ('f', _) if to.bits == 32 => single(from.cut(bits) as f32),
        ('f', _) => double(from.cut(bits) as f64),
        (kind, 'f') => {
            assert_eq!(round, Some("rzi"));
            let value = from.float(bits);
            match (kind, to.bits) {
                _ if value.is_nan() => 1 << (to.bits - 1),
                ('s', 32) => u64::from(value as i32 as u32),
                ('s', _) => value as i64 as u64,
                (_, 32) => u64::from(value as u32),
                _ => value as u64,
            }
        }
        _ => to.cut(from.widen(bits)),
    }
}
