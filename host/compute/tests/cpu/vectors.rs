//! Functions that can be done for several items side by side, item by item beside plain wasmtime.

use super::*;
use ringhost_compute::TrapCode;
use wasmtime::{Config, Engine, Instance, Module, Store, Trap};

/// How many modules there are; for a longer search `RINGHOST_VECTOR_MODULES` says more.
const MODULES: u64 = 400;

/// Bytes before and behind what items read and write.
const ROOM: u32 = 1 << 16;

/// Writes functions that lead straight on, with a few conditions, over memory that items go through evenly.
struct Author {
    state: u64,
    /// The types of numbers that vectors hold as many of.
    kinds: [&'static str; 2],
}

impl Author {
    fn new(seed: u64) -> Self {
        let mut author = Self {
            state: seed,
            kinds: ["i32", "f32"],
        };
        if author.roll(3) == 0 {
            author.kinds = ["i64", "f64"];
        }
        author
    }

    fn roll(&mut self, sides: u32) -> u32 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(sides)) as u32
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(u32::try_from(from.len()).unwrap()) as usize]
    }

    fn kind(&mut self) -> &'static str {
        let kinds = self.kinds;
        self.pick(&kinds)
    }

    fn bytes(&self) -> i32 {
        if self.kinds[0] == "i32" { 4 } else { 8 }
    }

    /// A number of 32 bits that grows evenly.
    fn even(&mut self) -> String {
        let step = self.pick(&[1, 1, 4, 8, 3, -1, 0, 0x4000_0000]);
        let base = match self.roll(4) {
            0 => "(local.get $n)".to_owned(),
            1 => "(local.get $x)".to_owned(),
            _ => format!("(i32.const {})", self.pick(&[0, 1, -1, 40, -50, i32::MAX])),
        };
        let item = match step {
            4 => "(i32.shl (local.get $i) (i32.const 2))".to_owned(),
            _ => format!("(i32.mul (local.get $i) (i32.const {step}))"),
        };
        match self.roll(3) {
            0 => format!("(i32.sub {base} {item})"),
            1 if step == 4 => format!("(i32.or {item} (i32.const 3))"),
            _ => format!("(i32.add {item} {base})"),
        }
    }

    /// An address, and the offset behind it.
    fn place(&mut self, bytes: i32) -> String {
        let step = self.pick(&[bytes, bytes, bytes, bytes, bytes, 0, 2 * bytes, 12, -bytes]);
        let base = self.pick(&["$x", "$y"]);
        let offset = self.pick(&[0, 0, 0, 0, bytes, 1, 64]);
        let item = format!("(i32.mul (local.get $i) (i32.const {step}))");
        format!("offset={offset} (i32.add (local.get {base}) {item})")
    }

    fn condition(&mut self, depth: u32) -> String {
        let compare = self.pick(&[
            "lt_u", "le_u", "gt_u", "ge_u", "lt_s", "le_s", "gt_s", "ge_s", "eq", "ne",
        ]);
        match self.roll(8) {
            0 if depth > 0 => format!("(i32.eqz {})", self.condition(depth - 1)),
            1 if depth > 0 => {
                let both = self.pick(&["and", "or"]);
                let (one, other) = (self.condition(depth - 1), self.condition(depth - 1));
                format!("(i32.{both} {one} {other})")
            }
            2 if depth > 0 => format!("(i32.xor {} (i32.const 1))", self.condition(depth - 1)),
            3 => self.even(),
            4 => format!("(i32.{compare} (local.get $n) {})", self.even()),
            _ => format!("(i32.{compare} {} (local.get $n))", self.even()),
        }
    }

    fn value(&mut self, kind: &'static str, depth: u32) -> String {
        let is_integer = kind.starts_with('i');
        let is_narrow = self.bytes() == 4;
        if depth == 0 {
            let local = self.roll(2);
            return match self.roll(5) {
                0 if kind == "i32" => self.even(),
                1 if is_integer => {
                    let value = self.pick(&["0", "1", "-1", "0x7fffffff", "77"]);
                    format!("({kind}.const {value})")
                }
                1 => {
                    let value = self.pick(&["0", "-0", "1.5", "inf", "nan", "-nan:0x1", "1e-40"]);
                    format!("({kind}.const {value})")
                }
                2 if kind == "f32" => "(local.get $a)".to_owned(),
                2 if kind == "f64" => "(local.get $b)".to_owned(),
                3 => format!("(local.get ${kind}{local})"),
                _ => {
                    let place = self.place(self.bytes());
                    format!("({kind}.load {place})")
                }
            };
        }
        let depth = depth - 1;
        let one = self.value(kind, depth);
        match self.roll(10) {
            0..=3 => {
                let operator = if is_integer {
                    self.pick(&["add", "sub", "mul", "and", "or", "xor"])
                } else {
                    self.pick(&["add", "sub", "mul", "div", "min", "max"])
                };
                format!("({kind}.{operator} {one} {})", self.value(kind, depth))
            }
            4 if is_integer => {
                let operator = self.pick(&["shl", "shr_s", "shr_u"]);
                let by = self.pick(&["1", "31", "33", "-1"]);
                format!("({kind}.{operator} {one} ({kind}.const {by}))")
            }
            4 => {
                let operator =
                    self.pick(&["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"]);
                format!("({kind}.{operator} {one})")
            }
            5 => {
                let other = self.value(kind, depth);
                let of = self.kind();
                let compare = if of.starts_with('i') {
                    self.pick(&["eq", "ne", "lt_s", "ge_s"])
                } else {
                    self.pick(&["eq", "ne", "lt", "gt", "le", "ge"])
                };
                let (left, right) = (self.value(of, depth), self.value(of, depth));
                format!("(select {one} {other} ({of}.{compare} {left} {right}))")
            }
            6 => {
                let condition = self.condition(1);
                format!("(select {one} {} {condition})", self.value(kind, depth))
            }
            7 if kind == "i32" => {
                let (load, bytes) = self.pick(&[("8_u", 1), ("8_s", 1), ("16_u", 2), ("16_s", 2)]);
                format!("(i32.load{load} {})", self.place(bytes))
            }
            8 if is_narrow && is_integer => {
                let of = self.value("f32", depth);
                let how = self.pick(&["trunc_sat_f32_s", "trunc_sat_f32_u", "reinterpret_f32"]);
                format!("(i32.{how} {of})")
            }
            8 if is_narrow => {
                let of = self.value("i32", depth);
                let how = self.pick(&["convert_i32_s", "convert_i32_u", "reinterpret_i32"]);
                format!("(f32.{how} {of})")
            }
            8 if is_integer => format!("(i64.reinterpret_f64 {})", self.value("f64", depth)),
            8 => format!("(f64.reinterpret_i64 {})", self.value("i64", depth)),
            9 if kind == "i32" => format!("(i32.add {one} {})", self.condition(1)),
            _ => one,
        }
    }

    fn statement(&mut self, depth: u32) -> String {
        let kind = self.kind();
        match self.roll(12) {
            0..=1 => {
                let local = self.roll(2);
                format!("(local.set ${kind}{local} {})", self.value(kind, 2))
            }
            2 if kind == "i32" => {
                let (store, bytes) = self.pick(&[("8", 1), ("16", 2)]);
                let place = self.place(bytes);
                format!("(i32.store{store} {place} {})", self.value(kind, 2))
            }
            3 => {
                let end = self.pick(&["(return)", "(unreachable)", "(br $out)"]);
                format!("(if {} (then {end}))", self.condition(1))
            }
            4 if depth > 0 => {
                let (condition, then) = (self.condition(1), self.statement(depth - 1));
                let other = self.statement(depth - 1);
                format!("(if {condition} (then {then}) (else {other}))")
            }
            5 if depth > 0 => {
                let (condition, then) = (self.condition(1), self.statement(depth - 1));
                format!("(block (br_if 0 {condition}) {then})")
            }
            6 => format!(
                "(local.set ${kind}0 (block (result {kind}) (drop (br_if 0 {} {})) {}))",
                self.value(kind, 1),
                self.condition(1),
                self.value(kind, 1)
            ),
            _ => {
                let place = self.place(self.bytes());
                format!("({kind}.store {place} {})", self.value(kind, 3))
            }
        }
    }

    fn module(&mut self) -> String {
        let locals: String = ["i32", "i64", "f32", "f64"]
            .iter()
            .map(|kind| format!("(local ${kind}0 {kind}) (local ${kind}1 {kind}) "))
            .collect();
        let count = 1 + self.roll(4);
        let body: String = (0..count).map(|_| self.statement(2) + "\n").collect();
        format!(
            r#"(module (memory (export "memory") 1) (func (export "compute:f") (param $i i32)
            (param $x i32) (param $y i32) (param $n i32) (param $a f32) (param $b f64)
            {locals} (block $out {body})))"#
        )
    }
}

