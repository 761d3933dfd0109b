//! What a message costs over a bare call of wasmtime with the same bytes, of a component that has as
//! little to do.

use crate::bare::{Bare, fault};
use crate::body::{Body, check};
use crate::contender::{Contestant, Work};
use crate::measure::Setting;
use crate::ours::Ours;
use crate::peers::{Echo, Pipe};
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;
use std::time::Instant;

const SIZE: usize = 16;

/// Messages in a round.
const COUNT: u64 = 5000;

/// The row.
pub(super) struct Overhead;

impl Row for Overhead {
    fn name(&self) -> String {
        super::OVERHEAD.to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Difference("bare call", Bound::AtMost(150.0));
        vec![
            Line::new("one in flight", "ns").target(target),
            Line::new("as many as the queue holds", "ns").target(target),
        ]
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let kernel = ringhost_tests::echo_kernel();
        let ours = executor.run(async move { Ours::start(&handle, kernel).await })?;
        let bare = executor.run(async { Bare::start().await.map_err(fault) })?;
        Ok(vec![
            Contestant::in_task("ringhost", executor, Both(ours)),
            Contestant::in_task("bare call", executor, bare),
        ])
    }
}

/// Messages of both kinds.
struct Both(Ours);

impl Work for Both {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let begun = Instant::now();
        for number in 0..COUNT {
            Echo::round_trip(&mut self.0, number, SIZE).await?;
        }
        let one_in_flight = each(begun);
        let begun = Instant::now();
        Pipe::stream(&mut self.0, COUNT, SIZE).await?;
        Ok(vec![one_in_flight, each(begun)])
    }
}

impl Work for Bare {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let begun = Instant::now();
        for number in 0..COUNT {
            let answer = self.call(<Vec<u8> as Body>::new(number, SIZE)).await;
            check(&answer.map_err(fault)?, number, SIZE)?;
        }
        Ok(vec![each(begun); 2])
    }
}

/// Nanoseconds for each message since then.
fn each(begun: Instant) -> f64 {
    begun.elapsed().as_nanos() as f64 / COUNT as f64
}
