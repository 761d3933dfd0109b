//! Every behaviour of the contract against a kernel in every language.
//!
//! Each language has two kernels that say the same words, `kernels/LANGUAGE/conformance`, a loop, and
//! `kernels/LANGUAGE/counter`, a handler with a state; [`behaviours`] says what they are held to.

#![deny(missing_docs)]

pub mod behaviours;
pub mod subject;

pub use behaviours::{BEHAVIOURS, Behaviour};
pub use subject::{LANGUAGES, Language, Subject};

use std::time::Duration;

/// What came of a behaviour in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Kept,
    /// The language cannot, for this reason.
    Cannot(&'static str),
    /// It is not.
    Broken(String),
}

/// Longer than any behaviour takes, even on a busy machine.
const LONGEST: Duration = Duration::from_secs(120);

/// Holds a language's kernel to a behaviour.
pub async fn check(language: &'static Language, behaviour: &Behaviour) -> Outcome {
    if let Some(reason) = language.cannot(behaviour.name) {
        return Outcome::Cannot(reason);
    }
    let held = (behaviour.check)(Subject::new(language));
    match tokio::time::timeout(LONGEST, held).await {
        Ok(Ok(())) => Outcome::Kept,
        Ok(Err(error)) => Outcome::Broken(format!("{error:#}")),
        Err(_) => Outcome::Broken(format!("it was not done after {LONGEST:?}")),
    }
}
