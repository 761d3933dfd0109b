//! From launch to terminate.

use super::RingKernelRuntime;
use super::registry::{Entry, Registration};
use crate::error::{Error, KernelNotFoundError};
use crate::kernel::{LaunchOptions, Termination};
use crate::lifecycle::{Call, Ending, KernelId};
use crate::module::{LoadError, Source};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// How long [`RingKernelRuntime::terminate`] waits for a kernel to end by itself.
pub const TERMINATE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long [`RingKernelRuntime::terminate_all`] waits for all kernels to end by themselves.
pub const TERMINATE_ALL_TIMEOUT: Duration = Duration::from_secs(10);

impl RingKernelRuntime {
    /// Gives a component a name. The kernel is CREATED: [`launch`](Self::launch) finds it, and
    /// other kernels can be launched from it by [`Source::Registered`].
    ///
    /// # Errors
    /// If the name is taken or no name for a kernel.
    pub fn register(&self, kernel_id: &str, source: impl Into<Source>) -> Result<(), Error> {
        self.register_with(kernel_id, source, LaunchOptions::default())
    }

    /// The same, with the options its launch will have.
    ///
    /// # Errors
    /// If the name is taken or no name for a kernel.
    pub fn register_with(
        &self,
        kernel_id: &str,
        source: impl Into<Source>,
        options: LaunchOptions,
    ) -> Result<(), Error> {
        let registration = Registration {
            source: source.into(),
            options,
        };
        self.shared
            .registry
            .register(KernelId::new(kernel_id)?, registration)
    }

    /// Launches the kernel that was registered under this name: compiles it, instantiates it,
    /// allocates its queues. None of its code runs yet, but messages can be sent to it.
    ///
    /// # Errors
    /// If nothing is registered under the name, it has been launched already, or its component
    /// cannot be loaded.
    pub async fn launch(&self, kernel_id: &str) -> Result<(), Error> {
        match self.shared.registry.get(kernel_id)? {
            Entry::Registered(registration) => {
                let Registration { source, options } = &*registration;
                self.launch_with(kernel_id, source.clone(), options.clone())
                    .await
            }
            _ => {
                self.launch_with(
                    kernel_id,
                    Source::registered(kernel_id),
                    LaunchOptions::default(),
                )
                .await
            }
        }
    }

    /// Launches a component under a new name: from a path, bytes, or a registered name.
    ///
    /// # Errors
    /// If the name is taken or no name for a kernel, or the component cannot be loaded.
    pub async fn launch_from(
        &self,
        kernel_id: &str,
        source: impl Into<Source>,
    ) -> Result<(), Error> {
        self.launch_with(kernel_id, source, LaunchOptions::default())
            .await
    }

    /// The same, with options. A launch that fails, or whose future is dropped, leaves nothing
    /// behind.
    ///
    /// # Errors
    /// If the name is taken or no name for a kernel, an option cannot be meant, or the component
    /// cannot be loaded.
    pub async fn launch_with(
        &self,
        kernel_id: &str,
        source: impl Into<Source>,
        options: LaunchOptions,
    ) -> Result<(), Error> {
        let id = KernelId::new(kernel_id)?;
        let source = self.resolve(source.into())?;
        let claim = self.shared.registry.begin_launch(&id)?;
        options.check()?;
        let loader = &self.shared.loader;
        let module = loader
            .load(
                &source,
                &options.limits,
                options.tier,
                options.compiler.as_ref(),
            )
            .await?;
        let kernel = self
            .shared
            .launcher
            .launch(id, source, module, options)
            .await?;
        claim.fulfil(kernel);
        Ok(())
    }

    /// Follows a registered name to where its component is.
    pub(super) fn resolve(&self, source: Source) -> Result<Source, Error> {
        let Source::Registered(name) = source else {
            return Ok(source);
        };
        match self.shared.registry.get(&name) {
            Ok(Entry::Registered(registration)) => Ok(registration.source.clone()),
            Ok(Entry::Launching(Some(registration))) => Ok(registration.source.clone()),
            Ok(Entry::Launched(kernel)) => Ok(kernel.source()),
            Ok(Entry::Launching(None)) | Err(KernelNotFoundError { .. }) => {
                Err(LoadError::NotRegistered { name }.into())
            }
        }
    }

