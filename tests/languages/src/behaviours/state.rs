//! What a kernel does in the shape of a handler.

use crate::Subject;
use crate::subject::ID;
use anyhow::{Result, bail, ensure};
use ringhost::{Ending, Error, LaunchOptions, LoadError};

pub async fn handler(subject: Subject) -> Result<()> {
    subject.start_handler(LaunchOptions::default()).await?;
    subject.expect("ring", "ring").await?;
    subject.expect("", "").await?;
    subject.expect("add 40", "40").await?;
    subject.expect("add 2", "42").await?;
    let long = "ring ".repeat(20_000);
    subject.expect(&long, &long).await?;
    subject.send("fail as told".to_owned()).await?;
    match subject.runtime.wait(ID).await? {
        Ending::Failed(words) if words.contains("as told") => Ok(()),
        ending => bail!("it {ending}"),
    }
}

pub async fn snapshot_and_restore(subject: Subject) -> Result<()> {
    subject.start_handler(LaunchOptions::default()).await?;
    subject.expect("add 42", "42").await?;
    let state = subject.runtime.snapshot(ID).await?;
    subject.expect("add 1", "43").await?;
    let another = Subject::new(subject.language);
    another
        .start_handler(LaunchOptions::default().state(state))
        .await?;
    another.expect("add 8", "50").await?;
    let refused = Subject::new(subject.language);
    let options = LaunchOptions::default().state("no number");
    match refused.start_handler(options).await {
        Ok(()) => bail!("it took on a state that is none"),
        Err(error) => match error.downcast_ref::<Error>() {
            Some(Error::Load(LoadError::Restore { reason })) => {
                ensure!(!reason.is_empty(), "it does not say why");
                Ok(())
            }
            _ => Err(error),
        },
    }
}
