//! What a kernel does with messages.

use crate::Subject;
use crate::subject::ID;
use anyhow::{Result, ensure};
use ringhost::{LaunchOptions, Outgoing, Priority};
use ringhost_tests::PATIENCE;
use tokio::task::JoinSet;

pub async fn echo(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    for text in ["ring", "another message", "a"] {
        subject.expect(text, text).await?;
    }
    Ok(())
}

pub async fn empty(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("", "").await?;
    subject.expect("after it", "after it").await
}

pub async fn utf8(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    for text in ["größer", "日本語", "a\u{301}", "🦀\u{10ffff}", "\u{0}null"] {
        subject.expect(text, text).await?;
    }
    Ok(())
}

pub async fn any_bytes(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    let all: Vec<u8> = (0..=255)
        .chain([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80])
        .collect();
    for bytes in [all.as_slice(), b"\xff", b"\0\0\0"] {
        subject.send(bytes.to_vec()).await?;
        let answer = subject.receive().await?;
        ensure!(
            answer.payload == *bytes,
            "{bytes:?} came back as {:?}",
            answer.payload
        );
    }
    Ok(())
}

pub async fn one_mebibyte(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    let bytes: Vec<u8> = (0..1 << 20).map(|at: u32| (at % 251) as u8).collect();
    for _ in 0..3 {
        subject.send(bytes.clone()).await?;
        ensure!(
            subject.receive().await?.payload == *bytes,
            "it came back as another"
        );
        subject.expect("short", "short").await?;
    }
    Ok(())
}

pub async fn too_large(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("big 1048577", "too-large").await?;
    let largest = subject.ask("big 1048576").await?;
    ensure!(largest.len() == 1 << 20, "it sent {} bytes", largest.len());
    Ok(())
}

pub async fn batch(subject: Subject) -> Result<()> {
    let options = LaunchOptions::default();
    let launched = subject.runtime.launch_with(
        ID,
        ringhost_tests::kernel(subject.language.conformance),
        options,
    );
    launched.await?;
    subject
        .runtime
        .send_batch(ID, ["batch 3", "a", "b", "c", "d"])
        .await?;
    subject.runtime.activate(ID).await?;
    for expected in ["a", "b", "c", "batch 3", "d"] {
        let answer = subject.receive_text().await?;
        ensure!(answer == expected, "{answer:?} came for {expected:?}");
    }
    Ok(())
}

pub async fn priority(subject: Subject) -> Result<()> {
    let options = LaunchOptions::default();
    let launched = subject.runtime.launch_with(
        ID,
        ringhost_tests::kernel(subject.language.conformance),
        options,
    );
    launched.await?;
    let bands = [
        (Priority::Low, "low"),
        (Priority::Normal, "normal"),
        (Priority::High, "high"),
        (Priority::Urgent, "urgent"),
    ];
    for (priority, _) in bands {
        let message = Outgoing::new("envelope")
            .priority(priority)
            .correlation(ringhost::MessageId(77));
        subject.send(message).await?;
    }
    subject.runtime.activate(ID).await?;
    for (priority, word) in bands.into_iter().rev() {
        let answer = subject.receive().await?;
        let text = String::from_utf8_lossy(&answer.payload).into_owned();
        ensure!(
            text.ends_with(&format!(" 77 {word}")),
            "{word}: it says {text:?}"
        );
        ensure!(
            answer.envelope.priority == priority,
            "{word}: its answer is {:?}",
            answer.envelope
        );
        ensure!(
            answer.envelope.correlation.0 == 77,
            "{word}: its answer is {:?}",
            answer.envelope
        );
    }
    Ok(())
}

pub async fn correlation(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    let mut calls = JoinSet::new();
    for number in 0..100 {
        let runtime = subject.runtime.clone();
        calls.spawn(async move {
            let text = number.to_string();
            let called = runtime.call_timeout(ID, text.clone(), PATIENCE).await;
            (text, called)
        });
    }
    for (text, called) in calls.join_all().await {
        let answer = called?.payload;
        ensure!(answer == text.as_str(), "{text} was answered by {answer:?}");
    }
    Ok(())
}

pub async fn later_answer(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    let runtime = subject.runtime.clone();
    let kept = tokio::spawn(async move { runtime.call_timeout(ID, "keep", PATIENCE).await });
    // It has it when this is answered: the call is made before, on the same thread or another.
    while subject
        .runtime
        .telemetry(ID)?
        .is_some_and(|told| told.input.accepted == 0)
    {
        tokio::task::yield_now().await;
    }
    subject.expect("between", "between").await?;
    let released = subject
        .runtime
        .call_timeout(ID, "release", PATIENCE)
        .await?;
    ensure!(
        released.payload == "release",
        "release: {:?}",
        released.payload
    );
    let kept = kept.await??;
    ensure!(kept.payload == "released", "kept: {:?}", kept.payload);
    Ok(())
}
