//! A message through a thousand kernels in a row, each of which passes it on.

use super::{Trips, echo};
use crate::contender::Contestant;
use crate::measure::Setting;
use crate::ours::{Ours, builder};
use crate::peers::{Native, chain};
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;
use tokio::runtime::Handle;

const KERNELS: usize = 1000;

/// Messages in a round, one at a time.
const COUNT: u64 = 20;

/// The row.
pub(super) struct Pipeline;

impl Row for Pipeline {
    fn name(&self) -> String {
        format!("a message through {KERNELS} kernels")
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Ratio("native", Bound::AtMost(1.5));
        vec![
            Line::new("p50", "ns").target(target),
            Line::new("p99", "ns"),
        ]
    }

    fn rounds(&self) -> usize {
        40
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let ours = executor.run(async move { pipeline(&handle).await })?;
        let native: Native<Vec<u8>> = chain(executor.handle(), KERNELS);
        Ok(vec![
            Contestant::in_task("ringhost", executor, Trips::new(ours, COUNT)?),
            Contestant::in_task("native", executor, Trips::new(native, COUNT)?),
        ])
    }
}

/// Kernels of which each sends to the next.
async fn pipeline(executor: &Handle) -> Result<Ours> {
    let runtime = builder(executor).build()?;
    let name = |number| format!("kernel {number}");
    for number in 0..KERNELS {
        runtime.launch_from(&name(number), echo()).await?;
        runtime.activate(&name(number)).await?;
        if number > 0 {
            runtime.connect(&name(number - 1), &name(number))?;
        }
    }
    Ok(Ours::through(runtime, &name(0), &name(KERNELS - 1)))
}
