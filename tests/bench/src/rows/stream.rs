//! What the rows about throughput have in common: a stream of messages is timed as a whole.

use crate::contender::Work;
use crate::peers::Pipe;
use anyhow::Result;
use std::time::Instant;

/// A stream of messages through one who passes them on.
pub(super) struct Stream<P> {
    pipe: P,
    size: usize,
    count: u64,
}

impl<P> Stream<P> {
    /// Of so many messages of so many bytes each round.
    pub(super) fn new(pipe: P, size: usize, count: u64) -> Self {
        Self { pipe, size, count }
    }
}

impl<P: Pipe> Work for Stream<P> {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let begun = Instant::now();
        self.pipe.stream(self.count, self.size).await?;
        Ok(vec![self.count as f64 / begun.elapsed().as_secs_f64()])
    }
}
