//! Runs simulations and prints what they found: `cargo xtask simulate --help`.

use clap::Parser;
use ringhost_simulation::{Failure, run, search};
use std::process::ExitCode;
use std::time::Instant;

/// Runs seeded simulations and checks each against the guarantees of docs/semantics.md.
#[derive(Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Options {
    /// How many seeds to run
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Run this seed only
    #[arg(long)]
    seed: Option<u64>,
    /// Print everything that happens; for one seed
    #[arg(long, requires = "seed")]
    verbose: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let failures = match options.seed {
        Some(seed) => one(seed, options.verbose).into_iter().collect(),
        None => many(options.from, options.seeds),
    };
    for failure in &failures {
        eprintln!("{failure}");
    }
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn one(seed: u64, verbose: bool) -> Option<Failure> {
    let (trace, failure) = run(seed);
    if let Some(trace) = trace {
        if verbose {
            println!("{:#?}", trace.plan);
            for record in &trace.records {
                println!("{record}");
            }
        }
        let (turns, events) = (trace.turns.len(), trace.records.len());
        let digest = trace.digest();
        println!("seed {seed}: {turns} turns, {events} events, trace {digest:016x}");
    }
    failure
}

fn many(from: u64, seeds: u64) -> Vec<Failure> {
    let begun = Instant::now();
    let findings = search(from..from.saturating_add(seeds));
    println!(
        "{} seeds from {from}, {} failed; {} turns and {} events in {:.1} s",
        findings.seeds,
        findings.failed,
        findings.turns,
        findings.events,
        begun.elapsed().as_secs_f64()
    );
    findings.failures
}
