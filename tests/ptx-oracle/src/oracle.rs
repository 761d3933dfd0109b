//! What wasmtime does with a compute function, and whether its translation does the same.

use std::sync::OnceLock;

use ringhost_ptx::{Options, Policy, Target, Translation, TrapKind, Trapped, translate};
use wasmtime::{Config, Engine, Extern, Instance, Module, Store, Trap, Val, ValType};

use crate::machine::{Kernel, Launch, Memory, run};
use crate::units::{UNITS, counting};

/// All policies.
pub const POLICIES: [Policy; 3] = [Policy::Mask, Policy::Trap, Policy::Deferred];

/// The options of a policy.
pub fn options(policy: Policy) -> Options {
    Options {
        policy,
        ..Options::default()
    }
}

/// A module of one memory and one compute function, `f`.
pub struct Function {
    module: Module,
    instance: Instance,
    store: Store<()>,
}

/// The engine that strict results are defined by.
fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config.cranelift_nan_canonicalization(true);
        config.consume_fuel(true);
        Engine::new(&config).expect("an engine")
    })
}

impl Function {
    /// Loads a module whose memory holds `bytes`, behind which it holds what its data segments say.
    pub fn new(module: &[u8]) -> Self {
        let engine = engine();
        let module = Module::new(engine, counting(module)).expect("wasmtime takes the module");
        let mut store = Store::new(engine, ());
        store.set_fuel(1 << 40).expect("fuel");
        let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
        Self {
            module,
            instance,
            store,
        }
    }

    /// Gives globals their first values again, as they have for each item.
    fn renew(&mut self) {
        let bytes = self.memory().to_vec();
        self.instance = Instance::new(&mut self.store, &self.module, &[]).expect("an instance");
        self.memory().copy_from_slice(&bytes);
    }

    /// The units of fuel that were used since this was asked.
    pub fn units(&mut self) -> u64 {
        let units = self.instance.get_global(&mut self.store, UNITS);
        let units = units.expect("the module counts");
        let count = units.get(&mut self.store).unwrap_i64() as u64;
        units.set(&mut self.store, Val::I64(0)).expect("a number");
        count
    }

    /// How much of wasmtime's own fuel there is from now on.
    pub fn fuel(&mut self, fuel: u64) {
        self.store.set_fuel(fuel).expect("fuel");
    }

    /// Its memory.
    pub fn memory(&mut self) -> &mut [u8] {
        let memory = self
            .instance
            .get_memory(&mut self.store, "memory")
            .expect("a memory");
        memory.data_mut(&mut self.store)
    }

    /// Runs one item.
    pub fn run(&mut self, item: u64, parameters: &[u64]) -> Result<(), Trap> {
        let Some(Extern::Func(function)) = self.instance.get_export(&mut self.store, "f") else {
            panic!("no function f");
        };
        let types: Vec<ValType> = function.ty(&self.store).params().collect();
        let bits = std::iter::once(&item).chain(parameters);
        let values: Vec<Val> = types
            .iter()
            .zip(bits)
            .map(|(ty, bits)| value(ty, *bits))
            .collect();
        let outcome = function.call(&mut self.store, &values, &mut []);
        outcome.map_err(|error| *error.downcast_ref::<Trap>().expect("a trap"))
    }
}

fn value(ty: &ValType, bits: u64) -> Val {
    match ty {
        ValType::I32 => Val::I32(bits as i32),
        ValType::I64 => Val::I64(bits as i64),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits),
        other => panic!("no parameter {other}"),
    }
}

/// What is in the record where wasmtime traps so.
pub fn kind(trap: Trap) -> TrapKind {
    match trap {
        Trap::MemoryOutOfBounds => TrapKind::OutOfBounds,
        Trap::HeapMisaligned => TrapKind::Misaligned,
        Trap::IntegerDivisionByZero => TrapKind::DivisionByZero,
        Trap::IntegerOverflow => TrapKind::IntegerOverflow,
        Trap::BadConversionToInteger => TrapKind::BadConversion,
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::OutOfFuel => TrapKind::OutOfFuel,
        other => panic!("a trap that PTX has not: {other}"),
    }
}

/// A translation, ready to run.
pub struct Compiled {
    /// What the translator made.
    pub translation: Translation,
    /// Its kernel.
    pub kernel: Kernel,
    /// The kernel with slices of so few units that loops come to their ends.
    pub short: Kernel,
}

/// Units of a slice of [`Compiled::short`].
const SHORT: u32 = 5;

