//! ringhost runs *ring kernels*: persistent actors, each a sandboxed WebAssembly component, that
//! loop over an input queue, do work and answer on an output queue.
//!
//! Begin with [`RingKernelRuntime`]. What a kernel can rely on stands in `wit/ring-kernel.wit`;
//! what a caller can rely on, in `docs/semantics.md`.
//!
//! The modules are rooms, from the ground up, each knowing only what stands below it: `message`,
//! `queue`, `lifecycle`, `telemetry`, `sandbox`, `module`, `imports`, `kernel`, `runtime`.

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod error;
mod executor;
mod imports;
mod kernel;
mod lifecycle;
pub mod message;
mod module;
mod queue;
mod runtime;
mod sandbox;
mod sync;
mod telemetry;

pub use error::{
    DropCause, Error, InputClosedError, InvalidOptionError, KernelEndedError, KernelExistsError,
    KernelNotFoundError, KernelStateError, MessageDroppedError, MessageTooLargeError,
    QueueFullError, ReplaceError, SnapshotError, TimeoutError,
};
pub use executor::{Executor, Task};
pub use imports::{DeadLetter, Level, LogLine};
pub use kernel::{
    Aftermath, CoreDumps, DeathReport, InHand, LaunchOptions, ManifestError, Replacement, Restart,
    RestartWhen, Strategy, Supervision, Termination,
};
pub use lifecycle::{
    Call, Ending, Frame, InvalidKernelIdError, KernelId, KernelState, Limit, Status, TrapReport,
};
pub use message::{
    DecodeError, EncodeError, Envelope, Message, MessageId, Outgoing, Payload, Priority,
};
pub use module::{
    Compiler, CompilerLimit, CompilerLimits, CompilerProcess, Digest, Inspection,
    InvalidDigestError, InvalidPublicKeyError, LoadError, Provenance, ProvenanceError, PublicKey,
    Requirement, SignatureFault, Source, broker, compile_worker, is_compile_worker,
};
pub use queue::{Overflow, QueueCounts};
/// What becomes of an access on a GPU that is outside of a kernel's space.
pub use ringhost_compute::Fence;
pub use ringhost_compute::{BrokerProcess, is_broker};
pub use ringhost_compute::{DeviceInfo, DeviceKind};
pub use runtime::{
    Backend, Builder, KernelSummary, Link, LinkReport, RingKernelRuntime, RuntimeSummary,
    TERMINATE_ALL_TIMEOUT, TERMINATE_TIMEOUT, TypedKernel,
};
pub use sandbox::{
    Access, Compute, ContractError, Folder, Grant, GrantError, Grants, Limits, Needs, Randomness,
    Shape, Tier, UngrantedError, Want,
};
pub use telemetry::{KernelTelemetry, LatencySummary};
