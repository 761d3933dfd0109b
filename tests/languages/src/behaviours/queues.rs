//! What a kernel does when there is nothing, or no room.

use crate::Subject;
use crate::subject::ID;
use anyhow::{Result, bail, ensure};
use ringhost::{Ending, LaunchOptions, Overflow};

pub async fn timeout(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("timeout 1", "timeout").await?;
    subject.expect("timeout 0", "timeout").await?;
    subject.send("timeout 20000".to_owned()).await?;
    subject.expect("it came", "it came").await
}

pub async fn full(subject: Subject) -> Result<()> {
    subject
        .start(LaunchOptions::default().queue_size(4))
        .await?;
    subject.send("fill".to_owned()).await?;
    let told = || subject.runtime.telemetry(ID).ok().flatten();
    let refused = || told().is_some_and(|told| told.output.refused_full > 0);
    ringhost_tests::eventually("there is no room", refused).await;
    filled(&subject).await?;
    let answer = subject.receive_text().await?;
    ensure!(answer == "filled 4 timeout", "it sent {answer:?}");
    subject.expect("alive", "alive").await
}

pub async fn refuses(subject: Subject) -> Result<()> {
    let refusing = LaunchOptions::default().output_overflow(Overflow::Reject);
    subject.start(refusing.queue_size(4)).await?;
    subject.send("fill".to_owned()).await?;
    // Its answer is refused, too, for nobody has made room, and over that it ends in its own way.
    match subject.runtime.wait(ID).await? {
        Ending::Returned => {}
        Ending::Failed(words) if words.to_lowercase().contains("full") => {}
        ending => bail!("it {ending}"),
    }
    filled(&subject).await
}

/// Receives what it filled its output queue with.
async fn filled(subject: &Subject) -> Result<()> {
    for _ in 0..4 {
        let answer = subject.receive_text().await?;
        ensure!(answer == "full", "it sent {answer:?}");
    }
    Ok(())
}

pub async fn backpressure(subject: Subject) -> Result<()> {
    subject
        .start(LaunchOptions::default().queue_size(8))
        .await?;
    subject.send("flood 1000".to_owned()).await?;
    for number in 0..1000 {
        let answer = subject.receive_text().await?;
        ensure!(answer == number.to_string(), "{answer:?} came for {number}");
    }
    let told = subject.runtime.telemetry(ID)?;
    ensure!(
        told.is_some_and(|told| told.output.dropped_oldest == 0),
        "messages were dropped"
    );
    Ok(())
}

/// How many messages a kernel answers before its memory is looked at, and after.
const WARM: usize = 10_000;
const MANY: usize = 100_000;

pub async fn memory(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.pass(WARM).await?;
    let before = subject.held()?;
    subject.pass(MANY - WARM).await?;
    let after = subject.held()?;
    ensure!(
        after <= before + subject.language.growth,
        "it held {before} bytes after {WARM} messages, and {after} after {MANY}"
    );
    Ok(())
}
