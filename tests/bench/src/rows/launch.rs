//! From a component that was compiled before, and that the program holds, to a kernel's first reply;
//! and the same where the component is read from its file each time.

use super::echo;
use crate::contender::{Contestant, Work};
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::ours::{Ours, builder};
use crate::row::Row;
use crate::statistics::Spread;
use crate::target::{Bound, Line, Target};
use anyhow::{Context, Result};
use ringhost::{RingKernelRuntime, Source};
use std::time::{Duration, Instant};

const NAME: &str = "launched";

/// Launches in a round.
const COUNT: usize = 20;

/// The row.
pub(super) struct Launch;

impl Row for Launch {
    fn name(&self) -> String {
        "launch".to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let at_most = |time| Target::Figure(Bound::AtMost(time));
        vec![
            Line::new("launch to first reply", "µs").target(at_most(25.0)),
            Line::new("of it, activate", "µs").target(at_most(5.0)),
        ]
    }

    fn flavours(&self) -> &'static [Flavour] {
        &[Flavour::TwoWorkers]
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let runtime = builder(executor.handle()).build()?;
        let source = Source::bytes(std::fs::read(ringhost_tests::kernel_path("echo"))?);
        let from_file = Launches {
            runtime: runtime.clone(),
            source: echo(),
        };
        Ok(vec![
            Contestant::in_task("ringhost", executor, Launches { runtime, source }),
            Contestant::in_task("from its file", executor, from_file),
            Contestant::in_task("a thread spawned and joined", executor, Threads),
        ])
    }
}

struct Launches {
    runtime: RingKernelRuntime,
    source: Source,
}

impl Work for Launches {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let Self { runtime, source } = self;
        let (mut launches, mut activations) = (Vec::new(), Vec::new());
        for number in 0..COUNT as u64 {
            let begun = Instant::now();
            runtime.launch_from(NAME, source.clone()).await?;
            let launched = Instant::now();
            runtime.activate(NAME).await?;
            activations.push(launched.elapsed());
            let kernel = Ours::through(runtime.clone(), NAME, NAME);
            kernel.round_trip(number, 16).await?;
            launches.push(begun.elapsed());
            runtime.terminate(NAME).await?;
            runtime.remove(NAME)?;
        }
        Ok(vec![median(&launches)?, median(&activations)?])
    }
}

struct Threads;

impl Work for Threads {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for _ in 0..COUNT {
            let begun = Instant::now();
            let thread = std::thread::spawn(|| ());
            thread.join().map_err(|_| anyhow::anyhow!("it panicked"))?;
            times.push(begun.elapsed());
        }
        Ok(vec![median(&times)?])
    }
}

/// In microseconds.
pub(super) fn median(times: &[Duration]) -> Result<f64> {
    let spread = Spread::of(times.iter().map(|time| time.as_secs_f64() * 1e6));
    Ok(spread.context("nothing was timed")?.median)
}
