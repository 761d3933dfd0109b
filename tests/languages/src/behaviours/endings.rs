//! How a kernel ends, and what it leaves behind.

use crate::Subject;
use crate::subject::ID;
use anyhow::{Result, bail, ensure};
use ringhost::{Ending, LaunchOptions, Level};

pub async fn end_of_input(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.send("last".to_owned()).await?;
    subject.runtime.close_input(ID).await?;
    let answer = subject.receive_text().await?;
    ensure!(answer == "last", "it answered {answer:?}");
    let ending = subject.runtime.wait(ID).await?;
    ensure!(ending == Ending::Returned, "it {ending}");
    Ok(())
}

pub async fn error(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("before", "before").await?;
    subject.send("fail größer than life".to_owned()).await?;
    match subject.runtime.wait(ID).await? {
        Ending::Failed(words) if words.contains("größer than life") => Ok(()),
        ending => bail!("it {ending}"),
    }
}

pub async fn trap(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("before", "before").await?;
    subject.send("trap".to_owned()).await?;
    match subject.runtime.wait(ID).await? {
        Ending::Trapped(report) => {
            ensure!(
                !report.backtrace.is_empty(),
                "it trapped without a backtrace"
            );
            Ok(())
        }
        // Some languages turn every fault into an exception.
        Ending::Failed(_) => Ok(()),
        ending => bail!("it {ending}"),
    }
}

pub async fn log(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    for (word, level) in [
        ("warn", Level::Warn),
        ("error", Level::Error),
        ("info", Level::Info),
    ] {
        subject
            .expect(&format!("log {word} größer"), "logged")
            .await?;
        let lines = subject.runtime.log_lines(ID)?;
        let logged = lines.last();
        let as_told = logged.is_some_and(|line| line.level == level && line.text == "größer");
        ensure!(as_told, "its log is {lines:?}");
    }
    Ok(())
}

pub async fn print(subject: Subject) -> Result<()> {
    subject.start(LaunchOptions::default()).await?;
    subject.expect("print more to say", "printed").await?;
    let lines = subject.runtime.log_lines(ID)?;
    let printed = lines.iter().any(|line| line.text.contains("more to say"));
    ensure!(printed, "its log is {lines:?}");
    Ok(())
}
