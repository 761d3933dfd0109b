//! Parks kernels, each of which has handled a message, and tells what they cost: the resident memory
//! and the mappings of each, and the processor time that all of them take while they wait. One line
//! of JSON.
//!
//! `parked TIER KERNELS [COMPONENT]`, such as `parked dense 100000`. The component is a file, or
//! `handler` for a handler in WebAssembly text; by default it is a loop in WebAssembly text.

use anyhow::{Context, Result, ensure};
use ringhost::{LaunchOptions, RingKernelRuntime, Source, Tier};
use ringhost_tests::handler_from_core;
use serde_json::json;
use std::time::{Duration, Instant};

/// How long they are watched while they wait.
const IDLE: Duration = Duration::from_secs(1);

/// Sends its message back; its memory is one page.
const HANDLER: &str = r#"(module
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $next)
        (global.set $next (i32.add (global.get $next)
            (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8)))))
    (func (export "cabi_post_handle") (param i32) (global.set $next (i32.const 1024)))
    (func (export "handle") (param $messages i32) (param i32) (result i32)
        ;; One reply, at 128, with the payload where it came.
        (i32.store (i32.const 68) (i32.const 128))
        (i32.store (i32.const 72) (i32.const 1))
        (i32.store (i32.const 128) (i32.load offset=20 (local.get $messages)))
        (i32.store (i32.const 132) (i32.load offset=24 (local.get $messages)))
        (i32.const 64)))"#;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let tier = match arguments.next().as_deref() {
        Some("fast") => Tier::Fast,
        Some("dense") => Tier::Dense,
        _ => anyhow::bail!("the first argument is a tier, fast or dense"),
    };
    let kernels = arguments.next().context("how many kernels?")?.parse()?;
    let component = match arguments.next() {
        Some(shape) if shape == "handler" => Source::bytes(handler_from_core(HANDLER)),
        Some(path) => Source::path(path),
        None => Source::bytes(ringhost_tests::echo_kernel()),
    };
    tokio::runtime::Runtime::new()?.block_on(park(tier, kernels, component))
}

async fn park(tier: Tier, kernels: usize, component: Source) -> Result<()> {
    let runtime = RingKernelRuntime::builder().build()?;
    // One that is not counted, so that what all share is there.
    handle_one(&runtime, "first", tier, &component).await?;
    let before = Process::now()?;
    let begun = Instant::now();
    for kernel in 0..kernels {
        let launched = handle_one(&runtime, &kernel.to_string(), tier, &component).await;
        launched.with_context(|| format!("kernel {kernel}"))?;
    }
    let launched = begun.elapsed();
    let parked = Process::now()?;
    tokio::time::sleep(IDLE).await;
    let later = Process::now()?;
    let each = |after: u64, before: u64| after.saturating_sub(before) as f64 / kernels as f64;
    let figures = json!({
        "tier": tier,
        "kernels": kernels,
        "resident_kib_each": each(parked.resident_kib, before.resident_kib),
        "page_table_kib_each": each(parked.page_table_kib, before.page_table_kib),
        "mappings_each": each(parked.mappings, before.mappings),
        "mappings": parked.mappings,
        "microseconds_each": launched.as_secs_f64() * 1e6 / kernels as f64,
        "idle_ticks": later.ticks - parked.ticks,
    });
    println!("{figures}");
    // Nobody is to wait for a million kernels to end.
    std::process::exit(0)
}

/// Launches a kernel and has it handle a message.
async fn handle_one(
    runtime: &RingKernelRuntime,
    name: &str,
    tier: Tier,
    component: &Source,
) -> Result<()> {
    let options = LaunchOptions::default().tier(tier);
    runtime
        .launch_with(name, component.clone(), options)
        .await?;
    runtime.activate(name).await?;
    runtime.send(name, "a message of it").await?;
    let reply = runtime
        .receive_timeout(name, ringhost_tests::PATIENCE)
        .await?;
    ensure!(
        reply.payload == "a message of it",
        "another reply: {reply:?}"
    );
    Ok(())
}

/// What the system says of this process.
struct Process {
    resident_kib: u64,
    page_table_kib: u64,
    mappings: u64,
    /// Processor time, in hundredths of a second.
    ticks: u64,
}

impl Process {
    fn now() -> Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.context("Linux tells it")?.parse().context("in kB")
        };
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        // What follows the program's name: the 12th and 13th are the user's and the system's time.
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let times: Vec<u64> = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            resident_kib: kib("VmRSS:")?,
            page_table_kib: kib("VmPTE:")?,
            mappings: std::fs::read_to_string("/proc/self/maps")?.lines().count() as u64,
            ticks: times.iter().sum(),
        })
    }
}
