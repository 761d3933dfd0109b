//! Pauses, and the end.

use crate::Subject;
use crate::subject::ID;
use anyhow::{Result, ensure};
use ringhost::{Ending, KernelState, LaunchOptions};
use ringhost_tests::{PATIENCE, eventually};
use std::time::{Duration, Instant};

pub async fn asks(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("who", ID).await?;
    subject.expect("life", "active=true terminate=false").await
}

pub async fn pause_in_a_wait(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("before", "before").await?;
    subject.runtime.deactivate(ID).await?;
    subject.send("in it".to_owned()).await?;
    let early = subject
        .runtime
        .receive_timeout(ID, Duration::from_millis(20))
        .await;
    ensure!(early.is_err(), "it answered in a pause");
    subject.runtime.reactivate(ID).await?;
    let answer = subject.receive_text().await?;
    ensure!(answer == "in it", "it answered {answer:?}");
    Ok(())
}

pub async fn pause_in_a_loop(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    begin(&subject, "spin").await?;
    subject.runtime.deactivate(ID).await?;
    eventually("it stands still", || subject.runtime.state(ID).is_ok()).await;
    let burnt = || {
        subject
            .runtime
            .telemetry(ID)
            .ok()
            .flatten()
            .map_or(0, |told| told.fuel_consumed)
    };
    // What it was doing when the pause began ends with its slice, which no event tells and which a busy
    // machine makes long. After that it stands still for good.
    let mut before = burnt();
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = burnt();
        if now == before {
            break;
        }
        before = now;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    ensure!(burnt() == before, "it burns fuel in a pause");
    subject.runtime.reactivate(ID).await?;
    eventually("it goes on", || burnt() > before).await;
    let ended = subject
        .runtime
        .terminate_timeout(ID, Duration::ZERO)
        .await?;
    ensure!(ended.ending == Ending::Stopped, "it {}", ended.ending);
    Ok(())
}

pub async fn terminate_in_receive(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("ring", "ring").await?;
    let ended = subject.runtime.terminate(ID).await?;
    ensure!(ended.ending == Ending::Returned, "it {}", ended.ending);
    ensure!(
        subject.runtime.state(ID)? == KernelState::Terminated,
        "it is not TERMINATED"
    );
    Ok(())
}

pub async fn terminate_when_asked(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    begin(&subject, "poll").await?;
    let ended = subject.runtime.terminate(ID).await?;
    ensure!(ended.ending == Ending::Returned, "it {}", ended.ending);
    Ok(())
}

pub async fn stopped_by_force(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    begin(&subject, "spin").await?;
    let ended = subject
        .runtime
        .terminate_timeout(ID, Duration::from_millis(10))
        .await?;
    ensure!(ended.ending == Ending::Stopped, "it {}", ended.ending);
    Ok(())
}

/// Sends a word and waits until the kernel is at it.
async fn begin(subject: &Subject, word: &str) -> Result<()> {
    subject.send(word.to_owned()).await?;
    eventually("it has the word", || {
        let told = subject.runtime.telemetry(ID).ok().flatten();
        told.is_some_and(|told| told.input.received > 0)
    })
    .await;
    Ok(())
}
