//! Many kernels: names, launch to terminate, summary.

mod builder;
mod lifecycle;
mod link;
mod messages;
mod query;
mod registry;
mod replace;
mod scope;
mod summary;
mod supervise;
mod typed;

use crate::kernel::Launcher;
use crate::module::Loader;
use parking_lot::Mutex;
use registry::Registry;
use std::num::NonZeroUsize;
use std::sync::Arc;

pub use builder::{Backend, Builder};
pub use lifecycle::{TERMINATE_ALL_TIMEOUT, TERMINATE_TIMEOUT};
pub use link::{Link, LinkReport};
pub use summary::{KernelSummary, RuntimeSummary};
pub use typed::TypedKernel;

/// Coordinates ring kernels: launches them, passes messages to and from them, ends them.
///
/// A runtime is cheap to clone, and its clones are one. When the last is dropped, its kernels are
/// stopped; use [`terminate_all`](Self::terminate_all) or [`scope`](Self::scope) to end them
/// gracefully.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use ringhost::{RingKernelRuntime, Source};
///
/// let runtime = RingKernelRuntime::builder().telemetry(true).build()?;
/// runtime.launch_from("doubler", Source::path("doubler.wasm")).await?;
/// runtime.activate("doubler").await?;
/// runtime.send("doubler", "a message").await?;
/// let reply = runtime.receive("doubler").await?;
/// runtime.terminate_all().await;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RingKernelRuntime {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Registry,
    loader: Loader,
    launcher: Launcher,
    telemetry: bool,
    default_queue_size: NonZeroUsize,
    backend: Backend,
    /// Held by who makes a group.
    grouping: Mutex<()>,
}

impl RingKernelRuntime {
    /// Sets up a runtime.
    pub fn builder() -> Builder {
        Builder::default()
    }
}
