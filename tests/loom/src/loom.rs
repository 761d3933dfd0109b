//! loom's threads, which take every way.

pub use loom::future::block_on;
pub use loom::sync::atomic::{AtomicU8, AtomicU64};
pub use loom::sync::{Mutex, MutexGuard};
pub use loom::thread;

/// Runs a model in all interleavings with at most four preemptions, which takes seconds. Without
/// that bound, which `LOOM_MAX_PREEMPTIONS` can set, it is minutes.
pub fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(4));
    builder.check(check);
}
