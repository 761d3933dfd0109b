//! What is said at the end of what went wrong, and the exit code that it makes.

use super::death;
use super::drain::{Asked, Drained};
use super::feed::Fed;
use super::losses::messages;
use super::sent::Sent;
use crate::console::{Console, visible};
use crate::exit::Exit;
use crate::log::Level;
use anyhow::Result;
use ringhost::{DeathReport, Ending, MessageId, RingKernelRuntime};
use std::time::Duration;

/// What the end is told of.
pub struct Report<'a> {
    pub runtime: &'a RingKernelRuntime,
    pub console: &'a Console,
    /// All kernels, the first first.
    pub ids: &'a [String],
    /// What the input is called, and which of its lines became which message.
    pub input: &'a str,
    pub sent: &'a Sent,
    /// Which log lines were shown as they came.
    pub log: Level,
    /// Whether reports on deaths are told with the statistics.
    pub json: bool,
    pub grace: Duration,
    pub terminate_timeout: Duration,
}

impl Report<'_> {
    /// Tells what went wrong.
    ///
    /// # Errors
    /// If a kernel is not known, which would be a fault of the host.
    pub fn tell(&self, drained: &Drained) -> Result<Exit> {
        // Who reads no more wants nothing more, and to hear nothing of what is lost by that.
        if drained.asked != Some(Asked::Unread) {
            self.losses(drained)?;
        }
        let mut failed = self.undecodable(drained);
        for id in self.ids {
            let Some(report) = self.runtime.death_report(id)? else {
                continue;
            };
            failed |= if report.ending.is_failure() {
                self.death(id, report);
                true
            } else {
                self.ending(id, &report.ending, drained.asked)
            };
        }
        let fed = self.input(drained);
        Ok(match drained.asked {
            Some(Asked::Interrupted) => Exit::Interrupted,
            _ if failed => Exit::Failed,
            _ => fed,
        })
    }

    /// Tells what is left of a kernel that failed.
    fn death(&self, id: &str, report: DeathReport) {
        if self.json {
            self.error(&format!("kernel {id:?} {}", report.ending));
            return;
        }
        let line = report
            .last_message
            .and_then(|message| self.line_of(id, message));
        let line = line.map(|line| format!("line {line} of {}", self.input));
        self.error(&death::text(report, self.log, line.as_deref()));
    }

    /// The line of the input that became a kernel's message. Only the first kernel's are such.
    pub fn line_of(&self, id: &str, message: MessageId) -> Option<u64> {
        let first = self.ids.first().is_some_and(|first| first == id);
        self.sent.line_of(message).filter(|_| first)
    }

    /// Tells how a kernel ended that did not fail, if not by itself. True if that is a failure of
    /// the run.
    fn ending(&self, id: &str, ending: &Ending, asked: Option<Asked>) -> bool {
        let (grace, timeout) = (self.grace, self.terminate_timeout);
        match (ending, asked) {
            (Ending::Stopped, Some(Asked::Quiet)) => {
                self.error(&format!(
                    "kernel {id:?} was stopped by force: nothing happened for {grace:?} after its \
                     input had ended, and it did not return within {timeout:?} when asked to; \
                     raise --grace if it needs longer"
                ));
                true
            }
            (Ending::Stopped, _) => {
                self.console.warn(&format!(
                    "kernel {id:?} was stopped by force: it did not return within {timeout:?} when asked to"
                ));
                false
            }
            (_, Some(Asked::Quiet)) => {
                self.console.warn(&format!(
                    "kernel {id:?} was asked to end: nothing happened for {grace:?} after its \
                     input had ended; raise --grace if it needs longer"
                ));
                false
            }
            _ => false,
        }
    }

    fn undecodable(&self, drained: &Drained) -> bool {
        let (Some(fault), Some(id)) = (&drained.fault, self.ids.last()) else {
            return false;
        };
        let count = messages(drained.undecodable);
        self.error(&format!(
            "kernel {id:?} sent {count} that cannot be shown as the type it declares: {fault}; \
             --raw prints the bytes"
        ));
        true
    }

    fn input(&self, drained: &Drained) -> Exit {
        match &drained.fed {
            Some(Fed::Invalid(text)) => {
                self.error(text);
                Exit::Wrong
            }
            Some(Fed::Refused(text)) => {
                self.error(text);
                Exit::Failed
            }
            Some(Fed::All | Fed::Untaken(_)) | None => Exit::Done,
        }
    }

    fn error(&self, text: &str) {
        self.console.say(&format!("error: {}", visible(text)));
    }
}
