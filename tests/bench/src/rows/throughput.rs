//! Messages one after the other, each sent and received by a call of its own, as many in flight as
//! the queues hold.

use super::{Stream, echo};
use crate::contender::Contestant;
use crate::measure::Setting;
use crate::ours::Ours;
use crate::peers::Native;
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;

/// What the messages of a round come to, in bytes, at most.
const ROUND: usize = 64 << 20;

/// The row, for messages of a size.
pub(super) struct Throughput {
    pub(super) size: usize,
}

impl Row for Throughput {
    fn name(&self) -> String {
        format!("{}{} bytes", super::THROUGHPUT, self.size)
    }

    fn lines(&self) -> Vec<Line> {
        let line = Line::new("", "messages/s");
        let at_least = |ratio| Target::Ratio("native", Bound::AtLeast(ratio));
        vec![match self.size {
            16 => line.target(at_least(3.0)),
            0x400 => line.target(at_least(1.0)),
            0x1_0000 => line.target(at_least(0.5)),
            _ => line,
        }]
    }

    fn rounds(&self) -> usize {
        60
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let ours = executor.run(async move { Ours::start(&handle, echo()).await })?;
        let native = Native::<Vec<u8>>::start(executor.handle());
        let count = (ROUND / self.size).min(20_000) as u64;
        let ours = Stream::new(ours, self.size, count);
        let native = Stream::new(native, self.size, count);
        let mut all = vec![
            Contestant::in_task("ringhost", executor, ours),
            Contestant::in_task("native", executor, native),
        ];
        if self.size == 16 {
            let array = Native::<[u8; 16]>::start(executor.handle());
            let array = Stream::new(array, self.size, count);
            all.push(Contestant::in_task("native, [u8; 16]", executor, array));
        }
        Ok(all)
    }
}
