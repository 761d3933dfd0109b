//! A program, compiled for the CPU.

use super::{THREADS, WINDOW, entry};
use crate::program::{Constant, Outline, Program};
use crate::{ComputeError, ProgramError};
use wasmparser::DataKind;
use wasmtime::{Config, Engine, Module};

/// How deep the calls of an item may go, in bytes of the thread's own stack.
const CALL_STACK: usize = 512 << 10;

/// Bytes of a page of memory.
pub(crate) const PAGE: u64 = 64 << 10;

/// A program, compiled for the CPU.
pub(crate) struct Compiled {
    pub(crate) program: Program,
    pub(crate) module: Module,
    /// What a space has in it at first: bytes and their addresses.
    pub(crate) data: Vec<(u32, Vec<u8>)>,
    /// Where the windows for stacks begin, if the program has a stack.
    pub(crate) windows: Option<u64>,
    /// Where the buffers begin.
    pub(crate) buffers: u64,
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
        let pages = outline.memories.first().map_or(0, |memory| memory.initial);
        let bytes = pages.saturating_mul(PAGE);
        let mut data = Vec::new();
        for segment in &outline.data {
            let DataKind::Active { offset_expr, .. } = &segment.kind else {
                continue;
            };
            let offset = match Constant::of(offset_expr) {
                Some(Constant::I32(offset)) => offset.cast_unsigned(),
                _ => u32::MAX,
            };
            let length = u64::try_from(segment.data.len()).unwrap_or(u64::MAX);
            if u64::from(offset).saturating_add(length) > bytes {
                let reason =
                    format!("the program has data at {offset}, which is not in its memory");
                return Err(ComputeError::InvalidArgument(reason));
            }
            data.push((offset, segment.data.to_vec()));
        }
        let windows = outline.named_stack_pointer.map(|_| bytes);
        let stacks = u64::from(WINDOW).saturating_mul(u64::try_from(THREADS).unwrap_or(u64::MAX));
        Ok(Self {
            program: program.clone(),
            module,
            data,
            windows,
            buffers: bytes.saturating_add(windows.map_or(0, |_| stacks)),
        })
    }

    /// Where the window of a thread begins.
    pub(crate) fn window(&self, thread: usize) -> u32 {
        let nth = u64::try_from(thread).unwrap_or(u64::MAX);
        let begin = self.windows.unwrap_or_default();
        u32::try_from(begin.saturating_add(nth.saturating_mul(u64::from(WINDOW)))).unwrap_or(0)
    }
}
