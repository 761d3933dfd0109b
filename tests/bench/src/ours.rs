//! ringhost as a program embeds it: kernels by name, one message at a time or many.

use crate::body::{Body, check};
use anyhow::Result;
use ringhost::{Builder, LaunchOptions, RingKernelRuntime, Source};
use tokio::runtime::Handle;

/// A kernel that sends back what it is sent, or several in a row that do, by name.
#[derive(Clone)]
pub struct Ours {
    runtime: RingKernelRuntime,
    first: String,
    last: String,
}

/// A runtime on this executor, as it is by default, save that it keeps compiled code beside the
/// build.
pub fn builder(executor: &Handle) -> Builder {
    RingKernelRuntime::builder()
        .cache_folder(ringhost_tests::root().join("target/bench-code"))
        .executor(executor.clone())
}

impl Ours {
    /// Launches and activates the kernel, in a runtime of its own.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn start(executor: &Handle, kernel: impl Into<Source>) -> Result<Self> {
        Self::start_in(builder(executor).build()?, kernel).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn start_with(
        executor: &Handle,
        kernel: impl Into<Source>,
        options: LaunchOptions,
    ) -> Result<Self> {
        let runtime = builder(executor).build()?;
        Self::through(runtime, "echo", "echo")
            .another_with("echo", kernel, options)
            .await
    }

    /// The same in this runtime.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn start_in(runtime: RingKernelRuntime, kernel: impl Into<Source>) -> Result<Self> {
        Self::through(runtime, "echo", "echo")
            .another("echo", kernel)
            .await
    }

    /// Launches and activates another one beside this, under its own name.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn another(&self, name: &str, kernel: impl Into<Source>) -> Result<Self> {
        self.another_with(name, kernel, LaunchOptions::default())
            .await
    }

    /// The same with options.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub async fn another_with(
        &self,
        name: &str,
        kernel: impl Into<Source>,
        options: LaunchOptions,
    ) -> Result<Self> {
        self.runtime.launch_with(name, kernel, options).await?;
        self.runtime.activate(name).await?;
        Ok(Self::through(self.runtime.clone(), name, name))
    }

    /// Kernels that are linked in a row, from the first to the last.
    pub fn through(runtime: RingKernelRuntime, first: &str, last: &str) -> Self {
        Self {
            runtime,
            first: first.to_owned(),
            last: last.to_owned(),
        }
    }

    /// Where it runs.
    pub fn runtime(&self) -> &RingKernelRuntime {
        &self.runtime
    }

    /// Sends a message and waits for it to come back.
    ///
    /// # Errors
    /// If another one came.
    pub async fn round_trip(&self, number: u64, size: usize) -> Result<()> {
        self.runtime
            .send(&self.first, <Vec<u8> as Body>::new(number, size))
            .await?;
        check(
            &self.runtime.receive(&self.last).await?.payload,
            number,
            size,
        )
    }

    /// Sends so many messages in one task, one by one, and receives them in another.
    ///
    /// # Errors
    /// If one did not come back, or not in its order.
    pub async fn stream(&self, count: u64, size: usize) -> Result<()> {
        let Self { runtime, first, .. } = self.clone();
        let sender = tokio::spawn(async move {
            for number in 0..count {
                let body = <Vec<u8> as Body>::new(number, size);
                runtime.send(&first, body).await?;
            }
            anyhow::Ok(())
        });
        for number in 0..count {
            check(
                &self.runtime.receive(&self.last).await?.payload,
                number,
                size,
            )?;
        }
        sender.await?
    }

    /// The same, sending so many in one call, and receiving at most as many.
    ///
    /// # Errors
    /// If one did not come back, or not in its order.
    pub async fn stream_batches(&self, count: u64, size: usize, batch: u64) -> Result<()> {
        let Self { runtime, first, .. } = self.clone();
        let sender = tokio::spawn(async move {
            for begin in (0..count).step_by(batch as usize) {
                let numbers = begin..count.min(begin + batch);
                let bodies = numbers.map(|number| <Vec<u8> as Body>::new(number, size));
                runtime.send_batch(&first, bodies).await?;
            }
            anyhow::Ok(())
        });
        let mut number = 0;
        while number < count {
            let messages = self.runtime.receive_batch(&self.last, batch as usize);
            for message in messages.await? {
                check(&message.payload, number, size)?;
                number += 1;
            }
        }
        sender.await?
    }
}
