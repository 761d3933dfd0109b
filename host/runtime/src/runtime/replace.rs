//! Another component under the same name.

use super::RingKernelRuntime;
use crate::error::Error;
use crate::kernel::Replacement;
use crate::lifecycle::Call;
use crate::module::Source;

impl RingKernelRuntime {
    /// Has another component take a running kernel's place. The name, both queues and the order in
    /// them, calls and links that are waiting, the log, limits, grants and what is left of the total
    /// fuel stay; callers notice nothing. The state of a handler that has one is carried over.
    ///
    /// The old instance is not cut off in the midst of a message: it receives nothing more, and goes
    /// when it has nothing in hand, or after 5 seconds wherever it is. What it has in hand then is put
    /// back into the queue if the kernel was launched with a [restart policy](crate::Restart), under
    /// which that is known, and counts as received otherwise.
    ///
    /// A new component that cannot be loaded or instantiated takes no place: the old one goes on, as
    /// a new instance if its own had gone for it.
    ///
    /// ```no_run
    /// # async fn example(runtime: &ringhost::RingKernelRuntime) -> Result<(), ringhost::Error> {
    /// use ringhost::Source;
    ///
    /// runtime.replace("doubler", Source::path("doubler-2.wasm")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no such kernel, it is not ACTIVE, the component cannot be loaded or does not take
    /// on the state, the state cannot be had in time, or the kernel ends meanwhile.
    pub async fn replace(&self, kernel_id: &str, source: impl Into<Source>) -> Result<(), Error> {
        self.replace_with(kernel_id, source, Replacement::default())
            .await
    }

    /// The same with another deadline, or without the state.
    ///
    /// # Errors
    /// As [`replace`](Self::replace).
    pub async fn replace_with(
        &self,
        kernel_id: &str,
        source: impl Into<Source>,
        replacement: Replacement,
    ) -> Result<(), Error> {
        let kernel = self.shared.registry.kernel(kernel_id, Call::Replace)?;
        kernel.check_running()?;
        let source = self.resolve(source.into())?;
        let (limits, terms) = kernel.terms();
        let compiler = terms.compiler.as_ref();
        let loading = self
            .shared
            .loader
            .load(&source, limits, terms.tier, compiler);
        let module = loading.await?;
        let launcher = &self.shared.launcher;
        let making = launcher.recipe(source, &module, &terms.grants, None);
        let (recipe, source) = making.await?;
        kernel.replace(recipe, source, replacement).await
    }
}
