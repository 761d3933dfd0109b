//! Random functions, item by item beside plain wasmtime.

use super::*;
use ringhost_compute::TrapCode;
use std::fmt::Write;
use wasmtime::{Config, Engine, Instance, MemoryType, Module, Store, Trap};

const MODULES: u32 = 400;
const ITEMS: u32 = 70;

/// Bytes of the buffer that each item has to itself.
const OWN: u32 = 64;

/// Writes functions of random operators. Each item reads and writes only what is its own.
struct Author {
    state: u64,
    text: String,
    depth: u32,
    /// There is one count of turns, so no loop is in another.
    is_in_loop: bool,
}

const TYPES: [&str; 4] = ["i32", "i64", "f32", "f64"];

impl Author {
    fn roll(&mut self, sides: u32) -> u32 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(sides)) as u32
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(u32::try_from(from.len()).unwrap()) as usize]
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push(' ');
    }

    fn constant(&mut self, kind: &str) {
        let value = match kind {
            "i32" => self.pick(&[
                "0",
                "1",
                "-1",
                "7",
                "31",
                "0x80000000",
                "0x7fffffff",
                "1234567",
            ]),
            "i64" => self.pick(&["0", "1", "-1", "63", "0x8000000000000000", "987654321012"]),
            _ => self.pick(&[
                "0", "-0", "1", "-1.5", "inf", "-inf", "nan", "1e30", "3e9", "1e-40", "0.1",
            ]),
        };
        let _ = write!(self.text, "{kind}.const {value} ");
    }

    /// An address of the item's own.
    fn address(&mut self) {
        self.value("i32");
        self.put("i32.const 56 i32.and local.get $own i32.add");
    }

    /// Leaves a value of a type.
    fn value(&mut self, kind: &'static str) {
        if self.depth == 0 {
            match self.roll(3) {
                0 => self.constant(kind),
                _ => {
                    let local = self.roll(2);
                    let _ = write!(self.text, "local.get ${kind}{local} ");
                }
            }
            return;
        }
        self.depth -= 1;
        let is_integer = kind.starts_with('i');
        match self.roll(12) {
            0..=4 => {
                let operator = if is_integer && self.roll(40) == 0 {
                    self.pick(&["div_s", "div_u", "rem_s", "rem_u"])
                } else if is_integer {
                    self.pick(&[
                        "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl",
                        "rotr",
                    ])
                } else {
                    self.pick(&["add", "sub", "mul", "div", "min", "max", "copysign"])
                };
                self.value(kind);
                self.value(kind);
                let _ = write!(self.text, "{kind}.{operator} ");
            }
            5 => {
                let operator = if is_integer {
                    self.pick(&["clz", "ctz", "popcnt", "extend8_s", "extend16_s"])
                } else {
                    self.pick(&["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"])
                };
                self.value(kind);
                let _ = write!(self.text, "{kind}.{operator} ");
            }
            6 => {
                let traps = self.roll(10) == 0;
                let (from, operator) = match (kind, self.roll(4)) {
                    ("i32", 0) => ("i64", "i32.wrap_i64"),
                    ("i32", 1) => ("f32", "i32.reinterpret_f32"),
                    ("i32", 2) if traps => ("f64", "i32.trunc_f64_s"),
                    ("i32", _) => ("f32", "i32.trunc_sat_f32_u"),
                    ("i64", 0) => ("i32", "i64.extend_i32_s"),
                    ("i64", 1) => ("f64", "i64.reinterpret_f64"),
                    ("i64", 2) if traps => ("f32", "i64.trunc_f32_u"),
                    ("i64", _) => ("f64", "i64.trunc_sat_f64_s"),
                    ("f32", 0) => ("f64", "f32.demote_f64"),
                    ("f32", 1) => ("i32", "f32.reinterpret_i32"),
                    ("f32", _) => ("i64", "f32.convert_i64_u"),
                    (_, 0) => ("f32", "f64.promote_f32"),
                    (_, 1) => ("i64", "f64.reinterpret_i64"),
                    (_, _) => ("i32", "f64.convert_i32_s"),
                };
                self.value(from);
                self.put(operator);
            }
            7 if is_integer => {
                let of = self.kind();
                let operator = match of {
                    "i32" | "i64" => self.pick(&["eq", "ne", "lt_s", "lt_u", "ge_s", "gt_u"]),
                    _ => self.pick(&["eq", "ne", "lt", "ge", "gt", "le"]),
                };
                self.value(of);
                self.value(of);
                let _ = write!(self.text, "{of}.{operator} ");
                if kind == "i64" {
                    self.put("i64.extend_i32_u");
                }
            }
            8 => {
                self.address();
                let _ = write!(self.text, "{kind}.load ");
            }
            9 => {
                self.value(kind);
                self.value(kind);
                self.value("i32");
                self.put("select");
            }
            10 => {
                self.value("i32");
                let _ = write!(self.text, "if (result {kind}) ");
                self.value(kind);
                self.put("else");
                self.value(kind);
                self.put("end");
            }
            _ => {
                self.value(kind);
                let _ = write!(self.text, "call ${kind} ");
            }
        }
        self.depth += 1;
    }

    fn kind(&mut self) -> &'static str {
        TYPES[self.roll(4) as usize]
    }

    fn statement(&mut self) {
        let kind = self.kind();
        match self.roll(10) {
            0..=3 => {
                self.value(kind);
                let local = self.roll(2);
                let _ = write!(self.text, "local.set ${kind}{local} ");
            }
            4..=6 => {
                self.address();
                self.value(kind);
                let _ = write!(self.text, "{kind}.store ");
            }
            7 if !self.is_in_loop => {
                self.is_in_loop = true;
                self.put("i32.const 5 local.set $turns loop");
                self.statement();
                self.put("local.get $turns i32.const 1 i32.sub local.tee $turns br_if 0 end");
                self.is_in_loop = false;
            }
            8 => {
                self.put("block");
                self.value("i32");
                self.put("br_if 0");
                self.statement();
                self.put("end");
            }
            _ => {
                self.value("i32");
                self.put("i32.const 15 i32.and i32.eqz if return end");
            }
        }
    }
}

