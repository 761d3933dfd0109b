//! What the work runs on.

use crate::flavour::Flavour;
use anyhow::Result;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

/// A tokio runtime, for work that runs in its tasks; and for peers that may not change threads, a
/// place on the calling thread.
pub(crate) struct Executor {
    tokio: Runtime,
    local: LocalSet,
}

impl Executor {
    pub(crate) fn new(flavour: Flavour) -> Result<Self> {
        match flavour {
            Flavour::TwoWorkers => Self::multi_thread(2),
            Flavour::OneThread => Self::on(Builder::new_current_thread()),
        }
    }

    /// The multi-thread scheduler with so many workers.
    pub(crate) fn multi_thread(workers: usize) -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(workers);
        Self::on(builder)
    }

    fn on(mut builder: Builder) -> Result<Self> {
        Ok(Self {
            tokio: builder.enable_all().build()?,
            local: LocalSet::new(),
        })
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.tokio.handle()
    }

    /// Runs this to its end in a task: the thread that waits for it is none of the workers.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.local
            .block_on(&self.tokio, async { tokio::spawn(work).await? })
    }

    /// Runs this to its end on the calling thread, where it can leave local tasks behind: they run
    /// whenever something runs here.
    pub(crate) fn run_here<T>(&self, work: impl Future<Output = T>) -> T {
        self.local.block_on(&self.tokio, work)
    }
}
