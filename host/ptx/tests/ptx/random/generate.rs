//! Makes the text of a module from a seed.

use super::Numbers;
use operators::edges;

/// What a function may use, and how much of it is still to be made.
pub struct Generator {
    pub numbers: Numbers,
    /// How many more operators.
    left: u32,
    /// Whether addresses may be bad.
    pub wild: bool,
    /// How many loops are open, each with a local that counts.
    loops: usize,
    /// The labels of open blocks that take nothing.
    labels: Vec<String>,
    names: u32,
    /// Whether calls may be made.
    calls: bool,
}

const TYPES: [&str; 4] = ["i32", "i64", "f32", "f64"];
/// The most loops within each other.
const LOOPS: usize = 3;

impl Generator {
    pub fn new(seed: u64) -> Self {
        let mut generator = Self {
            numbers: Numbers::new(seed),
            left: 0,
            wild: false,
            loops: 0,
            labels: vec![],
            names: 0,
            calls: false,
        };
        generator.wild = generator.below(5) == 0;
        generator
    }

    pub fn next(&mut self) -> u64 {
        self.numbers.next()
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.numbers.below(bound)
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }

    fn bits(&mut self, ty: &str) -> u64 {
        match self.below(3) {
            0 => self.next(),
            1 => self.below(64),
            _ => edges(ty)[self.below(edges(ty).len() as u64) as usize],
        }
    }

    /// The bits of the function's parameters after the item.
    pub fn parameters(&mut self) -> Vec<u64> {
        TYPES
            .iter()
            .map(|ty| {
                let bits = self.bits(ty);
                if ty.ends_with("32") {
                    bits & 0xffff_ffff
                } else {
                    bits
                }
            })
            .collect()
    }

