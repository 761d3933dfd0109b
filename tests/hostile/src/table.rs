//! The table of attacks, as Markdown.

use crate::{Attack, Report, Traffic};
use std::fmt::Write;
use std::time::Duration;

/// The longest outcome that is shown, in characters.
const OUTCOME: usize = 110;

/// The first lines, with the neighbour's traffic when nobody attacks.
pub fn head(baseline: &Traffic) -> String {
    format!(
        "| attack | what it does | what comes of it | neighbour's p99 | longest | host grew |\n\
         |---|---|---|--:|--:|--:|\n\
         | none | nobody is there but the neighbour | | {} | {} | |\n",
        time(baseline.p99),
        time(baseline.longest)
    )
}

/// The line for an attack.
pub fn row(attack: &Attack, report: &Report) -> String {
    let outcome = report.outcome.to_string();
    format!(
        "| {}: {} | {} | {} | {} | {} | {} MiB |\n",
        attack.group,
        attack.name,
        attack.description,
        cell(&outcome),
        time(report.traffic.p99),
        time(report.traffic.longest),
        report.growth >> 20
    )
}

/// A time in microseconds, as all are shown.
fn time(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}

/// The first line of a text, not too long, without what Markdown would take for its own.
fn cell(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut cell = String::new();
    for (at, character) in line.chars().enumerate() {
        if at == OUTCOME {
            cell.push('…');
            break;
        }
        match character {
            '|' | '<' | '`' | '*' | '_' | '\\' | '[' => write!(cell, "\\{character}"),
            '\0'..' ' => write!(cell, " "),
            _ => write!(cell, "{character}"),
        }
        .expect("a string takes all text");
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_one_line_that_markdown_leaves_alone() {
        assert_eq!(cell("a|b <c>\nsecond"), "a\\|b \\<c>");
        assert_eq!(cell(&"x".repeat(500)).chars().count(), super::OUTCOME + 1);
    }
}
