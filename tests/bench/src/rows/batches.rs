//! Messages of 16 bytes, many in a call.

use super::{Stream, echo_bytes};
use crate::contender::Contestant;
use crate::measure::Setting;
use crate::ours::Ours;
use crate::peers::{Native, NativeBatches, Pipe};
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;

const SIZE: usize = 16;

/// Messages in a round.
const COUNT: u64 = 20_000;

/// Messages in a call.
const BATCH: u64 = 256;

/// The row.
pub(super) struct Batches;

impl Row for Batches {
    fn name(&self) -> String {
        format!("throughput in batches of {BATCH}, {SIZE} bytes")
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Ratio("native", Bound::AtLeast(8.0));
        vec![Line::new("", "messages/s").target(target)]
    }

    fn rounds(&self) -> usize {
        60
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let ours = executor.run(async move { Ours::start(&handle, echo_bytes()).await })?;
        let native = Native::<Vec<u8>>::start(executor.handle());
        let batches = NativeBatches::start(executor.handle(), BATCH as usize);
        let ours = Stream::new(InBatches(ours), SIZE, COUNT);
        let native = Stream::new(native, SIZE, COUNT);
        let batches = Stream::new(batches, SIZE, COUNT);
        Ok(vec![
            Contestant::in_task("ringhost", executor, ours),
            Contestant::in_task("native", executor, native),
            Contestant::in_task("native, in batches", executor, batches),
        ])
    }
}

struct InBatches(Ours);

impl Pipe for InBatches {
    async fn stream(&mut self, count: u64, size: usize) -> Result<()> {
        self.0.stream_batches(count, size, BATCH).await
    }
}
