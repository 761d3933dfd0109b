//! What a runtime can tell.

use super::RingKernelRuntime;
use super::registry::Entry;
use crate::error::Error;
use crate::imports::{DeadLetter, LogLine};
use crate::kernel::{DeathReport, LaunchOptions};
use crate::lifecycle::{Call, KernelId, KernelState, Status};
use crate::module::{Inspection, Source};
use crate::telemetry::KernelTelemetry;
use bytes::Bytes;
use ringhost_compute::DeviceInfo;

impl RingKernelRuntime {
    /// A kernel's state.
    ///
    /// # Errors
    /// If there is no such kernel.
    pub fn state(&self, kernel_id: &str) -> Result<KernelState, Error> {
        Ok(self.shared.registry.get(kernel_id)?.state())
    }

    /// A launched kernel's state, since when, and how it ended.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched.
    pub fn status(&self, kernel_id: &str) -> Result<Status, Error> {
        Ok(self
            .shared
            .registry
            .kernel(kernel_id, Call::Receive)?
            .status())
    }

    /// All names, in the order in which they came: registered, launched and ended kernels.
    pub fn kernel_ids(&self) -> Vec<KernelId> {
        self.shared
            .registry
            .all()
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    }

    /// The kernels that are ACTIVE.
    pub fn active_kernels(&self) -> Vec<KernelId> {
        let kernels = self.shared.registry.kernels();
        let active = kernels
            .iter()
            .filter(|kernel| kernel.state() == KernelState::Active);
        active.map(|kernel| kernel.id().clone()).collect()
    }

    /// A kernel's figures; `None` with telemetry off, and for a kernel that was never launched.
    ///
    /// # Errors
    /// If there is no such kernel.
    pub fn telemetry(&self, kernel_id: &str) -> Result<Option<KernelTelemetry>, Error> {
        Ok(match self.shared.registry.get(kernel_id)? {
            Entry::Launched(kernel) => kernel.telemetry(),
            Entry::Registered(_) | Entry::Launching(_) => None,
        })
    }

    /// The newest lines that a kernel logged, oldest first; at most 64 KiB of them are kept.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched.
    pub fn log_lines(&self, kernel_id: &str) -> Result<Vec<LogLine>, Error> {
        Ok(self
            .shared
            .registry
            .kernel(kernel_id, Call::Receive)?
            .log_lines())
    }

    /// The report on a kernel's last death: on its end, or, of one that was started again, on its
    /// last instance's. `None` if it never died.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched.
    pub fn death_report(&self, kernel_id: &str) -> Result<Option<DeathReport>, Error> {
        let kernel = self.shared.registry.kernel(kernel_id, Call::Receive)?;
        Ok(kernel.death_report())
    }

    /// Takes out the messages that a kernel had in hand when it died, oldest first: those that are
    /// not tried again. They are kept for kernels that are launched with a
    /// [`Restart`](crate::Restart) or [supervised](Self::supervise), as many as one of the queues
    /// holds; past that the oldest are dropped.
    ///
    /// # Errors
    /// If there is no such kernel or it was never launched.
    pub fn take_dead_letters(&self, kernel_id: &str) -> Result<Vec<DeadLetter>, Error> {
        let kernel = self.shared.registry.kernel(kernel_id, Call::Receive)?;
        Ok(kernel.take_dead_letters())
    }

    /// Takes out the state of a kernel that is a handler with one, between two of its calls: waits
    /// until it is done with the messages that it has in hand, and goes before those that wait. The
    /// kernel goes on as if nothing had happened. [`LaunchOptions::state`] puts it into another.
    ///
    /// In a pause it is taken all the same, unless the kernel was paused in the midst of a call. All
    /// who ask at once get the same state. It is at most as large as the kernel's memory may be, and
    /// taking it may take as long as a message. Over a trap or a limit in it the kernel dies as in
    /// any call.
    ///
    /// # Errors
    /// If there is no such kernel, it is not ACTIVE or DEACTIVATED, its component does not export its
    /// state, it says that there is none, or it ends.
    pub async fn snapshot(&self, kernel_id: &str) -> Result<Bytes, Error> {
        let kernel = self.shared.registry.kernel(kernel_id, Call::Snapshot)?;
        kernel.snapshot().await
    }

    /// The devices that kernels compute on which are granted that, the best first. There is always the CPU.
    pub fn devices(&self) -> Vec<DeviceInfo> {
        self.shared.launcher.devices()
    }

    /// What can be told of a component without running it. It may be for any world.
    ///
    /// # Errors
    /// If it cannot be read or is no component.
    pub async fn inspect(&self, source: impl Into<Source>) -> Result<Inspection, Error> {
        self.inspect_with(source, &LaunchOptions::default()).await
    }

    /// The same of a component that is loaded as a launch with these options loads it.
    ///
    /// # Errors
    /// As there, and if it is over the bounds on the component's size or its compilation.
    pub async fn inspect_with(
        &self,
        source: impl Into<Source>,
        options: &LaunchOptions,
    ) -> Result<Inspection, Error> {
        options.check()?;
        let source = self.resolve(source.into())?;
        let (limits, compiler) = (&options.limits, options.compiler.as_ref());
        let loader = &self.shared.loader;
        let module = loader.load(&source, limits, options.tier, compiler).await?;
        Ok(Inspection::of(&module))
    }
}
