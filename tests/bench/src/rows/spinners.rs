//! An echo beside kernels that compute without end, two for each worker: how much longer its round
//! trips take than when they are paused, in fuel slices.

use super::echo;
use crate::contender::{Contestant, Work};
use crate::measure::Setting;
use crate::ours::Ours;
use crate::row::Row;
use crate::statistics::p99_of_time;
use crate::target::{Bound, Line, Target};
use anyhow::{Context, Result};
use ringhost::RingKernelRuntime;
use std::time::Instant;

/// Round trips of each kind in a round.
const COUNT: u64 = 400;

/// The row.
pub(super) struct Spinners;

impl Row for Spinners {
    fn name(&self) -> String {
        "p99 beside spinners".to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Figure(Bound::AtMost(1.0));
        vec![
            Line::new("the spinners paused", "µs"),
            Line::new("the spinners running", "µs"),
            Line::new("a fuel slice", "µs"),
            Line::new("longer by, for each runnable kernel", "slices").target(target),
        ]
    }

    fn rounds(&self) -> usize {
        20
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let workers = setting.flavour.workers();
        let work = executor.run(async move {
            let runtime = crate::ours::builder(&handle).telemetry(true).build()?;
            let echo = Ours::start_in(runtime, echo()).await?;
            Beside::start(echo, workers).await
        })?;
        Ok(vec![Contestant::in_task("ringhost", executor, work)])
    }
}

struct Beside {
    echo: Ours,
    workers: usize,
    spinners: Vec<String>,
}

impl Beside {
    async fn start(echo: Ours, workers: usize) -> Result<Self> {
        let names = (0..2 * workers).map(|number| format!("spinner {number}"));
        let spinners: Vec<String> = names.collect();
        let spins = ringhost_tests::core_kernel(1, "", "(loop $again (br $again)) unreachable");
        let spins = ringhost_tests::component_from_core(&spins);
        let runtime = echo.runtime();
        for name in &spinners {
            runtime.launch_from(name, spins.clone()).await?;
            runtime.activate(name).await?;
            runtime.deactivate(name).await?;
        }
        Ok(Self {
            echo,
            workers,
            spinners,
        })
    }

    /// The p99 of round trips, in microseconds.
    async fn p99(&mut self) -> Result<f64> {
        let mut times = Vec::new();
        for number in 0..COUNT {
            let begun = Instant::now();
            self.echo.round_trip(number, 16).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        Ok(p99_of_time(times))
    }

    /// The slices that all spinners have had.
    fn slices(&self) -> Result<u64> {
        let of = |runtime: &RingKernelRuntime, name| {
            let telemetry = runtime.telemetry(name)?.context("telemetry is on")?;
            anyhow::Ok(telemetry.fuel_slices)
        };
        let spinners = self.spinners.iter();
        spinners.map(|name| of(self.echo.runtime(), name)).sum()
    }
}

impl Work for Beside {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let alone = self.p99().await?;
        let runtime = self.echo.runtime().clone();
        for name in &self.spinners {
            runtime.reactivate(name).await?;
        }
        let (begun, before) = (Instant::now(), self.slices()?);
        let beside = self.p99().await?;
        let (time, slices) = (begun.elapsed(), self.slices()? - before);
        for name in &self.spinners {
            runtime.deactivate(name).await?;
        }
        let slice = time.as_secs_f64() * 1e6 * self.workers as f64 / slices as f64;
        // The echo is one of them.
        let runnable = (self.spinners.len() + 1) as f64;
        let longer = (beside - alone) / slice / runnable;
        Ok(vec![alone, beside, slice, longer])
    }
}
