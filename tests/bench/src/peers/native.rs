//! A bare tokio task between two bounded channels, which hold as many messages as a kernel's queues.
//! Messages are owned and moved: each is allocated by its sender, and freed by whoever receives it
//! in the end. (Those of an array of bytes are copied instead.)

use super::{Echo, Pipe};
use crate::body::{Body, check};
use anyhow::{Context, Result};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// What a queue of ringhost's holds by default.
pub(crate) const CAPACITY: usize = 1000;

/// The task's two channels.
pub(crate) struct Native<B> {
    input: Sender<B>,
    output: Receiver<B>,
}

impl<B: Body> Native<B> {
    /// A task that sends back what it is sent.
    pub(crate) fn start(executor: &Handle) -> Self {
        chain(executor, 1)
    }
}

/// So many tasks in a row, each of which passes on what it receives.
pub(crate) fn chain<B: Body>(executor: &Handle, tasks: usize) -> Native<B> {
    let (input, mut output) = channel(CAPACITY);
    for _ in 0..tasks {
        let (next, passed_on) = channel(CAPACITY);
        let mut incoming = std::mem::replace(&mut output, passed_on);
        executor.spawn(async move {
            while let Some(message) = incoming.recv().await {
                if next.send(message).await.is_err() {
                    break;
                }
            }
        });
    }
    Native { input, output }
}

impl<B: Body> Echo for Native<B> {
    async fn round_trip(&mut self, number: u64, size: usize) -> Result<()> {
        self.input
            .send(B::new(number, size))
            .await
            .map_err(|_| anyhow::anyhow!("the task has ended"))?;
        let message = self.output.recv().await.context("the task has ended")?;
        check(message.as_ref(), number, size)
    }
}

impl<B: Body> Pipe for Native<B> {
    async fn stream(&mut self, count: u64, size: usize) -> Result<()> {
        let input = self.input.clone();
        let sender = tokio::spawn(async move {
            for number in 0..count {
                let sent = input.send(B::new(number, size)).await;
                sent.map_err(|_| anyhow::anyhow!("the task has ended"))?;
            }
            anyhow::Ok(())
        });
        for number in 0..count {
            let message = self.output.recv().await.context("the task has ended")?;
            check(message.as_ref(), number, size)?;
        }
        sender.await?
    }
}

/// The same, taking as many messages from a channel in one call as are there, up to a batch.
pub(crate) struct NativeBatches {
    input: Sender<Vec<u8>>,
    output: Receiver<Vec<u8>>,
    batch: usize,
}

impl NativeBatches {
    pub(crate) fn start(executor: &Handle, batch: usize) -> Self {
        let (input, mut incoming) = channel(CAPACITY);
        let (outgoing, output) = channel(CAPACITY);
        executor.spawn(async move {
            let mut messages = Vec::with_capacity(batch);
            while incoming.recv_many(&mut messages, batch).await > 0 {
                if send_all(&outgoing, messages.drain(..)).await.is_err() {
                    break;
                }
            }
        });
        Self {
            input,
            output,
            batch,
        }
    }
}

impl Pipe for NativeBatches {
    async fn stream(&mut self, count: u64, size: usize) -> Result<()> {
        let input = self.input.clone();
        let batch = self.batch as u64;
        let sender = tokio::spawn(async move {
            for first in (0..count).step_by(batch as usize) {
                let numbers = first..count.min(first + batch);
                let bodies: Vec<_> = numbers
                    .map(|number| <Vec<u8> as Body>::new(number, size))
                    .collect();
                send_all(&input, bodies.into_iter()).await?;
            }
            anyhow::Ok(())
        });
        let mut messages = Vec::with_capacity(self.batch);
        let mut number = 0;
        while number < count {
            self.output.recv_many(&mut messages, self.batch).await;
            anyhow::ensure!(!messages.is_empty(), "the task has ended");
            for message in messages.drain(..) {
                check(&message, number, size)?;
                number += 1;
            }
        }
        sender.await?
    }
}

/// Sends all of these, taking room for them all at once.
async fn send_all(
    to: &Sender<Vec<u8>>,
    messages: impl ExactSizeIterator<Item = Vec<u8>>,
) -> Result<()> {
    for (permit, message) in to.reserve_many(messages.len()).await?.zip(messages) {
        permit.send(message);
    }
    Ok(())
}
