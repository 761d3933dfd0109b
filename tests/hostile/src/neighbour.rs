//! The honest kernel beside an attack, and its traffic.

use anyhow::{Context, Result, ensure};
use ringhost::RingKernelRuntime;
use ringhost_tests::echo_kernel;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const NAME: &str = "neighbour";

/// The fewest calls that are measured.
const CALLS: usize = 100;

/// How long an answer may take before it counts as lost.
const LOST: Duration = Duration::from_secs(10);

/// What the neighbour's traffic was like during an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// Calls that were made and answered while it was measured.
    pub calls: usize,
    /// Who calls at a moment chosen by chance waits at most this, 99 times of 100.
    pub p99: Duration,
    /// The longest round trip.
    pub longest: Duration,
}

/// An echo kernel that somebody sends numbered messages to, and calls, again and again.
pub(crate) struct Neighbour {
    over: Arc<AtomicBool>,
    afresh: Arc<AtomicBool>,
    caller: JoinHandle<Result<Traffic>>,
}

impl Neighbour {
    /// Launches it and waits for its first answer.
    pub(crate) async fn start(runtime: &RingKernelRuntime) -> Result<Self> {
        runtime.launch_from(NAME, echo_kernel()).await?;
        runtime.activate(NAME).await?;
        round(runtime, 0).await?;
        let over = Arc::new(AtomicBool::new(false));
        let afresh = Arc::new(AtomicBool::new(false));
        let caller = tokio::spawn(traffic(runtime.clone(), over.clone(), afresh.clone()));
        Ok(Self {
            over,
            afresh,
            caller,
        })
    }

    /// Measures from now on: what went before was not the attack.
    pub(crate) fn measure_afresh(&self) {
        self.afresh.store(true, Ordering::Relaxed);
    }

    /// Ends the traffic.
    ///
    /// # Errors
    /// If a message was lost, late beyond hope, or out of order.
    pub(crate) async fn finish(self) -> Result<Traffic> {
        self.over.store(true, Ordering::Relaxed);
        self.caller.await?.context("the neighbour suffered")
    }
}

async fn traffic(
    runtime: RingKernelRuntime,
    over: Arc<AtomicBool>,
    afresh: Arc<AtomicBool>,
) -> Result<Traffic> {
    let mut times = Vec::new();
    let mut number = 0;
    while !over.load(Ordering::Relaxed) || times.len() < CALLS {
        if afresh.swap(false, Ordering::Relaxed) {
            times.clear();
        }
        number += 1;
        times.push(round(&runtime, number).await?);
    }
    times.sort_unstable();
    Ok(Traffic {
        calls: times.len(),
        p99: most_of_the_time(&times),
        longest: times[times.len() - 1],
    })
}

/// The time that calls longer than which fill one hundredth of all. Of the calls themselves 99 of
/// 100 would be a flattering number: between two long ones are many short ones, but who comes by at
/// a moment chosen by chance meets a long one.
fn most_of_the_time(sorted: &[Duration]) -> Duration {
    let all: Duration = sorted.iter().sum();
    let mut left = all / 100;
    for &time in sorted.iter().rev() {
        match left.checked_sub(time) {
            Some(rest) => left = rest,
            None => return time,
        }
    }
    Duration::ZERO
}

/// Sends a message, calls with the next, and receives the answer to the first: one way goes through
/// the output queue, the other past it. Returns how long the call took.
async fn round(runtime: &RingKernelRuntime, number: usize) -> Result<Duration> {
    let (sent, called) = (format!("{number} sent"), format!("{number} called"));
    runtime.send_timeout(NAME, sent.clone(), LOST).await?;
    let begun = Instant::now();
    let reply = runtime.call_timeout(NAME, called.clone(), LOST).await?;
    let time = begun.elapsed();
    ensure!(
        reply.payload == called,
        "instead of {called:?} came {:?}",
        reply.payload
    );
    let answer = runtime.receive_timeout(NAME, LOST).await?;
    ensure!(
        answer.payload == sent,
        "instead of {sent:?} came {:?}",
        answer.payload
    );
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::most_of_the_time;
    use std::time::Duration;

    #[test]
    fn a_few_long_calls_count_by_the_time_that_they_fill() {
        let mut times = vec![Duration::from_micros(10); 9000];
        times.push(Duration::from_millis(10));
        assert_eq!(most_of_the_time(&times), Duration::from_millis(10));
        let mut times = vec![Duration::from_micros(10); 9000];
        times.push(Duration::from_micros(500));
        assert_eq!(most_of_the_time(&times), Duration::from_micros(10));
    }
}
