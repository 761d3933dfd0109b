//! What a launch of next to nothing costs from within a kernel, by a plan that is done again and again, beside
//! the same launches by cudarc.

use super::OURS;
use crate::card::Given;
use crate::measure::{Contender, Goal, Measured};
use crate::setting::Setting;
use anyhow::{Context, Result, ensure};
use ringhost::message::{decode, encode};
use ringhost::{Backend, Compute, Grants, LaunchOptions, RingKernelRuntime, Source};
use std::time::{Duration, Instant};

const KERNEL: &str = "launches";
const CUDARC: &str = "cudarc";

/// How much longer a launch may take.
const LONGER: Duration = Duration::from_micros(2);

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(60);

/// The kernel that launches, in a runtime of its own.
struct Guest<'a> {
    setting: &'a Setting,
    runtime: RingKernelRuntime,
}

impl<'a> Guest<'a> {
    fn start(setting: &'a Setting) -> Result<Self> {
        let runtime = RingKernelRuntime::builder()
            .backend(Backend::Cuda)
            .without_cache_folder()
            .executor(setting.tokio.handle().clone())
            .build()?;
        let grants = Grants {
            compute: Some(Compute::default()),
            ..Grants::default()
        };
        let options = LaunchOptions::default().grants(grants);
        let source = Source::path(setting.kernel(KERNEL));
        setting.tokio.block_on(async {
            runtime.launch_with(KERNEL, source, options).await?;
            runtime.activate(KERNEL).await
        })?;
        Ok(Self { setting, runtime })
    }

    /// How long the kernel takes to do something so many times and to answer that it has.
    fn time(&self, what: &str, times: u32, answer: &str) -> Result<Duration> {
        let request = encode(&format!("{what} {times}"))?;
        let begun = Instant::now();
        let message = self.setting.tokio.block_on(async {
            self.runtime.send(KERNEL, request).await?;
            self.runtime.receive_timeout(KERNEL, PATIENCE).await
        })?;
        let took = begun.elapsed();
        let said: String = decode(&message.payload).context("no text")?;
        ensure!(
            said == answer,
            "{what} {times}: the kernel has answered {said}"
        );
        Ok(took)
    }

    /// How much longer it takes so many times than once: without what it takes to make a space.
    fn more(&self, what: &str, times: u32, launches: u32) -> Result<Duration> {
        // The number that it adds one to begins with one.
        let answer = |times: u32| (1 + times * launches).to_string();
        let once = self.time(what, 1, &answer(1))?;
        let many = self.time(what, times + 1, &answer(times + 1))?;
        Ok(many.saturating_sub(once))
    }
}

pub(super) fn replayed(setting: &Setting) -> Result<Measured> {
    let times: u32 = setting.many_or_few(20_000, 20);
    let card = setting.card()?;
    let guest = Guest::start(setting)?;
    let (tiny, y) = (card.kernel("tiny")?, card.zeros(4)?);
    // A round of the kernel's plan has two launches.
    let contenders = vec![
        Contender::new(OURS, || guest.more("plan", times, 2)),
        Contender::new(CUDARC, || {
            card.time(2 * times, || {
                Ok(tiny.launch(1, &[Given::U32(1), Given::Memory(&y)])?)
            })
        }),
    ];
    let case = "a tiny launch, from a kernel by a replayed plan".to_owned();
    let goal = Goal::Longer(CUDARC, LONGER);
    Ok(Measured::of(case, goal, setting.rounds(), contenders).each(2 * times))
}

pub(super) fn waited_for(setting: &Setting) -> Result<Measured> {
    let times: u32 = setting.many_or_few(2000, 5);
    let card = setting.card()?;
    let guest = Guest::start(setting)?;
    let (tiny, y) = (card.kernel("tiny")?, card.zeros(4)?);
    let contenders = vec![
        Contender::new(OURS, || guest.more("each", times, 1)),
        Contender::new(CUDARC, || {
            card.time(times, || {
                tiny.launch(1, &[Given::U32(1), Given::Memory(&y)])?;
                card.finish()
            })
        }),
    ];
    let case = "the same, each launch waited for before the next".to_owned();
    let goal = Goal::Longer(CUDARC, LONGER);
    Ok(Measured::of(case, goal, setting.rounds(), contenders).each(times))
}