/// What a function is called with, beside the item.
#[derive(Debug, Clone, Copy)]
struct Call {
    items: u32,
    x: u32,
    y: u32,
    n: u32,
}

impl Call {
    fn arguments(self) -> Vec<Argument> {
        let mut arguments: Vec<_> = [self.x, self.y, self.n]
            .map(|number| Argument::I32(number.cast_signed()))
            .into();
        arguments.extend([Argument::F32(0.7), Argument::F64(-1e3)]);
        arguments
    }
}

/// What plain wasmtime makes of these bytes at this address, or where and why it traps first.
fn expected(
    module: &[u8],
    pages: u64,
    call: Call,
    (at, bytes): (u32, &[u8]),
) -> Result<Vec<u8>, (u32, TrapCode)> {
    let mut config = Config::new();
    config.cranelift_nan_canonicalization(true);
    let engine = Engine::new(&config).unwrap();
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, module).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    memory.grow(&mut store, pages - 1).unwrap();
    memory.write(&mut store, at as usize, bytes).unwrap();
    let function = instance
        .get_typed_func::<(u32, u32, u32, u32, f32, f64), ()>(&mut store, "compute:f")
        .unwrap();
    for item in 0..call.items {
        let arguments = (item, call.x, call.y, call.n, 0.7, -1e3);
        if let Err(error) = function.call(&mut store, arguments) {
            let code = match error.downcast_ref::<Trap>().unwrap() {
                Trap::MemoryOutOfBounds => TrapCode::OutOfBounds,
                Trap::UnreachableCodeReached => TrapCode::Unreachable,
                other => panic!("{other}"),
            };
            return Err((item, code));
        }
    }
    let mut after = vec![0; bytes.len()];
    memory.read(&store, at as usize, &mut after).unwrap();
    Ok(after)
}

