//! The table: on the terminal, row by row, and as a page.

use crate::measure::{Goal, Measured, Outcome};
use anyhow::{Context, Result};
use ringhost_bench::number::{number, scale};
use ringhost_bench::statistics::Spread;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// A row of the table, or what it is called and why there is none.
pub type Row = Result<Measured, (String, anyhow::Error)>;

/// A row as text, a line for each who took part.
#[must_use]
pub fn lines(row: &Row) -> String {
    let row = match row {
        Ok(row) => row,
        Err((name, error)) => return format!("{name}\n    not measured: {error:#}\n"),
    };
    let mut text = format!("{}\n", row.case);
    for outcome in &row.outcomes {
        let figure = figure(outcome, row.bytes);
        let _ = writeln!(text, "    {:<14} {figure}", outcome.name);
    }
    let _ = writeln!(text, "    {}: {}", goal(row.goal), verdict(row));
    if !row.note.is_empty() {
        let _ = writeln!(text, "    {}", row.note);
    }
    text
}

/// Writes the page to this path: what was measured, on which machine, and when, and what the tests that were run
/// before have come to.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, rows: &[Row], machine: &str, date: &str, tests: &str) -> Result<()> {
    let mut page = format!(
        "\
# On a GPU

ringhost beside the same functions in CUDA C, CuPy and cuBLAS, on {machine}.

This page is what `cargo xtask gpu-check` wrote on {date}. {tests}

The kernels' own compute functions are run, and for gemm the host's operation, which is cuBLAS's where that is there,
under the fence that is the default (`Mask`). The peers in CUDA C are the same functions (`tests/gpu-check/src/peers/peers.cu`), compiled by NVRTC
with `--fmad=false`. Both left the same bits before they were timed, but for gemm, which is compared within its
rounding. All take turns, round by round; a figure is the median of the rounds, a comparison that of the
comparisons within each round, with the middle half of them.

| case | ringhost | peers | target | measured | |
|---|---|---|---|---|---|
"
    );
    for row in rows {
        match row {
            Ok(row) => {
                let mut figures = row
                    .outcomes
                    .iter()
                    .map(|outcome| (outcome.name, figure(outcome, row.bytes)));
                let ours = figures
                    .next()
                    .map_or_else(String::new, |(_, figure)| figure);
                let peers = figures.map(|(name, figure)| format!("{name}: {figure}"));
                let peers = peers.collect::<Vec<_>>().join("<br>");
                let measured = measured(row).unwrap_or_default();
                let is_met = match row.figures() {
                    Some(figures) if figures.is_met => "met",
                    Some(_) => "missed",
                    None => "not measured",
                };
                let case = match row.note.as_str() {
                    "" => row.case.clone(),
                    note => format!("{} ({note})", row.case),
                };
                let goal = goal(row.goal);
                let _ = writeln!(
                    page,
                    "| {case} | {ours} | {peers} | {goal} | {measured} | {is_met} |"
                );
            }
            Err((name, error)) => {
                let error = format!("{error:#}").replace(['\n', '|'], " ");
                let _ = writeln!(
                    page,
                    "| {name} | not measured: {error} | | | | not measured |"
                );
            }
        }
    }
    std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))
}

/// A time, and how much memory was moved in it where that counts; or why there is none.
fn figure(outcome: &Outcome, bytes: Option<u64>) -> String {
    let spread = match &outcome.rounds {
        Ok(rounds) => Spread::of(rounds.iter().copied()),
        Err(error) => return format!("not measured: {error:#}").replace(['\n', '|'], " "),
    };
    let Some(spread) = spread else {
        return "no rounds".to_owned();
    };
    let rate = bytes.map_or_else(String::new, |bytes| {
        format!(", {} GB/s", number(bytes as f64 / spread.median / 1e9))
    });
    format!("{}{rate}", time(spread.median))
}

fn time(seconds: f64) -> String {
    if seconds.abs() >= 1.0 {
        return format!("{} s", number(seconds));
    }
    let (factor, unit) = scale(seconds.abs() * 1e9, "ns");
    format!("{} {unit}", number(seconds * 1e9 * factor))
}

fn goal(goal: Goal) -> String {
    let words = |time: Duration| crate::page::time(time.as_secs_f64());
    match goal {
        Goal::Speed(peer, part) if part > 1.0 => format!("at least {part} × as fast as {peer}"),
        Goal::Speed(peer, part) => format!("at least {:.0} % of {peer}'s speed", part * 100.0),
        Goal::Times(peer, times) => format!("at most {times} × {peer}"),
        Goal::Longer(peer, time) => format!("at most {} more than {peer}", words(time)),
        Goal::Below(time) => format!("below {}", words(time)),
    }
}

/// What the goal comes to, with the middle half of the rounds.
fn measured(row: &Measured) -> Option<String> {
    let Spread { low, median, high } = row.figures()?.measured;
    Some(match row.goal {
        Goal::Speed(_, part) if part <= 1.0 => {
            let [low, median, high] = [low, median, high].map(|part| part * 100.0);
            format!("{median:.1} % ({low:.1} to {high:.1})")
        }
        Goal::Speed(..) | Goal::Times(..) => format!("{median:.2} × ({low:.2} to {high:.2})"),
        Goal::Longer(..) | Goal::Below(..) => {
            format!("{} ({} to {})", time(median), time(low), time(high))
        }
    })
}

fn verdict(row: &Measured) -> String {
    match (measured(row), row.figures()) {
        (Some(measured), Some(figures)) => {
            let verdict = if figures.is_met { "met" } else { "missed" };
            format!("{measured}, {verdict}")
        }
        _ => "not measured".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_unit_that_is_easy_to_read() {
        let shown = [4.25, 0.0107, 2.5e-6, 1.1e-9, -3e-7].map(time);
        assert_eq!(
            shown,
            ["4.25 s", "10.7 ms", "2 500 ns", "1.10 ns", "-300 ns"]
        );
    }

    #[test]
    fn the_page_names_the_machine_and_the_day_and_says_what_was_not_measured() {
        let row = Measured {
            case: "row".to_owned(),
            bytes: Some(1_000_000_000),
            outcomes: vec![
                Outcome {
                    name: "ringhost",
                    rounds: Ok(vec![0.001, 0.002, 0.003]),
                },
                Outcome {
                    name: "peer",
                    rounds: Ok(vec![0.001, 0.002, 0.003]),
                },
                Outcome {
                    name: "other",
                    rounds: Err(anyhow::anyhow!("not | there")),
                },
            ],
            goal: Goal::Speed("peer", 0.95),
            note: "a note".to_owned(),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gpu.md");
        let absent = Err(("gemm".to_owned(), anyhow::anyhow!("no GPU")));
        write(
            &path,
            &[Ok(row), absent],
            "a card",
            "2026-01-02",
            "Tests failed.",
        )
        .unwrap();
        let page = std::fs::read_to_string(path).unwrap();
        for part in [
            "on a card.",
            "wrote on 2026-01-02. Tests failed.",
            "| row (a note) | 2 000 µs, 500 GB/s | peer: 2 000 µs, 500 GB/s<br>other: not measured: not   there |",
            "| at least 95 % of peer's speed | 100.0 % (100.0 to 100.0) | met |",
            "| gemm | not measured: no GPU | | | | not measured |",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }
}
