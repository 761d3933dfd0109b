//! A kernel's log, bounded in size and rate.

use crate::lifecycle::KernelId;
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::time::Instant;

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Steps.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What an operator likes to know.
    Info,
    /// What an operator should look at.
    Warn,
    /// What went wrong.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        })
    }
}

/// One line that a kernel logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The text, without a line end; cut where it was too long.
    pub text: String,
}

/// How many bytes of the newest lines are kept to be looked at later.
const KEPT_BYTES: usize = 64 << 10;

/// What a line costs beside its text.
const LINE_COST: u64 = 64;

/// Takes a kernel's log lines: hands them to `tracing`, and keeps the newest.
#[derive(Debug)]
pub(crate) struct Journal {
    kernel_id: KernelId,
    line_bytes: usize,
    bytes_per_second: u64,
    /// Made with the first line: few kernels among very many log.
    state: OnceLock<Box<Mutex<State>>>,
}

#[derive(Debug)]
struct State {
    lines: VecDeque<LogLine>,
    kept_bytes: usize,
    /// The last error line since the kernel was last seen to go on after one.
    last_error: Option<String>,
    /// Bytes that may be logged now; refilled by time.
    credit: u64,
    refilled: Instant,
    dropped: u64,
    dropped_unreported: u64,
}

impl Journal {
    pub(crate) fn new(kernel_id: &KernelId, line_bytes: usize, bytes_per_second: u64) -> Self {
        Self {
            kernel_id: kernel_id.clone(),
            line_bytes,
            bytes_per_second,
            state: OnceLock::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.state.get_or_init(|| {
            Box::new(Mutex::new(State {
                lines: VecDeque::new(),
                kept_bytes: 0,
                last_error: None,
                credit: self.bytes_per_second,
                refilled: Instant::now(),
                dropped: 0,
                dropped_unreported: 0,
            }))
        });
        state.lock()
    }

    /// Logs a text, line by line.
    pub(crate) fn log(&self, level: Level, text: &str) {
        // Cut first: what follows is no more work than the longest line.
        let text = cut(text, self.line_bytes);
        let text = text.trim_end_matches(['\r', '\n']);
        let mut state = self.state();
        if level == Level::Error {
            // Kept even when the line itself is over the rate: it may be the last word of a
            // kernel that floods and then panics.
            state.last_error = Some(printable(text).into_owned());
        }
        for line in text.split('\n') {
            self.log_line(&mut state, level, &printable(line));
        }
    }

    fn log_line(&self, state: &mut State, level: Level, text: &str) {
        if !state.pay(text.len() as u64 + LINE_COST, self.bytes_per_second) {
            state.dropped += 1;
            state.dropped_unreported += 1;
            return;
        }
        let unreported = std::mem::take(&mut state.dropped_unreported);
        if unreported > 0 {
            let note = format!(
                "{unreported} log lines were dropped: more than {} bytes a second",
                self.bytes_per_second
            );
            self.write(state, Level::Warn, note);
        }
        self.write(state, level, text.to_owned());
    }

    /// Another instance is to follow the last one, for this reason. The host's own words cost the
    /// kernel nothing.
    pub(crate) fn begin_again(&self, level: Level, reason: &str) {
        let mut state = self.state();
        state.last_error = None;
        self.write(&mut state, level, reason.to_owned());
    }

    /// The newest lines, oldest first.
    pub(crate) fn lines(&self) -> Vec<LogLine> {
        let Some(state) = self.state.get() else {
            return Vec::new();
        };
        state.lock().lines.iter().cloned().collect()
    }

    pub(crate) fn last_error(&self) -> Option<String> {
        self.state.get()?.lock().last_error.clone()
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.state.get().map_or(0, |state| state.lock().dropped)
    }

    fn write(&self, state: &mut State, level: Level, text: String) {
        let kernel = self.kernel_id.as_str();
        match level {
            Level::Trace => tracing::trace!(target: "ringhost::kernel", kernel, "{text}"),
            Level::Debug => tracing::debug!(target: "ringhost::kernel", kernel, "{text}"),
            Level::Info => tracing::info!(target: "ringhost::kernel", kernel, "{text}"),
            Level::Warn => tracing::warn!(target: "ringhost::kernel", kernel, "{text}"),
            Level::Error => tracing::error!(target: "ringhost::kernel", kernel, "{text}"),
        }
        state.kept_bytes += text.len();
        state.lines.push_back(LogLine { level, text });
        while state.kept_bytes > KEPT_BYTES || state.lines.len() > KEPT_BYTES / 64 {
            let Some(oldest) = state.lines.pop_front() else {
                break;
            };
            state.kept_bytes -= oldest.text.len();
        }
    }
}

impl State {
    fn pay(&mut self, cost: u64, per_second: u64) -> bool {
        let now = Instant::now();
        let elapsed = now
            .duration_since(self.refilled)
            .min(Duration::from_secs(1));
        let earned = (u128::from(per_second) * elapsed.as_nanos() / 1_000_000_000) as u64;
        if earned > 0 {
            self.credit = self.credit.saturating_add(earned).min(per_second);
            self.refilled = now;
        }
        let paid = self.credit.checked_sub(cost);
        self.credit = paid.unwrap_or(self.credit);
        paid.is_some()
    }
}

/// A kernel's words as an operator may read them: not too long, and without control characters.
pub(crate) fn tidy(text: &str, bytes: usize) -> String {
    printable(&cut(text, bytes)).into_owned()
}

/// The text up to so many bytes, cut between characters, with a mark where something is missing.
fn cut(text: &str, bytes: usize) -> std::borrow::Cow<'_, str> {
    if text.len() <= bytes {
        return text.into();
    }
    let end = (0..=bytes)
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    format!("{kept}… ({} bytes cut)", text.len() - end).into()
}

