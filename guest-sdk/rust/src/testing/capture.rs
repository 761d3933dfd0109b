//! What a kernel logs during a test.

use std::cell::RefCell;

use crate::log::Level;

/// A line that a kernel logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// What it says.
    pub text: String,
}

thread_local! {
    /// The lines of each kernel that runs on this thread: a kernel under test may itself test one.
    static RUNS: RefCell<Vec<Vec<LogLine>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the line for the run in progress on this thread, or prints it where there is none.
pub(crate) fn log(level: Level, text: &str) {
    let kept = RUNS.with_borrow_mut(|runs| match runs.last_mut() {
        Some(lines) => {
            lines.push(LogLine {
                level,
                text: text.to_owned(),
            });
            true
        }
        None => false,
    });
    if !kept {
        eprintln!("{level:?}: {text}");
    }
}

/// Does `work` and returns what was logged meanwhile.
pub(super) fn during<T>(work: impl FnOnce() -> T) -> (T, Vec<LogLine>) {
    /// Ends the run also where the kernel panics, so that the thread's next test has its own.
    struct Run;

    impl Drop for Run {
        fn drop(&mut self) {
            RUNS.with_borrow_mut(|runs| runs.pop());
        }
    }

    RUNS.with_borrow_mut(|runs| runs.push(Vec::new()));
    let _run = Run;
    let result = work();
    let lines = RUNS.with_borrow_mut(|runs| runs.last_mut().map(std::mem::take));
    (result, lines.unwrap_or_default())
}
