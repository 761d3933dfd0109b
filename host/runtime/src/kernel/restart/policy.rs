//! Whether a kernel that has ended is started again.

use crate::error::InvalidOptionError;
use crate::lifecycle::{Ending, Limit};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whether a kernel that has ended by itself is started again, and what becomes of the messages
/// that it had in hand. Its queues, and the calls in them, outlive it. By default it is not
/// restarted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Restart {
    /// After which endings. Never by default.
    pub when: RestartWhen,
    /// How long the kernel stays down before it is started again. Doubles with each restart that is
    /// still within the window. 100 ms by default, 1 ms at least.
    #[serde(with = "humantime_serde")]
    pub backoff: Duration,
    /// What that grows to at most. 10 s by default.
    #[serde(with = "humantime_serde")]
    pub longest_backoff: Duration,
    /// How many restarts there are within the window; where one more would be needed, the kernel
    /// stays down. 5 by default.
    pub budget: u32,
    /// The time for which a restart counts against the budget. 1 min by default.
    #[serde(with = "humantime_serde")]
    pub window: Duration,
    /// What becomes of the messages in hand: received, and neither answered nor left behind for
    /// the next ones. Dead letters by default.
    pub in_hand: InHand,
    /// How often a message is given to the kernel at most, where those in hand are retried; then it
    /// is a dead letter. 2 by default.
    pub attempts: u32,
}

/// After which endings a kernel is started again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartWhen {
    /// After none.
    #[default]
    Never,
    /// After a trap, an error, or a limit that another instance need not hit.
    OnFailure,
    /// Also when it returned, unless its input is closed and it had received everything.
    Always,
}

/// What becomes of the messages that a kernel had in hand when it died.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InHand {
    /// They are kept apart, to be looked at.
    #[default]
    DeadLetter,
    /// They go back to where they were in the queue, and are then received one at a time, so that
    /// the one at fault is found.
    Retry,
}

/// What a kernel is launched with where nothing else is said: it is not restarted.
pub(super) static NEVER: Restart = Restart {
    when: RestartWhen::Never,
    backoff: Duration::from_millis(100),
    longest_backoff: Duration::from_secs(10),
    budget: 5,
    window: Duration::from_secs(60),
    in_hand: InHand::DeadLetter,
    attempts: 2,
};

impl Default for Restart {
    fn default() -> Self {
        NEVER.clone()
    }
}

impl Restart {
    /// A restart after each failure, with the defaults.
    pub fn on_failure() -> Self {
        Self {
            when: RestartWhen::OnFailure,
            ..Self::default()
        }
    }

    /// A restart after each failure and each return, with the defaults.
    pub fn always() -> Self {
        Self {
            when: RestartWhen::Always,
            ..Self::default()
        }
    }

    /// The same, with the messages in hand given to the kernel again.
    pub fn retry(self) -> Self {
        Self {
            in_hand: InHand::Retry,
            ..self
        }
    }

    /// # Errors
    /// If a value cannot be meant.
    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        let (option, value, reason) = if self.backoff < Duration::from_millis(1) {
            let reason = "a kernel that dies at once would take the processor; it is 1ms at least";
            ("backoff", format!("{:?}", self.backoff), reason)
        } else if self.longest_backoff < self.backoff {
            let longest = format!("{:?}", self.longest_backoff);
            ("longest_backoff", longest, "it is at least the backoff")
        } else if self.budget == 0 {
            let reason = "with no restarts to spend, say when = \"never\"";
            ("budget", "0".to_owned(), reason)
        } else if self.window.is_zero() {
            let reason = "restarts count against the budget for some time";
            ("window", "0s".to_owned(), reason)
        } else if self.attempts == 0 {
            let reason = "each message is given to the kernel once at least";
            ("attempts", "0".to_owned(), reason)
        } else {
            return Ok(());
        };
        Err(InvalidOptionError {
            option,
            value,
            reason,
        })
    }

    /// Whether there is to be a restart after this ending of a kernel that nobody asked to end.
    pub(super) fn follows(&self, ending: &Ending, finished: bool) -> bool {
        let failed = match ending {
            // What it was given for all its life is gone.
            Ending::LimitExceeded {
                limit: Limit::Fuel { .. },
                ..
            } => return false,
            Ending::Returned => false,
            Ending::Stopped | Ending::NeverActivated | Ending::WithGroup { .. } => return false,
            Ending::Failed(_)
            | Ending::Trapped(_)
            | Ending::LimitExceeded { .. }
            | Ending::HostFault(_) => true,
        };
        match self.when {
            RestartWhen::Never => false,
            RestartWhen::OnFailure => failed,
            RestartWhen::Always => failed || !finished,
        }
    }
}