/// The text with control characters written out, but for line ends and tabs: a kernel must not
/// reach the operator's terminal.
fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    let harmful = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    if !text.contains(harmful) {
        return text.into();
    }
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if harmful(character) {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(kernel_id: &str, line_bytes: usize, bytes_per_second: u64) -> Journal {
        let kernel_id = KernelId::new(kernel_id).unwrap();
        Journal::new(&kernel_id, line_bytes, bytes_per_second)
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_dropped_counted_and_reported_when_it_is_over() {
        let journal = journal("flood", 100, 1000);
        for _ in 0..100 {
            journal.log(Level::Info, "spam");
        }
        let kept = journal.lines().len() as u64;
        assert_eq!(kept, 1000 / (4 + LINE_COST));
        assert_eq!(journal.dropped(), 100 - kept);
        tokio::time::advance(Duration::from_secs(1)).await;
        journal.log(Level::Info, "calm");
        let lines = journal.lines();
        let texts: Vec<_> = lines
            .iter()
            .rev()
            .take(2)
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(texts[0], "calm");
        assert!(
            texts[1].starts_with("86 log lines were dropped"),
            "{}",
            texts[1]
        );
    }

    #[tokio::test]
    async fn a_text_is_logged_by_line_and_cannot_reach_the_terminal() {
        let journal = journal("rude", 100, 1000);
        journal.log(Level::Error, "one\r\n\ttwo \u{1b}[2J\n");
        let lines: Vec<_> = journal.lines().into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["one\\r", "\ttwo \\u{1b}[2J"]);
        assert_eq!(journal.last_error().unwrap(), "one\\r\n\ttwo \\u{1b}[2J");
    }

    #[tokio::test]
    async fn a_long_line_is_cut_between_characters() {
        let journal = journal("long", 5, 1000);
        journal.log(Level::Info, "ééé");
        assert_eq!(journal.lines()[0].text, "éé… (2 bytes cut)");
    }
}
