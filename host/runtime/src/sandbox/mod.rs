//! What isolates a kernel: the one wasmtime configuration, limits, and the check of a component
//! against what it is granted.

mod contract;
mod grants;
mod limits;
mod memory;
mod shape;
mod stack;

use wasmtime::{Config, Engine, OperatorCost, WasmBacktraceDetails};

pub use contract::{ContractError, Needs};
pub use grants::{Access, Folder, Grant, GrantError, Grants, Randomness, UngrantedError, Want};
pub(crate) use grants::{Addresses, Unresolved, World};
pub use limits::Limits;
pub(crate) use memory::Memory;
pub use shape::Shape;
pub(crate) use stack::PerStack;

/// The engine that compiles kernels, and runs those that have a stack of this size; with what a
/// core dump needs kept at a trap, or not. What one such engine compiles, all can run.
///
/// # Errors
/// Where wasmtime does not support this machine.
pub(crate) fn engine(stack_bytes: usize, core_dumps: bool) -> wasmtime::Result<Engine> {
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
        // A less proven part of the engine that no kernel needs.
        .wasm_memory64(false)
        .coredump_on_trap(core_dumps)
        .max_wasm_stack(stack_bytes)
        .async_stack_size(stack_bytes.saturating_add(stack::HOST_BYTES));
    Engine::new(&config)
}
