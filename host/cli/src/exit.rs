//! How the command ends: what it says of an error, and its exit code.

use crate::console::{say, visible};
use anyhow::Error;
use ringhost::{GrantError, LoadError};
use ringhost_toolchain::Missing;

/// How a command ended that did not end in an error that is still to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Done,
    /// A kernel failed, and the user was told.
    Failed,
    /// What was given is wrong, and the user was told.
    Wrong,
    /// The user interrupted it.
    Interrupted,
}

/// Something that the user gave and can put right. Its text is the whole message.
#[derive(Debug)]
pub struct Wrong(pub String);

impl std::fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

/// The exit code of an outcome; tells an error first.
pub fn code(outcome: Result<Exit, Error>) -> i32 {
    match outcome {
        Ok(Exit::Done) => 0,
        Ok(Exit::Failed) => 1,
        Ok(Exit::Wrong) => 2,
        Ok(Exit::Interrupted) => 130,
        Err(error) => {
            say(&format!("error: {}", visible(&sentence(&error))));
            error_code(&error)
        }
    }
}

fn error_code(error: &Error) -> i32 {
    if error.downcast_ref::<Missing>().is_some() {
        3
    } else if error.chain().any(is_users_to_mend) {
        2
    } else {
        1
    }
}

/// An error and its causes, one after the other. A cause that the text before it tells already is left out.
pub fn sentence(error: &Error) -> String {
    error.chain().fold(String::new(), |mut text, cause| {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            if !text.is_empty() {
                text += ": ";
            }
            text += &cause;
        }
        text
    })
}

fn is_users_to_mend(cause: &(dyn std::error::Error + 'static)) -> bool {
    match cause.downcast_ref() {
        Some(ringhost::Error::Load(load)) => !matches!(
            load,
            LoadError::HostFault { .. }
                | LoadError::CompilerDied { .. }
                | LoadError::CompilerUnusable { .. }
                | LoadError::Initialiser { .. }
                | LoadError::InitialiserTooLong { .. }
        ),
        Some(ringhost::Error::Grant(grant)) => {
            !matches!(grant, GrantError::HostFault { .. } | GrantError::NoNetwork)
        }
        Some(ringhost::Error::InvalidKernelId(_) | ringhost::Error::InvalidOption(_)) => true,
        _ => cause.is::<Wrong>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn causes_are_joined_and_told_once() {
        let error = anyhow!("no such file")
            .context("cannot read x: no such file")
            .context("x");
        assert_eq!(sentence(&error), "x: cannot read x: no such file");
    }

    #[test]
    fn what_the_user_can_mend_is_told_apart() {
        let wrong = Error::new(Wrong("no".into())).context("stage");
        assert_eq!(error_code(&wrong), 2);
        assert_eq!(error_code(&anyhow!("no")), 1);
        let missing = anyhow!("no").context(Missing("npm".into())).context("x");
        assert_eq!(error_code(&missing), 3);
    }
}
