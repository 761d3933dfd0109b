//! Warnings of messages that came to nothing.

use super::drain::Drained;
use super::feed::Fed;
use super::report::Report;
use anyhow::Result;
use ringhost::KernelTelemetry;

/// So many lines of the input are named at most.
const LINES: usize = 8;

impl Report<'_> {
    /// Warns of messages that came to nothing.
    pub fn losses(&self, drained: &Drained) -> Result<()> {
        for id in self.ids {
            if let Some(figures) = self.runtime.telemetry(id)? {
                self.losses_of(id, figures)?;
            }
        }
        if let (Some(Fed::Untaken(line)), None) = (&drained.fed, drained.asked) {
            self.console.warn(&format!(
                "the input was not sent from line {line} on, since the kernel had ended"
            ));
        }
        Ok(())
    }

    fn losses_of(&self, id: &str, figures: KernelTelemetry) -> Result<()> {
        let warn = |count: u64, text: &dyn Fn(String) -> String| {
            if count > 0 {
                self.console.warn(&text(messages(count)));
            }
        };
        let KernelTelemetry {
            status,
            input,
            output,
            dead_letters,
            ..
        } = figures;
        warn(input.dropped_oldest + input.dropped_newest, &|count| {
            format!("the full input queue of kernel {id:?} dropped {count}")
        });
        let lines = self.lines_of_dead_letters(id)?;
        warn(dead_letters, &|count| {
            format!("kernel {id:?} died with {count} in hand that it had not answered{lines}")
        });
        if !self.json && status.ending.is_some_and(|ending| ending.is_failure()) {
            // The report on its death tells the rest.
            return Ok(());
        }
        warn(input.dropped_at_end, &|count| {
            format!("kernel {id:?} ended before it received {count}")
        });
        warn(output.dropped_at_end, &|count| {
            format!("kernel {id:?} sent {count} that nobody received before it was ended")
        });
        Ok(())
    }

    /// Which lines of the input a kernel died of, as far as is known, to be put behind a sentence.
    fn lines_of_dead_letters(&self, id: &str) -> Result<String> {
        let letters = self.runtime.take_dead_letters(id)?;
        let lines: Vec<_> = letters
            .iter()
            .filter_map(|letter| self.line_of(id, letter.message.envelope.id))
            .map(|line| line.to_string())
            .collect();
        let shown = lines.get(..LINES).unwrap_or(&lines).join(", ");
        Ok(match lines.len() {
            0 => String::new(),
            1 => format!(": line {shown} of {}", self.input),
            2..=LINES => format!(": lines {shown} of {}", self.input),
            count => format!(
                ": lines {shown} and {} more of {}",
                count - LINES,
                self.input
            ),
        })
    }
}

/// So many messages, in words.
pub fn messages(count: u64) -> String {
    match count {
        1 => "1 message".to_owned(),
        count => format!("{count} messages"),
    }
}