/// Translates `f` of the module.
pub fn compile(module: &[u8], policy: Policy) -> Compiled {
    let translation = translate(module, "f", &options(policy)).expect("a translation");
    let kernel = Kernel::parse(&translation.ptx);
    crate::fences::check(&kernel, policy);
    let slice = format!(", {};", Translation::SLICE);
    let short = Kernel::parse(&translation.ptx.replace(&slice, &format!(", {SHORT};")));
    Compiled {
        translation,
        kernel,
        short,
    }
}

impl Compiled {
    /// A memory as the module has it at first.
    pub fn memory(&self) -> Memory {
        let mut bytes = vec![0; self.translation.pages as usize * 65536];
        for data in &self.translation.data {
            bytes[data.offset as usize..][..data.bytes.len()].copy_from_slice(&data.bytes);
        }
        Memory::new(&bytes)
    }

    /// Runs a launch on a machine that survives it.
    pub fn run(&self, memory: &mut Memory, launch: &Launch) -> Option<Trapped> {
        run(&self.kernel, memory, launch).expect("the device survives");
        self.translation.trapped(memory.lowest())
    }

    /// As [`Self::run`], with short slices.
    pub fn run_short(&self, memory: &mut Memory, launch: &Launch) -> Option<Trapped> {
        run(&self.short, memory, launch).expect("the device survives");
        self.translation.trapped(memory.lowest())
    }

    /// Runs a launch of one item with the fuel that it needs, and asserts that with a unit less it runs
    /// out of it, wherever its slices end.
    pub fn run_exactly(&self, memory: &mut Memory, launch: &Launch, units: u64) -> Option<Trapped> {
        let mut launch = launch.clone();
        if let Some(fuel) = units.checked_sub(1) {
            launch.fuel = fuel;
            for run in [Self::run, Self::run_short] {
                let trapped = run(self, &mut memory.clone(), &launch);
                let kind = trapped.map(|trapped| trapped.kind);
                assert_eq!(kind, Some(TrapKind::OutOfFuel), "with {fuel} units");
            }
        }
        launch.fuel = units;
        let mut other = memory.clone();
        let short = self.run_short(&mut other, &launch);
        let found = self.run(memory, &launch);
        assert_eq!(short, found, "with short slices");
        assert!(other.linear() == memory.linear(), "with short slices");
        found
    }
}

/// Runs the items one by one, each on a memory with these bytes from `at` on, and holds what is then
/// in memory, and how each ended, against wasmtime. For functions whose accesses are good.
pub fn agree(what: &str, module: &[u8], bytes: &[u8], items: u64, parameters: &[u64]) {
    agree_under(what, module, bytes, items, parameters, &POLICIES);
}

/// As [`agree`], under these policies only.
pub fn agree_under(
    what: &str,
    module: &[u8],
    bytes: &[u8],
    items: u64,
    parameters: &[u64],
    policies: &[Policy],
) {
    let mut expected = Function::new(module);
    expected.memory()[..bytes.len()].copy_from_slice(bytes);
    let mut outcomes = Vec::new();
    for item in 0..items {
        let outcome = expected.run(item, parameters).err().map(kind);
        outcomes.push((outcome, expected.units()));
        // What tests single operators has many items and no globals.
        if items <= 16 {
            expected.renew();
        }
    }
    for policy in policies {
        let compiled = compile(module, *policy);
        let mut memory = compiled.memory();
        memory.linear_mut()[..bytes.len()].copy_from_slice(bytes);
        for (item, (outcome, units)) in (0..items).zip(&outcomes) {
            let launch = Launch {
                first: item,
                parameters: parameters.to_vec(),
                ..Launch::default()
            };
            // What tests single operators takes no fuel.
            let record = if items <= 16 {
                compiled.run_exactly(&mut memory, &launch, *units)
            } else {
                assert_eq!(*units, 0);
                compiled.run(&mut memory, &launch)
            };
            assert_eq!(
                record.map(|r| r.kind),
                *outcome,
                "{what}, item {item}, {policy:?}"
            );
            if let Some(record) = record {
                assert_eq!(record.index, 0, "{what}, {policy:?}");
            }
            memory.clear_record();
        }
        let (found, wanted) = (memory.linear(), &*expected.memory());
        if let Some(at) = found
            .iter()
            .zip(wanted)
            .position(|(found, wanted)| found != wanted)
        {
            let at = at / 8 * 8;
            let (found, wanted) = (&found[at..at + 8], &wanted[at..at + 8]);
            panic!("{what}, {policy:?}: {found:x?} and not {wanted:x?} at {at:#x}");
        }
    }
}

/// Both targets of the policy.
pub fn both(module: &[u8], policy: Policy) -> [Translation; 2] {
    [Target::Sm80, Target::Sm90].map(|target| {
        let options = Options {
            target,
            ..options(policy)
        };
        translate(module, "f", &options).expect("a translation")
    })
}
