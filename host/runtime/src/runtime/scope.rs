//! A runtime whose kernels do not outlive a closure.

use super::RingKernelRuntime;
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, resume_unwind};

impl RingKernelRuntime {
    /// Runs a closure with this runtime and then ends all of its kernels, as
    /// [`terminate_all`](Self::terminate_all) does: whether the closure returns, fails or panics.
    /// If the scope's own future is dropped, the kernels are stopped at once.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), ringhost::Error> {
    /// use ringhost::{RingKernelRuntime, Source};
    ///
    /// let runtime = RingKernelRuntime::builder().build()?;
    /// let reply = runtime
    ///     .scope(async |runtime| {
    ///         runtime.launch_from("echo", Source::path("echo.wasm")).await?;
    ///         runtime.activate("echo").await?;
    ///         runtime.call("echo", "hello").await
    ///     })
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub async fn scope<T>(&self, closure: impl AsyncFnOnce(&Self) -> T) -> T {
        let guard = StopGuard(self);
        // A panic is carried past the end of the kernels, not looked at.
        let outcome = AssertUnwindSafe(closure(self)).catch_unwind().await;
        self.terminate_all().await;
        std::mem::forget(guard);
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Stops all kernels if the scope is dropped before it is done.
struct StopGuard<'runtime>(&'runtime RingKernelRuntime);

impl Drop for StopGuard<'_> {
    fn drop(&mut self) {
        self.0.stop_all();
    }
}
