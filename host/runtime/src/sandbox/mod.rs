//! What isolates a kernel: the one wasmtime configuration, limits, and the check of a component
//! against what it is granted.

mod contract;
mod crowd;
#[cfg_attr(
    not(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "dense/elsewhere.rs"
)]
mod dense;
mod grants;
mod limits;
mod memory;
mod shape;
mod shown;
mod stack;
mod tier;
mod version;

use std::sync::Arc;
use wasmtime::{Config, Engine, OperatorCost, WasmBacktraceDetails};

pub use contract::{ContractError, Needs};
pub(crate) use crowd::{Crowd, Member};
pub(crate) use dense::{Base, Berth, Shrink, Windows};
pub use grants::{
    Access, Compute, Folder, Grant, GrantError, Grants, Randomness, UngrantedError, Want,
};
pub(crate) use grants::{Addresses, Unresolved, World};
pub use limits::Limits;
pub(crate) use memory::Memory;
pub use shape::Shape;
pub(crate) use stack::{EngineKind, PerEngine};
pub use tier::Tier;

/// What kernels stand on: an engine, and the windows in which they have their stacks.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) engine: Engine,
    /// `None` in the tier in which each has a stack of its own.
    pub(crate) windows: Option<Arc<Windows>>,
}

/// The engine that compiles kernels of a tier, and runs those that have a stack of this size; with
/// what a core dump needs kept at a trap, or not. What one such engine compiles, all of its tier can
/// run.
///
/// # Errors
/// Where wasmtime does not support this machine.
pub(crate) fn engine(kind: EngineKind, core_dumps: bool) -> wasmtime::Result<Ground> {
    let stack_bytes = kind.stack_bytes.saturating_add(stack::HOST_BYTES);
    let mut config = Config::new();
    config
        // Fuel makes a kernel yield, and is what its work is measured in.
        .consume_fuel(true)
        // Growth is the host's work, also when it fails; by default it costs one unit. (What bulk
        // instructions move costs a unit a byte or element already.)
        .operator_cost(OperatorCost {
            MemoryGrow: u8::MAX,
            TableGrow: u8::MAX,
            ..OperatorCost::new()
        })
        // Kernels run as fibers of our executor and use no asynchrony of the component model;
        // without it every crossing of the boundary costs half.
        .concurrency_support(false)
        // An operator reads function names, and lines where the component has them.
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        // The same input gives the same result on every machine.
        .relaxed_simd_deterministic(true)
        // Less proven parts of the engine that no kernel needs. (Memories are shared where compute
        // functions run, in an engine of their own.)
        .wasm_memory64(false)
        .wasm_threads(false)
        .coredump_on_trap(core_dumps)
        .max_wasm_stack(kind.stack_bytes)
        .async_stack_size(stack_bytes);
    let windows = match kind.tier {
        Tier::Fast => None,
        Tier::Dense => Some(dense::configure(&mut config, stack_bytes)),
    };
    let engine = Engine::new(&config)?;
    Ok(Ground { engine, windows })
}
