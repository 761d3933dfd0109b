//! A program, compiled for the CPU.

use super::{WINDOW, entry};
use crate::program::{Outline, Program};
use crate::space::Layout;
use crate::{ComputeError, ProgramError};
use wasmtime::{Config, Engine, Module};

/// How deep the calls of an item may go, in bytes of the thread's own stack.
const CALL_STACK: usize = 512 << 10;

/// A program, compiled for the CPU.
pub(crate) struct Compiled {
    pub(crate) program: Program,
    pub(crate) module: Module,
    pub(crate) layout: Layout,
}

/// The engine that compute functions run in.
///
/// # Errors
/// Where wasmtime does not support this machine.
pub(crate) fn engine() -> Result<Engine, ComputeError> {
    let mut config = Config::new();
    config
        .wasm_threads(true)
        // A space is one memory, with an instance of the program in it on each thread.
        .shared_memory(true)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .concurrency_support(false)
        // The second memory of an instance is ours: see `control`.
        .wasm_multi_memory(true)
        // The same bits on every machine.
        .cranelift_nan_canonicalization(true)
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(CALL_STACK);
    Engine::new(&config).map_err(|error| {
        ComputeError::NoDevice(format!("this machine cannot run compiled code: {error:#}"))
    })
}

impl Compiled {
    /// # Errors
    /// If the program cannot be compiled here, or its data are not in its memory.
    pub(crate) fn new(engine: &Engine, program: &Program) -> Result<Self, ComputeError> {
        let invalid = |error: ProgramError| ComputeError::InvalidArgument(error.to_string());
        let outline = Outline::of(program.module()).map_err(invalid)?;
        let module = entry::module(program.module(), &outline).map_err(invalid)?;
        let module = Module::new(engine, module)
            .map_err(|error| ComputeError::InvalidArgument(format!("{error:#}")))?;
        Ok(Self {
            program: program.clone(),
            module,
            layout: Layout::of(program)?,
        })
    }

    /// Where the window of a thread begins.
    pub(crate) fn window(&self, thread: usize) -> u32 {
        let nth = u64::try_from(thread).unwrap_or(u64::MAX);
        let begin = self.layout.windows.unwrap_or_default();
        u32::try_from(begin.saturating_add(nth.saturating_mul(u64::from(WINDOW)))).unwrap_or(0)
    }
}
