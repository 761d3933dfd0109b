//! The page `docs/performance.md`.

use super::machine::Machine;
use super::verdict::{goal, is_met};
use super::{instructions, plots, steps};
use crate::measured::Measured;
use crate::number::{number, scale};
use crate::statistics::Spread;
use crate::target::{Line, Target};
use anyhow::{Context, Result};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What is said of targets that are missed.
const MISSES: &str = include_str!("misses.md");

/// Writes the page, and the plots beside it, into this folder.
///
/// # Errors
/// If a file cannot be written.
pub fn write(
    rows: &[Measured],
    machine: &Machine,
    folder: &Path,
    date: Option<&str>,
) -> Result<()> {
    let pictures = folder.join("performance");
    fs::create_dir_all(&pictures)
        .with_context(|| format!("cannot create {}", pictures.display()))?;
    let plots = plots::draw(rows, &pictures)?;
    let plots = plots
        .iter()
        .map(|(file, title)| format!("![{title}](performance/{file})\n"));
    let plots = plots.collect::<Vec<_>>().join("\n");
    let page = page(rows, machine, &plots, date)?;
    let path = folder.join("performance.md");
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
}

fn page(rows: &[Measured], machine: &Machine, plots: &str, date: Option<&str>) -> Result<String> {
    let of = date.map_or_else(String::new, |date| format!(" of {date}"));
    let given = date.map_or_else(String::new, |date| format!(" --date {date}"));
    let (targets, steps) = (targets(rows)?, steps::section(rows)?);
    let (instructions, figures) = (instructions::section()?, figures(rows)?);
    Ok(format!(
        "\
# Performance

ringhost beside others that do the same work without a sandbox. This page is the result{of} of

```sh
cargo xtask bench{given}
```

on this machine: {machine}.

`cargo xtask bench --quick` takes less than a minute and is rough; `--row \"round trip\"` measures the
rows whose names begin like this. Neither writes this page. Times are of this machine; ratios travel
better.

## How it is measured

All take part in one process and one run, on the same executor, in turns: a round of ringhost, a
round of each peer, and again. A figure is the median of the rounds. A ratio is ringhost's figure to
the peer's of the same round, given as its median and where the middle half of the rounds lies: so
what else the machine does falls on both. The first round does not count.

- **ringhost** is used as a program uses it, compiled for release: kernels by name, `send` and
  `receive`, fuel on, isolated, preemptible, every guarantee of [semantics.md](semantics.md) in force.
  The kernel is `kernels/rust/test-kernels/examples/echo.rs`, written with the SDK.
- **native** is a tokio task between two bounded channels that hold as many messages as a kernel's
  queues (1000). A message is a `Vec<u8>` that its sender allocates and fills and its last receiver
  frees, for ringhost and for native alike; the task moves it on. `native, [u8; 16]` allocates
  nothing.
- **kameo**, **ractor** and **actix** are asked and answer, without their tracing, mailboxes bounded
  where they can be. An actor of actix stays on the thread that started it: with two workers that is
  none of them, and one thread is how it is meant to run.
- **Erlang** is Debian's `erlang-base`: two processes in a virtual machine of their own, with as many
  schedulers as there are workers, that time themselves.
- Each message has a number, and whoever receives it checks that it is the next and as long as it was.
- Messages are measured on tokio's scheduler with two workers, and on one thread; the measuring code
  runs in a task, too. What is timed one by one includes the clock.

## Targets

| what | on | ringhost | peer | measured | target | |
|---|---|--:|---|--:|---|---|
{targets}
{MISSES}
## Plots

{plots}
{steps}
{instructions}
## All figures

The middle half of the rounds is in brackets.

| what | on | who | | ringhost's is so many times it |
|---|---|---|--:|--:|
{figures}"
    ))
}

