//! The end of a kernel that waits for a message.

use super::echo;
use super::launch::median;
use crate::contender::{Contestant, Work};
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::ours::{Ours, builder};
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::{Result, ensure};
use ringhost::{Ending, RingKernelRuntime};
use std::time::Instant;

const NAME: &str = "idle";

/// Endings in a round.
const COUNT: u64 = 20;

/// The row.
pub(super) struct Terminate;

impl Row for Terminate {
    fn name(&self) -> String {
        "terminate an idle kernel".to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Figure(Bound::AtMost(100.0));
        vec![Line::new("", "µs").target(target)]
    }

    fn flavours(&self) -> &'static [Flavour] {
        &[Flavour::TwoWorkers]
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let runtime = builder(executor.handle()).build()?;
        Ok(vec![Contestant::in_task(
            "ringhost",
            executor,
            Endings(runtime),
        )])
    }
}

struct Endings(RingKernelRuntime);

impl Work for Endings {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let runtime = &self.0;
        let mut times = Vec::new();
        for number in 0..COUNT {
            runtime.launch_from(NAME, echo()).await?;
            runtime.activate(NAME).await?;
            let kernel = Ours::through(runtime.clone(), NAME, NAME);
            kernel.round_trip(number, 16).await?;
            let begun = Instant::now();
            let termination = runtime.terminate(NAME).await?;
            times.push(begun.elapsed());
            let ending = termination.ending;
            ensure!(ending == Ending::Returned, "it ended otherwise: {ending}");
            runtime.remove(NAME)?;
        }
        Ok(vec![median(&times)?])
    }
}
