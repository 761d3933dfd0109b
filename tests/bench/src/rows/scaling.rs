//! Many kernels that have nothing to do with each other, each sent its next message when the last
//! one is back: with two workers, and with one.

use super::echo;
use crate::contender::{Contender, Contestant};
use crate::executor::Executor;
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::ours::Ours;
use crate::peers::{Echo, Native};
use crate::process::processor_time;
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;
use futures_util::future::try_join_all;
use std::time::Instant;

/// How many there are.
const KERNELS: usize = 64;

/// Round trips of each, in a round.
const COUNT: u64 = 300;

const SIZE: usize = 16;

/// The row.
pub(super) struct Scaling;

impl Row for Scaling {
    fn name(&self) -> String {
        format!("{KERNELS} independent kernels")
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Ratio("one worker", Bound::AtLeast(1.8));
        vec![
            Line::new("", "round trips/s").target(target),
            // On a busy machine two workers do not get two processors.
            Line::new("what they got", "processors"),
        ]
    }

    fn flavours(&self) -> &'static [Flavour] {
        // Executors are what is compared.
        &[Flavour::TwoWorkers]
    }

    fn rounds(&self) -> usize {
        40
    }

    fn contestants(&self, _: &Setting) -> Result<Vec<Contestant>> {
        Ok(vec![
            Contestant::new("two workers", kernels(2)?),
            Contestant::new("one worker", kernels(1)?),
            Contestant::new("native, two workers", tasks(2)?),
            Contestant::new("native, one worker", tasks(1)?),
        ])
    }
}

/// Many who send messages back, and an executor of their own.
struct Many<E> {
    executor: Executor,
    echoes: Vec<E>,
}

fn kernels(workers: usize) -> Result<Many<Ours>> {
    let executor = Executor::multi_thread(workers)?;
    let handle = executor.handle().clone();
    let first = executor.run(async move { Ours::start(&handle, echo()).await })?;
    let echoes = executor.run(async move {
        let mut echoes = vec![first.clone()];
        for number in 1..KERNELS {
            echoes.push(first.another(&format!("echo {number}"), echo()).await?);
        }
        Ok(echoes)
    })?;
    Ok(Many { executor, echoes })
}

fn tasks(workers: usize) -> Result<Many<Native<Vec<u8>>>> {
    let executor = Executor::multi_thread(workers)?;
    let echoes = (0..KERNELS).map(|_| Native::start(executor.handle()));
    let echoes = echoes.collect();
    Ok(Many { executor, echoes })
}

impl<E: Echo> Contender for Many<E> {
    fn round(&mut self) -> Result<Vec<f64>> {
        let echoes = std::mem::take(&mut self.echoes);
        let (echoes, figures) = self.executor.run(async move {
            let (begun, before) = (Instant::now(), processor_time()?);
            let drivers = echoes.into_iter().map(|echo| tokio::spawn(drive(echo)));
            let echoes = try_join_all(drivers).await?;
            let seconds = begun.elapsed().as_secs_f64();
            let rate = (KERNELS as u64 * COUNT) as f64 / seconds;
            let used = processor_time()?.saturating_sub(before);
            let figures = vec![rate, used as f64 / 1e9 / seconds];
            Ok((echoes.into_iter().collect::<Result<_>>()?, figures))
        })?;
        self.echoes = echoes;
        Ok(figures)
    }
}

async fn drive<E: Echo>(mut echo: E) -> Result<E> {
    for number in 0..COUNT {
        echo.round_trip(number, SIZE).await?;
    }
    Ok(echo)
}