/// Runs a function on one thread, so that items which write what others read have an order, and says
/// whether it came to its end: as plain wasmtime does.
async fn same(text: &str, call: impl Fn(u32, u32) -> Call) -> bool {
    let module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let program = Program::of_module(&module).unwrap();
    let space = Devices::cpu(1).space(None, &program, 1 << 19).unwrap();
    let before: Vec<_> = numbers(3 * ROOM / 4).map(u32::to_le_bytes).collect();
    let own = buffer(&space, before.clone());
    let pages = space.memory_bytes() >> 16;
    let call = call(own.address() + ROOM, u32::try_from(pages << 16).unwrap());
    // The whole buffer is said to be written, so that it is poison after a trap.
    let result = run(&space, launch("f", call.items, call.arguments())).await;
    let before: Vec<u8> = before.into_iter().flatten().collect();
    match (
        expected(&module, pages, call, (own.address(), &before)),
        result,
    ) {
        (Ok(after), Ok(_)) => {
            let found = read(&space, &own).await;
            let differs = found
                .iter()
                .zip(&after)
                .position(|(one, other)| one != other);
            assert_eq!(differs, None, "{call:?} {text}");
            true
        }
        (Err(trap), Err(ComputeError::Trap { item, code, .. })) => {
            assert_eq!((item, code), trap, "{call:?} {text}");
            false
        }
        (expected, result) => panic!("{:?}, {result:?}: {text}", expected.map(drop)),
    }
}

#[tokio::test]
async fn random_functions_do_side_by_side_what_they_do_one_by_one() {
    let modules = std::env::var("RINGHOST_VECTOR_MODULES");
    let modules = modules.map_or(MODULES, |number| number.parse().unwrap());
    let (mut ended, mut trapped) = (0, 0);
    for seed in 0..modules {
        let mut author = Author::new(seed);
        let text = author.module();
        let call = |room: u32, end: u32| {
            let mut pick = Author::new(seed.wrapping_mul(31));
            let items = pick.pick(&[1, 3, 15, 16, 17, 64, 100, 1000, 2048 + 37]);
            let x = pick.pick(&[room, room, room, room + 1, end - 400, 0u32.wrapping_sub(80)]);
            let behind = pick.pick(&[
                0,
                4,
                8,
                16,
                20_000,
                20_000,
                20_000,
                20_003,
                0u32.wrapping_sub(4),
            ]);
            let n = pick.pick(&[0, 1, 10, items - 1, items, items + 1, 0x7fff_ffff, u32::MAX]);
            let y = x.wrapping_add(behind);
            Call { items, x, y, n }
        };
        if same(&text, call).await {
            ended += 1;
        } else {
            trapped += 1;
        }
    }
    // Enough of both for it to mean something.
    assert!(
        ended > modules / 4 && trapped > modules / 20,
        "{ended} {trapped}"
    );
}