    pub fn module(&mut self) -> String {
        let mut functions = String::new();
        for helper in ["a", "b"] {
            self.left = 20;
            let body = self.body();
            let results: Vec<String> = TYPES.iter().map(|ty| self.expression(ty, 3)).collect();
            functions += &format!(
                "(func ${helper} (param $item i32) {} (result {}) {}\n{body}\n{})\n",
                parameters(),
                TYPES.join(" "),
                locals(),
                results.join("\n")
            );
            // The second may call the first.
            self.calls = true;
        }
        self.left = 120;
        let body = self.body();
        format!(
            "(module (memory (export \"memory\") 1)
(global $gi32 (mut i32) (i32.const 7)) (global $gi64 (mut i64) (i64.const -7))
(global $gf32 (mut f32) (f32.const 1.5)) (global $gf64 (mut f64) (f64.const -0))
(global $gv128 (mut v128) (v128.const i32x4 1 2 3 4))
(data (i32.const 5000) \"some data\")
{functions}(func (export \"f\") (param $item i32) {} {}\n{body}\n{}))",
            parameters(),
            locals(),
            self.keep()
        )
    }

    /// Stores every local, so that all that was computed is seen.
    fn keep(&self) -> String {
        let store = |(at, ty): (usize, &&str)| {
            format!(
                "({ty}.store offset={} (i32.mul (local.get $item) (i32.const 64)) (local.get $l{ty}))\n",
                8192 + at * 8
            )
        };
        let vector = "(v128.store offset=8224 (i32.mul (local.get $item) (i32.const 64)) (local.get $lv128))";
        TYPES.iter().enumerate().map(store).collect::<String>() + vector
    }

    fn body(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(6) + 2 {
            text += &self.statement(4);
        }
        text
    }

    pub fn spend(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("${kind}{}", self.names)
    }

    fn statements(&mut self, depth: u32) -> String {
        (0..self.below(3) + 1)
            .map(|_| self.statement(depth))
            .collect()
    }

    fn statement(&mut self, depth: u32) -> String {
        if !self.spend() || depth == 0 {
            return String::new();
        }
        let ty = self.pick(&TYPES);
        match self.below(16) {
            0..4 => format!("(local.set $l{ty} {})\n", self.expression(ty, depth)),
            4 => format!("(global.set $g{ty} {})\n", self.expression(ty, depth)),
            5..7 => self.store(depth),
            7 => {
                let condition = self.expression("i32", depth);
                let (then, otherwise) = (self.statements(depth - 1), self.statements(depth - 1));
                let otherwise = if self.below(2) == 0 {
                    format!("(else {otherwise})")
                } else {
                    String::new()
                };
                format!("(if {condition} (then {then}) {otherwise})\n")
            }
            8 => {
                let label = self.name("block");
                self.labels.push(label.clone());
                let body = self.statements(depth - 1);
                self.labels.pop();
                format!("(block {label} {body})\n")
            }
            9 => self.counted(depth),
            10 => match self.labels.last().cloned() {
                Some(label) if self.below(6) == 0 => format!("(br {label})\n"),
                Some(label) => format!("(br_if {label} {})\n", self.expression("i32", depth - 1)),
                None => String::new(),
            },
            11 if !self.labels.is_empty() => {
                let labels: Vec<String> = (0..self.below(5) + 1)
                    .map(|_| {
                        let at = self.below(self.labels.len() as u64);
                        self.labels[at as usize].clone()
                    })
                    .collect();
                format!(
                    "(br_table {} {})\n",
                    labels.join(" "),
                    self.expression("i32", depth - 1)
                )
            }
            12 if self.calls && self.loops < 2 => self.call(depth),
            13 => self.bulk(depth),
            14 => self.vector_statement(depth),
            _ => format!("(drop {})\n", self.expression(ty, depth)),
        }
    }

    /// A loop that goes round a few times.
    fn counted(&mut self, depth: u32) -> String {
        if self.loops == LOOPS {
            return String::new();
        }
        let (label, counter) = (self.name("loop"), self.loops);
        self.loops += 1;
        // A branch out of a loop is one to a block around it.
        let body = self.statements(depth - 1);
        self.loops -= 1;
        format!(
            "(local.set $n{counter} (i32.const {}))
             (loop {label} {body}
               (br_if {label} (local.tee $n{counter} (i32.sub (local.get $n{counter}) (i32.const 1)))))\n",
            self.below(5) + 1
        )
    }

    fn call(&mut self, depth: u32) -> String {
        let arguments: Vec<String> = TYPES
            .iter()
            .map(|ty| self.expression(ty, depth - 1))
            .collect();
        let sets: String = TYPES
            .iter()
            .rev()
            .map(|ty| format!("(local.set $l{ty})"))
            .collect();
        format!(
            "(call $a (local.get $item) {}) {sets}\n",
            arguments.join(" ")
        )
    }

    fn bulk(&mut self, depth: u32) -> String {
        let place = |generator: &mut Self| {
            let address = generator.expression("i32", depth - 1);
            format!(
                "(i32.and {address} (i32.const {}))",
                if generator.below(2) == 0 {
                    0x7fc
                } else {
                    0x7ff
                }
            )
        };
        let (to, second) = (place(self), place(self));
        let length = self.expression("i32", depth - 1);
        let name = self.pick(&["memory.copy", "memory.fill"]);
        format!("({name} {to} {second} (i32.and {length} (i32.const 31)))\n")
    }

    /// An address and what goes with it, for an access of so many bytes.
    pub fn address(&mut self, bytes: u64, depth: u32) -> (String, String) {
        let address = self.expression("i32", depth - 1);
        if self.wild && self.below(3) == 0 {
            let offset = [0, 1, 65535, 65536, u32::MAX][self.below(5) as usize];
            return (format!("offset={offset} align=1"), address);
        }
        if self.below(4) == 0 {
            let offset = self.below(64);
            return (
                format!("offset={offset} align=1"),
                format!("(i32.and {address} (i32.const 0x7ff))"),
            );
        }
        let offset = self.below(16) * bytes;
        (
            format!("offset={offset}"),
            format!("(i32.and {address} (i32.const 0x7f8))"),
        )
    }

    fn store(&mut self, depth: u32) -> String {
        let (name, bytes) = [
            ("i32.store", 4),
            ("i64.store", 8),
            ("f32.store", 4),
            ("f64.store", 8),
            ("i32.store8", 1),
            ("i32.store16", 2),
            ("i64.store32", 4),
        ][self.below(7) as usize];
        let (memarg, address) = self.address(bytes, depth);
        format!(
            "({name} {memarg} {address} {})\n",
            self.expression(&name[..3], depth - 1)
        )
    }

    fn constant(&mut self, ty: &str) -> String {
        let bits = self.bits(ty);
        match ty {
            "i32" => format!("(i32.const {})", bits as i32),
            "i64" => format!("(i64.const {})", bits as i64),
            "f32" => format!("(f32.reinterpret_i32 (i32.const {}))", bits as i32),
            _ => format!("(f64.reinterpret_i64 (i64.const {}))", bits as i64),
        }
    }

    pub fn expression(&mut self, ty: &str, depth: u32) -> String {
        if depth == 0 || !self.spend() {
            return match self.below(4) {
                0 => self.constant(ty),
                1 if ty == "i32" => "(local.get $item)".into(),
                2 => format!("(local.get $p{ty})"),
                _ => format!("(local.get $l{ty})"),
            };
        }
        let depth = depth - 1;
        match self.below(13) {
            0 => self.constant(ty),
            1 => format!("(global.get $g{ty})"),
            2 => format!("(local.tee $l{ty} {})", self.expression(ty, depth)),
            3 | 4 => self.load(ty, depth + 1),
            5 => {
                let (a, b) = (self.expression(ty, depth), self.expression(ty, depth));
                format!("(select {a} {b} {})", self.expression("i32", depth))
            }
            6 => {
                let (a, b) = (self.expression(ty, depth), self.expression(ty, depth));
                let condition = self.expression("i32", depth);
                format!("(if (result {ty}) {condition} (then {a}) (else {b}))")
            }
            7 => {
                let label = self.name("value");
                let (a, b) = (self.expression(ty, depth), self.expression("i32", depth));
                let other = self.expression(ty, depth);
                format!("(block {label} (result {ty}) (drop (br_if {label} {a} {b})) {other})")
            }
            8 => self.converted(ty, depth),
            9 => self.lane(ty, depth),
            _ => self.operation(ty, depth),
        }
    }

    fn load(&mut self, ty: &str, depth: u32) -> String {
        let all: &[(&str, u64)] = match ty {
            "i32" => &[
                ("i32.load", 4),
                ("i32.load8_s", 1),
                ("i32.load8_u", 1),
                ("i32.load16_s", 2),
                ("i32.load16_u", 2),
            ],
            "i64" => &[
                ("i64.load", 8),
                ("i64.load8_s", 1),
                ("i64.load16_s", 2),
                ("i64.load32_s", 4),
                ("i64.load32_u", 4),
            ],
            "f32" => &[("f32.load", 4)],
            _ => &[("f64.load", 8)],
        };
        let (name, bytes) = all[self.below(all.len() as u64) as usize];
        let (memarg, address) = self.address(bytes, depth);
        format!("({name} {memarg} {address})")
    }

    fn converted(&mut self, ty: &str, depth: u32) -> String {
        let names: &[(&str, &str)] = match ty {
            "i32" => &[
                ("i32.wrap_i64", "i64"),
                ("i32.reinterpret_f32", "f32"),
                ("i32.trunc_sat_f32_s", "f32"),
                ("i32.trunc_sat_f64_u", "f64"),
                ("i32.eqz", "i32"),
                ("i64.eqz", "i64"),
                ("i32.trunc_f64_s", "f64"),
                ("i32.extend8_s", "i32"),
                ("i32.extend16_s", "i32"),
            ],
            "i64" => &[
                ("i64.extend_i32_s", "i32"),
                ("i64.extend_i32_u", "i32"),
                ("i64.reinterpret_f64", "f64"),
                ("i64.trunc_sat_f32_u", "f32"),
                ("i64.trunc_sat_f64_s", "f64"),
                ("i64.extend32_s", "i64"),
            ],
            "f32" => &[
                ("f32.demote_f64", "f64"),
                ("f32.reinterpret_i32", "i32"),
                ("f32.convert_i64_u", "i64"),
                ("f32.convert_i32_s", "i32"),
            ],
            _ => &[
                ("f64.promote_f32", "f32"),
                ("f64.reinterpret_i64", "i64"),
                ("f64.convert_i64_s", "i64"),
                ("f64.convert_i32_u", "i32"),
            ],
        };
        let (name, from) = names[self.below(names.len() as u64) as usize];
        format!("({name} {})", self.expression(from, depth))
    }

    fn operation(&mut self, ty: &str, depth: u32) -> String {
        if ty == "i32" && self.below(3) == 0 {
            let of = self.pick(&TYPES);
            let name = match of {
                "i32" | "i64" => self.pick(&["eq", "ne", "lt_s", "lt_u", "gt_s", "ge_u", "le_s"]),
                _ => self.pick(&["eq", "ne", "lt", "gt", "le", "ge"]),
            };
            let (a, b) = (self.expression(of, depth), self.expression(of, depth));
            return format!("({of}.{name} {a} {b})");
        }
        let integer = ty.starts_with('i');
        if self.below(4) == 0 {
            let names: &[&str] = if integer {
                &["clz", "ctz", "popcnt"]
            } else {
                &["abs", "neg", "sqrt", "ceil", "floor", "trunc", "nearest"]
            };
            let name = self.pick(names);
            return format!("({ty}.{name} {})", self.expression(ty, depth));
        }
        let names: &[&str] = match (integer, self.below(8)) {
            (true, 0) => &["div_s", "div_u", "rem_s", "rem_u"],
            (true, _) => &[
                "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr",
            ],
            (false, _) => &["add", "sub", "mul", "div", "min", "max", "copysign"],
        };
        let name = self.pick(names);
        let (a, b) = (self.expression(ty, depth), self.expression(ty, depth));
        format!("({ty}.{name} {a} {b})")
    }
}

fn parameters() -> String {
    TYPES
        .iter()
        .map(|ty| format!("(param $p{ty} {ty})"))
        .collect()
}

fn locals() -> String {
    let counters: String = (0..LOOPS)
        .map(|number| format!("(local $n{number} i32)"))
        .collect();
    TYPES
        .iter()
        .map(|ty| format!("(local $l{ty} {ty})"))
        .collect::<String>()
        + "(local $lv128 v128)"
        + &counters
}