    /// Starts the kernel's loop.
    ///
    /// # Errors
    /// If there is no such kernel or it is not LAUNCHED.
    pub async fn activate(&self, kernel_id: &str) -> Result<(), Error> {
        self.shared
            .registry
            .kernel(kernel_id, Call::Activate)?
            .activate()
    }

    /// Pauses the kernel: no message reaches it, its code stands still at its next fuel yield, and
    /// messages sent to it wait.
    ///
    /// # Errors
    /// If there is no such kernel or it is not ACTIVE.
    pub async fn deactivate(&self, kernel_id: &str) -> Result<(), Error> {
        self.shared
            .registry
            .kernel(kernel_id, Call::Deactivate)?
            .deactivate()
    }

    /// Ends a pause: the kernel goes on exactly where it was.
    ///
    /// # Errors
    /// If there is no such kernel or it is not DEACTIVATED.
    pub async fn reactivate(&self, kernel_id: &str) -> Result<(), Error> {
        self.shared
            .registry
            .kernel(kernel_id, Call::Reactivate)?
            .reactivate()
    }

    /// Says that no more messages will be sent: the kernel receives what waits for it, and then
    /// learns that its input is closed.
    ///
    /// # Errors
    /// If there is no such kernel, or it is not LAUNCHED, ACTIVE or DEACTIVATED.
    pub async fn close_input(&self, kernel_id: &str) -> Result<(), Error> {
        self.shared
            .registry
            .kernel(kernel_id, Call::CloseInput)?
            .close_input()
    }

    /// Asks the kernel to end, and stops it wherever it is if it has not after 5 seconds. Both of
    /// its queues are cleared. It stays visible with how it ended until it is removed.
    ///
    /// # Errors
    /// If there is no such kernel, it was never launched, or it has ended already.
    pub async fn terminate(&self, kernel_id: &str) -> Result<Termination, Error> {
        self.terminate_timeout(kernel_id, TERMINATE_TIMEOUT).await
    }

    /// The same with another deadline; zero stops the kernel at once.
    ///
    /// # Errors
    /// As [`terminate`](Self::terminate).
    pub async fn terminate_timeout(
        &self,
        kernel_id: &str,
        timeout: Duration,
    ) -> Result<Termination, Error> {
        self.shared
            .registry
            .kernel(kernel_id, Call::Terminate)?
            .terminate(timeout)
            .await
    }

    /// Ends all kernels, all at once, within 10 seconds. Returns what came of those that were
    /// still alive.
    pub async fn terminate_all(&self) -> Vec<Termination> {
        self.terminate_all_timeout(TERMINATE_ALL_TIMEOUT).await
    }

    /// The same with another deadline, which all kernels share.
    pub async fn terminate_all_timeout(&self, timeout: Duration) -> Vec<Termination> {
        let kernels = self.shared.registry.kernels();
        let endings = kernels.iter().map(|kernel| kernel.terminate(timeout));
        // An error says that a kernel has ended already, which is what was wanted.
        join_all(endings)
            .await
            .into_iter()
            .filter_map(Result::ok)
            .collect()
    }

    /// Orders all kernels to stop wherever they are, without waiting for it.
    pub(super) fn stop_all(&self) {
        self.shared
            .registry
            .kernels()
            .iter()
            .for_each(|kernel| kernel.order_stop());
    }

    /// Waits until the kernel has ended, and tells how.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched.
    pub async fn wait(&self, kernel_id: &str) -> Result<Ending, Error> {
        let kernel = self.shared.registry.kernel(kernel_id, Call::Receive)?;
        Ok(kernel.wait().await)
    }

    /// Frees the name of a kernel that is CREATED or TERMINATED, with everything that was kept of
    /// it.
    ///
    /// # Errors
    /// If there is no such kernel or it is alive.
    pub fn remove(&self, kernel_id: &str) -> Result<(), Error> {
        self.shared.registry.remove(kernel_id).map(drop)
    }
}

impl Drop for super::Shared {
    fn drop(&mut self) {
        let kernels: Vec<Arc<_>> = self.registry.kernels();
        kernels.iter().for_each(|kernel| kernel.order_stop());
    }
}
