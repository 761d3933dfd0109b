//! Why a component cannot be loaded.

use super::{CompilerLimit, ProvenanceError};
use crate::message::schema::SchemaError;
use crate::sandbox::{ContractError, Shape, UngrantedError};
use std::path::PathBuf;

/// Why a component cannot be loaded, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The path is a folder or a device.
    #[error("{} is {kind}, not a component; name the .wasm file itself", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// No kernel is registered under this name.
    #[error(
        "no component is registered as {name:?}; register it first, or launch from a path or bytes"
    )]
    NotRegistered {
        /// The name.
        name: String,
    },
    /// There are no bytes.
    #[error("the component is empty (0 bytes); was its build interrupted?")]
    Empty,
    /// There are too many bytes.
    #[error(
        "the component has {length} bytes, more than the {limit} that are allowed (component_bytes of its limits); is it a component at all? If so, strip its debug information"
    )]
    TooLarge {
        /// Its length in bytes.
        length: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes are something else.
    #[error("the component is not WebAssembly: it begins with {beginning}, not with \"\\0asm\"")]
    NotWasm {
        /// The first bytes, as text.
        beginning: String,
    },
    /// WebAssembly text.
    #[error(
        "this is WebAssembly text, not a binary; make a component of it with: ringhost build KERNEL.wat"
    )]
    Text,
    /// A core module.
    #[error(
        "this is a core WebAssembly module, not a component; link it with wasm-component-ld (cargo: linker = \"wasm-component-ld\"), or make a component of it with: ringhost build MODULE.wasm"
    )]
    CoreModule,
    /// Malformed, or it uses what the engine does not have.
    #[error("the component is invalid or damaged: {reason}")]
    Invalid {
        /// What the engine says, with the byte offset where it has one.
        reason: String,
    },
    /// It calls, or is called, in a way that kernels are not.
    #[error(
        "the component uses the component model's asynchronous calls, which this host does not have and no kernel needs; build it without them (componentize-qjs: --sync), or with `ringhost build` ({reason})"
    )]
    Asynchronous {
        /// What the engine says.
        reason: String,
    },
    /// It is not from where the runtime's policy wants it to be.
    #[error(transparent)]
    Provenance(#[from] ProvenanceError),
    /// Compiling it went over a limit of the compiler's process.
    #[error(
        "the component is too hard to compile: it takes more than {0}; raise that limit, or compile in the host's own process what you trust"
    )]
    CompilationLimit(CompilerLimit),
    /// The compiler's process ended without an answer.
    #[error(
        "the process that compiled the component died ({how}{said}); try again, with more memory for it if need be, or compile in the host's own process what you trust"
    )]
    CompilerDied {
        /// How it ended: its exit status, or the signal that ended it.
        how: String,
        /// What it said before, with what leads to it; or nothing.
        said: String,
    },
    /// The compiler's process cannot be used.
    #[error("cannot compile in a process of {}: {reason}", program.display())]
    CompilerUnusable {
        /// The program.
        program: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Its declaration of message types cannot be read.
    #[error(
        "the component's custom section \"ring:messages\" is malformed: {0}; rebuild it with a current SDK"
    )]
    Messages(#[from] SchemaError),
    /// It is for another world.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// It imports what it is not granted.
    #[error(transparent)]
    Ungranted(#[from] UngrantedError),
    /// What it marks for data-parallel work cannot be taken out of it.
    #[error("the component's compute functions cannot be used: {0}")]
    Compute(ringhost_compute::ProgramError),
    /// It names the contract's functions with other types, or it does not fit the limits.
    #[error("the component does not fit this host: {reason}")]
    Mismatch {
        /// What does not fit.
        reason: String,
    },
    /// What runs at launch went wrong.
    #[error("the component's initialiser failed: {reason}")]
    Initialiser {
        /// What happened.
        reason: String,
    },
    /// It was given a state and is of no shape that has one.
    #[error(
        "the component cannot take on a state: it is a {shape}, and only a handler that exports ring:kernel/state@0.1.0 can; launch it without a state"
    )]
    Stateless {
        /// Its shape.
        shape: Shape,
    },
    /// It did not take on the state that it was given.
    #[error("the kernel did not take on its state: {reason}")]
    Restore {
        /// What it said, or what happened.
        reason: String,
    },
    /// What runs at launch took too long.
    #[error(
        "the component's initialiser did not end within {limit}; do the work in run, or raise the limit"
    )]
    InitialiserTooLong {
        /// The limit, in fuel or time.
        limit: String,
    },
    /// The process has as many memory mappings as the system allows it.
    #[error(
        "there is no room for one more kernel: the process has {mappings} of the {most} memory mappings that it may have, and each kernel of the fast tier takes some; launch kernels in the dense tier (tier = \"dense\" in their manifests), or raise the bound, with `sysctl vm.max_map_count={}` for twice as many", .most.saturating_mul(2)
    )]
    NoMappings {
        /// How many it has.
        mappings: usize,
        /// How many it may have.
        most: usize,
    },
    /// The system gives the process no more memory or address space.
    #[error(
        "the system has no memory or address space for one more kernel: {reason}; end some, or give the process more"
    )]
    NoMemory {
        /// What the system says.
        reason: String,
    },
    /// A fault in ringhost.
    #[error("the host failed to load the component: {reason}")]
    HostFault {
        /// What happened.
        reason: String,
    },
}

/// What the engine says of a feature that its configuration leaves out.
const ASYNCHRONOUS: &str = "requires the component model async";

impl LoadError {
    /// What is wrong with a component that the engine does not take.
    pub(super) fn of_engine(reason: String) -> Self {
        // The engine has no type for this one.
        if reason.contains(ASYNCHRONOUS) {
            return Self::Asynchronous { reason };
        }
        Self::Invalid { reason }
    }
}
