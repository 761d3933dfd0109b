//! What an input decides: a component, its limits, and what is done to it.

use super::tame::{Manners, tamed};
use crate::drive::Action;
use arbitrary::{Result, Unstructured};
use ringhost::{LaunchOptions, Limits, Overflow};
use ringhost_tests::{CONTRACT_IMPORTS, component_from_module};
use std::sync::LazyLock;
use std::time::Duration;
use wasm_smith::Config;

/// The most that is done to one kernel.
const ACTIONS: usize = 24;

/// The most memory that one kernel may have.
const MEMORY_BYTES: u64 = 16 << 20;

/// The most table elements that it may have.
const TABLE_ELEMENTS: u64 = 4000;

/// What an input decides.
pub(super) struct Plan {
    pub(super) component: Vec<u8>,
    pub(super) options: LaunchOptions,
    pub(super) actions: Vec<Action>,
}

impl Plan {
    /// `None` where the input makes no component.
    pub(super) fn of(input: &[u8]) -> Option<Self> {
        let mut input = Unstructured::new(input);
        let options = options(&mut input).ok()?;
        let actions = actions(&mut input).ok()?;
        let manners = Manners::of(&mut input).ok()?;
        let module = module(&mut input).ok()?;
        Some(Self {
            component: component_from_module(tamed(&module, manners)).ok()?,
            options,
            actions,
        })
    }
}

fn options(input: &mut Unstructured<'_>) -> Result<LaunchOptions> {
    const OVERFLOWS: [Overflow; 4] = [
        Overflow::Wait,
        Overflow::Reject,
        Overflow::DropOldest,
        Overflow::DropNewest,
    ];
    let limits = Limits {
        memory_bytes: MEMORY_BYTES - input.int_in_range(0..=MEMORY_BYTES)?,
        table_elements: TABLE_ELEMENTS - input.int_in_range(0..=TABLE_ELEMENTS)?,
        instances: input.int_in_range(1..=64)?,
        stack_bytes: *input.choose(&[64 << 10, 128 << 10, 512 << 10])?,
        message_bytes: input.int_in_range(0..=2048)?,
        queue_bytes: input.int_in_range(0..=8192)?,
        fuel_slice: input.int_in_range(1..=1_000_000)?,
        fuel_total: Some(input.int_in_range(0..=20_000_000)?),
        cpu_share: match input.int_in_range(0..=100)? {
            0 => None,
            percent => Some(f64::from(percent) / 100.0),
        },
        weight: input.int_in_range(1..=100)?,
        message_time: Duration::from_millis(input.int_in_range(1..=2000)?),
        initialiser_fuel: input.int_in_range(0..=1_000_000)?,
        initialiser_time: Duration::from_millis(input.int_in_range(0..=2000)?),
        log_line_bytes: input.int_in_range(0..=512)?,
        log_bytes_per_second: input.int_in_range(0..=4096)?,
        // What is drawn for another limit is drawn last, after the module: so the inputs that were
        // kept go on meaning what they are named for.
        ..Limits::default()
    };
    Ok(LaunchOptions::default()
        .queue_size(input.int_in_range(1..=8)?)
        .overflow(*input.choose(&OVERFLOWS)?)
        .output_overflow(*input.choose(&OVERFLOWS)?)
        .limits(limits))
}

fn actions(input: &mut Unstructured<'_>) -> Result<Vec<Action>> {
    let mut actions = Vec::new();
    if input.ratio(9, 10)? {
        actions.push(Action::Activate);
    }
    for _ in 0..input.int_in_range(0..=ACTIONS)? {
        actions.push(input.arbitrary()?);
    }
    Ok(actions)
}

/// What the module may import: everything of the contract.
static IMPORTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    wat::parse_str(format!("(module {CONTRACT_IMPORTS})")).expect("the contract is WebAssembly")
});

/// What it must export to be a kernel.
static EXPORTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    wat::parse_str(
        r#"(module
            (memory (export "memory") 2)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "run") (result i32) unreachable))"#,
    )
    .expect("the exports are WebAssembly")
});

fn module(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let config = Config {
        available_imports: Some(IMPORTS.clone()),
        exports: Some(EXPORTS.clone()),
        max_imports: 12,
        max_funcs: 12,
        max_instructions: input.int_in_range(0..=300)?,
        max_memories: input.int_in_range(1..=4)?,
        max_tables: input.int_in_range(0..=4)?,
        max_memory32_bytes: MEMORY_BYTES / 2,
        max_table_elements: TABLE_ELEMENTS,
        allow_start_export: !input.ratio(3, 4)?,
        min_funcs: 2,
        min_imports: 4,
        disallow_traps: input.ratio(3, 4)?,
        // It brings externref, which the engine does not have; seldom, to see it refused.
        reference_types_enabled: !input.ratio(19, 20)?,
        // Likewise refused.
        gc_enabled: false,
        exceptions_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        ..Config::default()
    };
    wasm_smith::Module::new(config, input).map(|module| module.to_bytes())
}
