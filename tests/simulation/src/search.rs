//! Many seeds, on all cores.

use crate::checks::{Fault, faults};
use crate::simulation::{Trace, simulate};
use parking_lot::Mutex;
use std::fmt;
use std::ops::Range;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

/// So many records of a failed simulation are shown.
const TAIL: usize = 40;

/// So many failed simulations are kept.
const KEPT: usize = 10;

/// A seed that failed.
#[derive(Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The end of what happened.
    pub tail: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, faults, tail } = self;
        writeln!(formatter, "seed {seed}:")?;
        tail.iter()
            .try_for_each(|line| writeln!(formatter, "  {line}"))?;
        faults
            .iter()
            .try_for_each(|fault| writeln!(formatter, "seed {seed}: {fault}"))?;
        write!(
            formatter,
            "see all of it: cargo xtask simulate --seed {seed} --verbose"
        )
    }
}

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Findings {
    /// Seeds that were run.
    pub seeds: u64,
    /// Seeds that failed.
    pub failed: u64,
    /// The first that were found to.
    pub failures: Vec<Failure>,
    /// Turns that were taken.
    pub turns: u64,
    /// Events that were told.
    pub events: u64,
}

/// Runs the simulation of one seed and checks it.
pub fn run(seed: u64) -> (Option<Trace>, Option<Failure>) {
    // What it says when it panics stands on the standard error stream.
    let Ok(trace) = catch_unwind(|| simulate(seed)) else {
        let faults = vec!["it panicked".to_owned()];
        let tail = Vec::new();
        return (None, Some(Failure { seed, faults, tail }));
    };
    let faults = faults(&trace);
    if faults.is_empty() {
        return (Some(trace), None);
    }
    let last = trace.records.len().saturating_sub(TAIL);
    let tail = trace.records[last..].iter().map(ToString::to_string);
    let tail = tail.collect();
    (Some(trace), Some(Failure { seed, faults, tail }))
}

/// Runs the simulations of these seeds, on all cores.
pub fn search(seeds: Range<u64>) -> Findings {
    let next = AtomicU64::new(seeds.start);
    let findings = Mutex::new(Findings::default());
    let work = || {
        while let seed = next.fetch_add(1, Ordering::Relaxed)
            && seed < seeds.end
        {
            let (trace, failure) = run(seed);
            findings.lock().add(trace.as_ref(), failure);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    findings.into_inner()
}

impl Findings {
    fn add(&mut self, trace: Option<&Trace>, failure: Option<Failure>) {
        self.seeds += 1;
        if let Some(trace) = trace {
            self.turns += trace.turns.len() as u64;
            self.events += trace.records.len() as u64;
        }
        if let Some(failure) = failure {
            self.failed += 1;
            if self.failures.len() < KEPT {
                self.failures.push(failure);
            }
        }
    }
}
