//! The shape in which PyDotCompute measures its ring kernels: launch and activate one that doubles
//! numbers, send and receive ten thousand times, and send a burst of ten thousand through queues of
//! 4096. With telemetry on, and typed.

use crate::contender::{Contestant, Work};
use crate::measure::Setting;
use crate::ours::builder;
use crate::row::Row;
use crate::target::Line;
use anyhow::{Context, Result, ensure};
use ringhost::{LaunchOptions, RingKernelRuntime, TypedKernel};
use std::time::Instant;
use tokio::sync::mpsc::{Receiver, Sender, channel};

const NAME: &str = "doubler";

/// Messages of each kind in a round.
const COUNT: i64 = 10_000;

/// What each queue holds.
const QUEUE: usize = 4096;

/// The row.
pub(super) struct PyDotCompute;

impl Row for PyDotCompute {
    fn name(&self) -> String {
        "PyDotCompute's shape".to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        vec![
            Line::new("launch and activate", "µs"),
            Line::new("10 000 round trips, each", "µs"),
            Line::new("a burst of 10 000", "messages/s"),
        ]
    }

    fn rounds(&self) -> usize {
        20
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let runtime = builder(executor.handle()).telemetry(true).build()?;
        Ok(vec![
            Contestant::in_task("ringhost", executor, Kernel(runtime)),
            Contestant::in_task("native", executor, Task),
        ])
    }
}

/// The messages of the kernel: a number in a record of its own is encoded as the number is.
type Doubler = TypedKernel<i64, i64>;

struct Kernel(RingKernelRuntime);

impl Work for Kernel {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let runtime = &self.0;
        let begun = Instant::now();
        let options = LaunchOptions::default().queue_size(QUEUE);
        let component = ringhost_tests::kernel(NAME);
        runtime.launch_with(NAME, component, options).await?;
        runtime.activate(NAME).await?;
        let launch = microseconds(begun);
        let doubler: Doubler = runtime.typed(NAME)?;
        let begun = Instant::now();
        for value in 0..COUNT {
            doubler.send(&value).await?;
            check(doubler.receive().await?, value)?;
        }
        let trip = microseconds(begun) / COUNT as f64;
        let begun = Instant::now();
        let sender = doubler.clone();
        let sender = tokio::spawn(async move {
            for value in 0..COUNT {
                sender.send(&value).await?;
            }
            anyhow::Ok(())
        });
        for value in 0..COUNT {
            check(doubler.receive().await?, value)?;
        }
        sender.await??;
        let rate = COUNT as f64 / begun.elapsed().as_secs_f64();
        runtime.terminate(NAME).await?;
        runtime.remove(NAME)?;
        Ok(vec![launch, trip, rate])
    }
}

/// A tokio task that doubles numbers.
struct Task;

impl Work for Task {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let begun = Instant::now();
        let (input, output) = double();
        let mut output = output;
        let launch = microseconds(begun);
        let begun = Instant::now();
        for value in 0..COUNT {
            input.send(value).await?;
            check(output.recv().await.context("it has ended")?, value)?;
        }
        let trip = microseconds(begun) / COUNT as f64;
        let begun = Instant::now();
        let sender = tokio::spawn(async move {
            for value in 0..COUNT {
                input.send(value).await?;
            }
            anyhow::Ok(())
        });
        for value in 0..COUNT {
            check(output.recv().await.context("it has ended")?, value)?;
        }
        sender.await??;
        let rate = COUNT as f64 / begun.elapsed().as_secs_f64();
        Ok(vec![launch, trip, rate])
    }
}

fn double() -> (Sender<i64>, Receiver<i64>) {
    let (input, mut values) = channel(QUEUE);
    let (results, output) = channel(QUEUE);
    tokio::spawn(async move {
        while let Some(value) = values.recv().await {
            if results.send(2 * value).await.is_err() {
                break;
            }
        }
    });
    (input, output)
}

fn check(result: i64, value: i64) -> Result<()> {
    ensure!(result == 2 * value, "{value} was doubled to {result}");
    Ok(())
}

fn microseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}
