//! Standard output and standard error. Neither may be there: both can be closed by who reads them.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};

/// Inputs of fewer bytes are over before a progress bar is of use.
const LONG_INPUT: u64 = 1 << 20;

/// Writes a line to standard error. Where that is closed there is nobody to tell.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a result to standard output. A reader that has seen enough is no error.
///
/// # Errors
/// If it cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    match output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to standard output"))
        }
        _ => Ok(()),
    }
}

/// Text from a stranger, with control characters but line ends and tabs made visible: it goes to a
/// terminal, which obeys some of them.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && !matches!(character, '\n' | '\t') {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Standard error with a progress bar on it, shared with whatever else writes there.
#[derive(Clone)]
pub struct Console {
    bars: MultiProgress,
}

impl Console {
    /// Without a progress bar yet.
    pub fn new() -> Self {
        Self {
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
        }
    }

    /// Writes a line above the progress bar.
    pub fn say(&self, line: &str) {
        self.bars.suspend(|| say(line));
    }

    /// Writes a warning above the progress bar.
    pub fn warn(&self, text: &str) {
        self.say(&format!("warning: {}", visible(text)));
    }

    /// A bar that counts the bytes of an input. It is seen only where that helps: on a terminal
    /// on which no answers appear, and for a long input.
    pub fn progress(&self, bytes: Option<u64>) -> ProgressBar {
        let seen = io::stderr().is_terminal() && !io::stdout().is_terminal();
        let Some(bytes) = bytes.filter(|&bytes| seen && bytes >= LONG_INPUT) else {
            return ProgressBar::hidden();
        };
        self.bars.set_draw_target(ProgressDrawTarget::stderr());
        let bar = self.bars.add(ProgressBar::new(bytes));
        let line = "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        match ProgressStyle::with_template(line) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

/// For the log: each write is one whole line.
impl Write for Console {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.bars.suspend(|| io::stderr().write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("a\x1b[2Jb\tc\nd\r"), "a\\u{1b}[2Jb\tc\nd\\r");
    }
}
