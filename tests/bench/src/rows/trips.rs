//! What the rows about latency have in common: each round trip is timed by itself.

use crate::contender::Work;
use crate::peers::Echo;
use crate::statistics::Times;
use anyhow::Result;
use hdrhistogram::Histogram;
use std::time::Instant;

/// The size of the messages, in bytes.
pub(super) const SIZE: usize = 16;

/// Round trips of small messages, one at a time.
pub(super) struct Trips<E> {
    echo: E,
    count: u64,
    times: Times,
}

impl<E> Trips<E> {
    /// So many each round.
    pub(super) fn new(echo: E, count: u64) -> Result<Self> {
        Ok(Self {
            echo,
            count,
            times: Times::new()?,
        })
    }
}

impl<E: Echo> Work for Trips<E> {
    async fn round(&mut self) -> Result<Vec<f64>> {
        for number in 0..self.count {
            let begun = Instant::now();
            self.echo.round_trip(number, SIZE).await?;
            self.times.record(begun.elapsed().as_nanos() as u64);
        }
        self.times.round()
    }

    fn distribution(&self) -> Option<Histogram<u64>> {
        Some(self.times.all())
    }
}