/// A line for each target.
fn targets(rows: &[Measured]) -> Result<String> {
    let mut table = String::new();
    for (row, at, line) in lines(rows) {
        for target in &line.targets {
            let unit = line.unit;
            let ours = row.figures(at, 0).map(|ours| median(ours, unit));
            let ours = ours.unwrap_or_else(|| "not measured".to_owned());
            let peer = match target {
                Target::Ratio(peer, _) | Target::Difference(peer, _) => {
                    peer_figure(row, at, peer, unit)
                }
                Target::Figure(_) => String::new(),
            };
            let (shown, verdict) = match row.measured(at, *target) {
                None => (String::new(), unmeasured(row)),
                Some(measured) => {
                    let shown = match target {
                        Target::Ratio(..) => format!("{} ×", brackets(measured, "")),
                        Target::Difference(..) => brackets(measured, unit),
                        // It stands there already.
                        Target::Figure(_) => String::new(),
                    };
                    let met = is_met(*target, measured.median);
                    (shown, if met { "met" } else { "**missed**" }.to_owned())
                }
            };
            writeln!(
                table,
                "| {} | {} | {ours} | {peer} | {shown} | {} | {verdict} |",
                name(row, line),
                row.flavour,
                goal(*target, unit)
            )?;
        }
    }
    Ok(table)
}

/// What is to be said of a target where there is no figure: if ringhost has none, it was missed.
fn unmeasured(row: &Measured) -> String {
    match row.outcomes.first().map(|ours| &ours.rounds) {
        Some(Err(error)) => format!("**missed**: {}", cell(&format!("{error:#}"))),
        _ => "not measured".to_owned(),
    }
}

fn peer_figure(row: &Measured, line: usize, peer: &str, unit: &str) -> String {
    let place = row.outcomes.iter().position(|outcome| outcome.name == peer);
    let figure = place.and_then(|place| row.figures(line, place));
    match figure {
        Some(figure) => format!("{peer}: {}", median(figure, unit)),
        None => peer.to_owned(),
    }
}

/// A line for each figure, save those of the steps.
fn figures(rows: &[Measured]) -> Result<String> {
    let mut table = String::new();
    for (row, at, line) in lines(rows) {
        if row.name == crate::rows::steps::NAME {
            continue;
        }
        for (place, outcome) in row.outcomes.iter().enumerate() {
            let figure = match (&outcome.rounds, row.figures(at, place)) {
                // It is said once.
                (Err(_), _) if at > 0 => continue,
                (Err(error), _) => format!("not measured here: {}", cell(&format!("{error:#}"))),
                (Ok(_), None) => continue,
                (Ok(_), Some(figure)) => brackets(figure, line.unit),
            };
            let ratio = row.ratios(at, place).filter(|_| place > 0);
            let ratio = ratio.map_or_else(String::new, |ratio| brackets(ratio, ""));
            let (name, on, who) = (name(row, line), row.flavour, outcome.name);
            writeln!(table, "| {name} | {on} | {who} | {figure} | {ratio} |")?;
        }
    }
    Ok(table)
}

fn lines(rows: &[Measured]) -> impl Iterator<Item = (&Measured, usize, &Line)> {
    rows.iter().flat_map(|row| {
        let lines = row.lines.iter().enumerate();
        lines.map(move |(at, line)| (row, at, line))
    })
}

fn name(row: &Measured, line: &Line) -> String {
    if line.what.is_empty() {
        row.name.clone()
    } else {
        format!("{}: {}", row.name, line.what)
    }
}

fn median(spread: Spread, unit: &str) -> String {
    let (factor, unit) = scale(spread.median, unit);
    format!("{} {unit}", number(spread.median * factor))
}

/// The median and the middle half.
fn brackets(spread: Spread, unit: &str) -> String {
    let (factor, unit) = scale(spread.median, unit);
    let [low, median, high] =
        [spread.low, spread.median, spread.high].map(|figure| number(figure * factor));
    format!("{median} ({low} to {high}) {unit}")
        .trim_end()
        .to_owned()
}

/// The first line of a text, as a cell of a table takes it.
fn cell(text: &str) -> String {
    text.lines().next().unwrap_or_default().replace('|', "\\|")
}
