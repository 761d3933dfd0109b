//! Sends messages through a kernel on one thread, always the same ones in the same order, for
//! callgrind to count the instructions of [`exchange`]: `count WAY MESSAGES`.
//!
//! What is counted contains the start and the end of an exchange, too; of two counts, of more
//! messages and of fewer, the difference is the messages'.

use anyhow::{Context, Result, bail};
use ringhost_bench::{Ours, builder};
use tokio::runtime::{Builder, Runtime};

const SIZE: usize = 16;

/// Messages in a call.
const BATCH: u64 = 256;

fn main() -> Result<()> {
    let [way, count]: [String; 2] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| anyhow::anyhow!("usage: count round-trip|single|batches MESSAGES"))?;
    let count = count.parse().context("MESSAGES is a number")?;
    let executor = Builder::new_current_thread().enable_all().build()?;
    let runtime = builder(executor.handle())
        // Apart from what runs without callgrind, which has the processor do less.
        .cache_folder(ringhost_tests::root().join("target/count-code"))
        .build()?;
    // Each way with the kernel that is made for it.
    let kernel = if way == "batches" {
        "echo-bytes"
    } else {
        "echo"
    };
    let ours = executor.block_on(Ours::start_in(runtime, ringhost_tests::kernel(kernel)))?;
    // Everything that happens only once.
    exchange_uncounted(&executor, &ours, &way, 1000)?;
    exchange(&executor, &ours, &way, count)
}

/// Callgrind counts from where this is entered to where it is left.
#[inline(never)]
fn exchange(executor: &Runtime, ours: &Ours, way: &str, count: u64) -> Result<()> {
    exchange_uncounted(executor, ours, way, count)
}

#[inline(never)]
fn exchange_uncounted(executor: &Runtime, ours: &Ours, way: &str, count: u64) -> Result<()> {
    let (ours, way) = (ours.clone(), way.to_owned());
    executor.block_on(async {
        // In a task, as the benchmarks do it.
        tokio::spawn(async move {
            match way.as_str() {
                "round-trip" => {
                    for number in 0..count {
                        ours.round_trip(number, SIZE).await?;
                    }
                    Ok(())
                }
                "single" => ours.stream(count, SIZE).await,
                "batches" => ours.stream_batches(count, SIZE, BATCH).await,
                way => bail!("there is no way {way}"),
            }
        })
        .await?
    })
}
