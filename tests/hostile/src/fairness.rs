//! What busy kernels leave to others, and how they share the cores, on as many threads as there are
//! cores: measured, as Markdown.

use crate::text;
use anyhow::Result;
use ringhost::{LaunchOptions, Limits, RingKernelRuntime};
use ringhost_tests::echo_kernel;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// How often each time is taken.
const TIMES: usize = 500;

/// How often a spinner is stopped. Each is launched for it.
const STOPS: usize = 100;

/// How long kernels compete for the cores.
const COMPETITION: Duration = Duration::from_secs(2);

/// How long a kernel that does not end is waited for.
const DEADLINE: Duration = Duration::from_millis(20);

/// Measures for some ten seconds.
///
/// # Errors
/// If the host failed.
pub fn measure() -> Result<String> {
    let executor = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()?;
    executor.block_on(async {
        // In a task, as all else: the thread that blocks here is none of the workers.
        tokio::spawn(async { Ok(times().await? + "\n" + &shares().await?) }).await?
    })
}

/// Times, with twice as many spinners as worker threads.
async fn times() -> Result<String> {
    let workers = tokio::runtime::Handle::current().metrics().num_workers();
    let runtime = runtime()?;
    runtime.launch_from("echo", echo_kernel()).await?;
    runtime.activate("echo").await?;
    let alone = calls(&runtime).await?;
    let begun = Instant::now();
    for number in 0..2 * workers {
        spin(&runtime, &format!("spinner {number}"), Limits::default()).await?;
    }
    let rows = [
        ("the round trip of an echo, alone", alone),
        ("the round trip of an echo", calls(&runtime).await?),
        ("a timer of 1 ms is late by", timers().await),
        (
            "a spinner that is stopped is gone after",
            ends(&runtime, Duration::ZERO).await?,
        ),
        (
            "one that ignores a deadline of 20 ms is gone after it by",
            ends(&runtime, DEADLINE).await?,
        ),
    ];
    let spinners = (0..2 * workers).map(|number| format!("spinner {number}"));
    let slices = spinners
        .map(|name| Ok(runtime.telemetry(&name)?.map_or(0, |it| it.fuel_slices)))
        .sum::<Result<u64>>()?;
    let slice = begun.elapsed().as_micros() * workers as u128 / u128::from(slices.max(1));
    runtime.terminate_all_timeout(Duration::ZERO).await;
    let mut table = format!(
        "| with {} spinners on {workers} threads, a slice of {slice} µs each | p50 | p99 | longest |\n\
         |---|--:|--:|--:|\n",
        2 * workers
    );
    for (name, mut times) in rows {
        times.sort_unstable();
        let at = |part: usize| times[(times.len() - 1) * part / 100].as_micros();
        let (p50, p99, longest) = (at(50), at(99), at(100));
        writeln!(table, "| {name} | {p50} µs | {p99} µs | {longest} µs |")?;
    }
    Ok(table)
}

async fn calls(runtime: &RingKernelRuntime) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        runtime.call("echo", "m").await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

async fn timers() -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let due = tokio::time::Instant::now() + Duration::from_millis(1);
        tokio::time::sleep_until(due).await;
        times.push(due.elapsed());
    }
    times
}

/// How long after this deadline spinners are gone.
async fn ends(runtime: &RingKernelRuntime, deadline: Duration) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for _ in 0..STOPS {
        spin(runtime, "victim", Limits::default()).await?;
        let begun = Instant::now();
        runtime.terminate_timeout("victim", deadline).await?;
        times.push(begun.elapsed().saturating_sub(deadline));
        runtime.remove("victim")?;
    }
    Ok(times)
}

/// What kernels got of the cores, beside what they asked for.
async fn shares() -> Result<String> {
    let mut table = "| asked for | got |\n|---|--:|\n".to_owned();
    let weights = [1, 1, 2, 2, 5, 5].map(|weight| Limits {
        weight,
        ..Limits::default()
    });
    let all: u32 = weights.iter().map(|limits| limits.weight).sum();
    let fuel = compete(&weights).await?;
    let total: u64 = fuel.iter().sum();
    for (limits, fuel) in weights.iter().zip(&fuel) {
        let asked = f64::from(limits.weight) / f64::from(all);
        let got = *fuel as f64 / total as f64;
        let weight = limits.weight;
        writeln!(table, "| weight {weight} of {all}: {asked:.3} | {got:.3} |")?;
    }
    // What all of a core burns.
    let core = compete(&[Limits::default()]).await?[0] as f64;
    let shares = [0.1, 0.25, 0.5];
    let limits = shares.map(|share| Limits {
        cpu_share: Some(share),
        ..Limits::default()
    });
    for (share, fuel) in shares.iter().zip(compete(&limits).await?) {
        let got = fuel as f64 / core;
        writeln!(table, "| {share:.3} of a core | {got:.3} |")?;
    }
    Ok(table)
}

/// The fuel that spinners with these limits burn in the same time.
async fn compete(limits: &[Limits]) -> Result<Vec<u64>> {
    let runtime = runtime()?;
    let names: Vec<_> = (0..limits.len()).map(|number| number.to_string()).collect();
    for (name, limits) in names.iter().zip(limits) {
        spin(&runtime, name, limits.clone()).await?;
    }
    let fuel = || {
        let fuel = |name: &String| Ok(runtime.telemetry(name)?.map_or(0, |it| it.fuel_consumed));
        names.iter().map(fuel).collect::<Result<Vec<_>>>()
    };
    // What they have saved up is not what they are to have.
    tokio::time::sleep(COMPETITION / 10).await;
    let before = fuel()?;
    tokio::time::sleep(COMPETITION).await;
    let after = fuel()?;
    runtime.terminate_all_timeout(Duration::ZERO).await;
    Ok(after
        .iter()
        .zip(before)
        .map(|(after, before)| after - before)
        .collect())
}

fn runtime() -> Result<RingKernelRuntime> {
    Ok(RingKernelRuntime::builder()
        .telemetry(true)
        .without_cache_folder()
        .build()?)
}

async fn spin(runtime: &RingKernelRuntime, name: &str, limits: Limits) -> Result<()> {
    let component = text::kernel("", "(loop $again (br $again)) unreachable");
    let options = LaunchOptions::default().limits(limits);
    runtime.launch_with(name, component, options).await?;
    Ok(runtime.activate(name).await?)
}