/// A module with one function and others that it calls.
fn module(seed: u64) -> String {
    let mut author = Author {
        state: seed,
        text: String::new(),
        depth: 4,
        is_in_loop: false,
    };
    author.put(r#"(module (memory (export "memory") 1)"#);
    for kind in TYPES {
        let _ = write!(author.text, "(func ${kind} (param {kind}) (result {kind}) ");
        author.put("(local $own i32) (local $i320 i32) (local $i640 i64) (local $f320 f32) (local $f640 f64)");
        author.put("(local $i321 i32) (local $i641 i64) (local $f321 f32) (local $f641 f64)");
        // It calls nothing, so that all ends.
        let _ = write!(author.text, "local.get 0 local.get 0 {kind}.add) ");
    }
    author
        .put(r#"(func (export "compute:f") (param $i320 i32) (param $own i32) (param $f640 f64)"#);
    author.put("(local $i321 i32) (local $i640 i64) (local $i641 i64) (local $f320 f32)");
    author.put("(local $f321 f32) (local $f641 f64) (local $turns i32)");
    let _ = write!(
        author.text,
        "(local.set $own (i32.add (local.get $own) (i32.mul (local.get $i320) (i32.const {OWN})))) "
    );
    for _ in 0..8 {
        author.statement();
    }
    author.put("))");
    author.text
}

/// What plain wasmtime makes of these bytes at this address, or where and why it traps first.
fn expected(
    engine: &Engine,
    module: &[u8],
    pages: u64,
    at: u32,
    bytes: &[u8],
) -> Result<Vec<u8>, (u32, TrapCode)> {
    let mut store = Store::new(engine, ());
    let module = Module::new(engine, module).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    assert_eq!(
        memory.ty(&store).minimum(),
        MemoryType::new(1, None).minimum()
    );
    memory.grow(&mut store, pages - 1).unwrap();
    memory.write(&mut store, at as usize, bytes).unwrap();
    let function = instance
        .get_typed_func::<(u32, u32, f64), ()>(&mut store, "compute:f")
        .unwrap();
    for item in 0..ITEMS {
        if let Err(error) = function.call(&mut store, (item, at, 0.7)) {
            let code = match error.downcast_ref::<Trap>().unwrap() {
                Trap::IntegerDivisionByZero => TrapCode::DivideByZero,
                Trap::IntegerOverflow => TrapCode::IntegerOverflow,
                Trap::BadConversionToInteger => TrapCode::BadConversion,
                other => panic!("{other}"),
            };
            return Err((item, code));
        }
    }
    let mut after = vec![0; bytes.len()];
    memory.read(&store, at as usize, &mut after).unwrap();
    Ok(after)
}

#[tokio::test]
async fn random_functions_do_what_they_do_in_plain_wasmtime() {
    let mut config = Config::new();
    config.cranelift_nan_canonicalization(true);
    let engine = Engine::new(&config).unwrap();
    let devices = Devices::cpu(3);
    let (mut same, mut trapped) = (0, 0);
    for seed in 0..MODULES {
        let text = module(seed.into());
        let bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let program = Program::of_module(&bytes).unwrap();
        let space = devices.space(None, &program, 1 << 16).unwrap();
        let before = numbers(ITEMS * OWN / 4).map(u32::to_le_bytes);
        let own = buffer(&space, before.clone());
        let arguments = vec![Argument::Buffer(own.clone()), Argument::F64(0.7)];
        let result = run(&space, launch("f", ITEMS, arguments)).await;
        let before: Vec<u8> = before.flatten().collect();
        let pages = space.memory_bytes() >> 16;
        match (
            expected(&engine, &bytes, pages, own.address(), &before),
            result,
        ) {
            (Ok(after), Ok(_)) => {
                assert_eq!(read(&space, &own).await, after, "seed {seed}: {text}");
                same += 1;
            }
            (Err(trap), Err(ComputeError::Trap { item, code, .. })) => {
                assert_eq!((item, code), trap, "seed {seed}: {text}");
                trapped += 1;
            }
            (expected, result) => panic!("seed {seed}: {expected:?}, {result:?}: {text}"),
        }
    }
    // Enough of both for it to mean something.
    assert!(
        same > MODULES / 10 && trapped > MODULES / 10,
        "{same} {trapped}"
    );
}
