//! Prints what every language keeps of the contract, and what its kernels cost: `languages.md`.

use anyhow::{Context, Result};
use ringhost::LaunchOptions;
use ringhost_languages::subject::ID;
use ringhost_languages::{BEHAVIOURS, LANGUAGES, Language, Outcome, Subject, check};
use ringhost_tests::kernel_path;
use std::fs;
use std::time::Instant;

/// How many messages are passed before a kernel's time and memory are looked at, and after.
const WARM: usize = 10_000;
const MANY: usize = 1_000_000;

/// How many of them are timed, for each figure; the best of several rounds is told.
const TIMED: usize = 50_000;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let mut broken = 0;
    println!(
        "| |{}|",
        LANGUAGES
            .map(|language| format!(" {} ", language.name))
            .join("|")
    );
    println!("|---|{}", "---|".repeat(LANGUAGES.len()));
    let mut notes = Vec::new();
    for behaviour in &BEHAVIOURS {
        let mut row = format!("| {} |", behaviour.name);
        for language in &LANGUAGES {
            let cell = match check(language, behaviour).await {
                Outcome::Kept => "yes".to_owned(),
                Outcome::Cannot(reason) => {
                    notes.push(format!("{}, {}: {reason}", language.name, behaviour.name));
                    format!("no ({})", notes.len())
                }
                Outcome::Broken(why) => {
                    broken += 1;
                    eprintln!("{}: {}: {why}", language.name, behaviour.name);
                    "BROKEN".to_owned()
                }
            };
            row += &format!(" {cell} |");
        }
        println!("{row}");
    }
    println!();
    for (at, note) in notes.iter().enumerate() {
        println!("{}. {note}", at + 1);
    }
    println!(
        "\n| language | size | first load | memory | after 1 000 000 messages | ns per message |"
    );
    println!("|---|---|---|---|---|---|");
    for language in &LANGUAGES {
        println!("{}", cost(language).await.with_context(|| language.name)?);
    }
    anyhow::ensure!(broken == 0, "{broken} are broken");
    Ok(())
}

/// A row of what a language's loop costs.
async fn cost(language: &'static Language) -> Result<String> {
    let size = fs::metadata(kernel_path(language.conformance))?.len();
    let load = first_load(language).await?;
    let subject = Subject::new(language);
    subject.start(LaunchOptions::default()).await?;
    subject.pass(WARM).await?;
    let before = subject.held()?;
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        subject.pass(TIMED).await?;
        best = best.min(begun.elapsed().as_nanos() as f64 / TIMED as f64);
    }
    subject.pass(MANY - WARM - ROUNDS * TIMED).await?;
    let after = subject.held()?;
    anyhow::ensure!(
        after <= before + language.growth,
        "it grew from {before} to {after} bytes"
    );
    subject.runtime.terminate(ID).await?;
    Ok(format!(
        "| {} | {} | {load:.2} s | {} | {} | {best:.0} |",
        language.name,
        kilobytes(size),
        kilobytes(before),
        kilobytes(after),
    ))
}

/// Seconds to compile a component that no cache knows.
async fn first_load(language: &Language) -> Result<f64> {
    let runtime = ringhost::RingKernelRuntime::builder()
        .without_cache_folder()
        .build()?;
    let begun = Instant::now();
    runtime
        .launch_from(ID, ringhost_tests::kernel(language.conformance))
        .await?;
    Ok(begun.elapsed().as_secs_f64())
}

fn kilobytes(bytes: u64) -> String {
    format!("{} KB", bytes.div_ceil(1000))
}
