//! What `--stats` tells: a table for people, or JSON.

use crate::console::{say, visible};
use clap::ValueEnum;
use ringhost::{DeathReport, Error, KernelTelemetry, RingKernelRuntime};
use serde::Serialize;
use std::time::Duration;

/// How the statistics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A table for people
    Table,
    /// JSON: an array with an object for each kernel, on one line; with the report on its death
    /// for a kernel that failed
    Json,
}

const HEAD: [&str; 10] = [
    "kernel",
    "received",
    "sent",
    "dropped",
    "per second",
    "half within",
    "99% within",
    "longest",
    "fuel",
    "memory",
];

/// What is told of a kernel in JSON.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    figures: &'a KernelTelemetry,
    /// What is left of a kernel that failed.
    death_report: Option<DeathReport>,
}

/// Writes the figures of these kernels to standard error.
///
/// # Errors
/// If one of them does not exist.
pub fn tell(runtime: &RingKernelRuntime, ids: &[String], form: Form) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for id in ids {
        all.extend(runtime.telemetry(id)?);
    }
    match form {
        Form::Json => {
            let told = all.iter().map(|figures| told(runtime, figures));
            let told: Vec<_> = told.collect::<Result<_, _>>()?;
            say(&serde_json::to_string(&told)?);
        }
        Form::Table => {
            let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned))
                .chain(all.iter().map(row))
                .collect();
            table(&rows).iter().for_each(|line| say(line));
        }
    }
    Ok(())
}

fn told<'a>(runtime: &RingKernelRuntime, figures: &'a KernelTelemetry) -> Result<Told<'a>, Error> {
    let report = runtime.death_report(figures.kernel_id.as_str())?;
    Ok(Told {
        figures,
        death_report: report.filter(|report| report.ending.is_failure()),
    })
}

fn row(figures: &KernelTelemetry) -> [String; 10] {
    let latency = &figures.latency;
    let time = |time: Duration| match latency.count {
        0 => "-".to_owned(),
        _ => short(time),
    };
    [
        visible(figures.kernel_id.as_str()),
        figures.messages_received.to_string(),
        figures.messages_sent.to_string(),
        figures.messages_dropped.to_string(),
        format!("{:.0}", figures.throughput),
        time(latency.p50),
        time(latency.p99),
        time(latency.max),
        figures.fuel_consumed.to_string(),
        size(figures.memory_bytes),
    ]
}

/// The first column to the left, all others to the right.
fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<String> {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; COLUMNS]| {
        let mut cells = row.iter().zip(widths);
        let mut line = cells
            .next()
            .map(|(cell, width)| format!("{cell:<width$}"))
            .unwrap_or_default();
        for (cell, width) in cells {
            line += &format!("  {cell:>width$}");
        }
        line
    };
    rows.iter().map(line).collect()
}

/// A time with three digits or so, as in `1.25 ms`.
fn short(time: Duration) -> String {
    let nanoseconds = time.as_nanos() as f64;
    let (value, unit) = match nanoseconds {
        0.0..1e3 => (nanoseconds, "ns"),
        1e3..1e6 => (nanoseconds / 1e3, "µs"),
        1e6..1e9 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    let decimals = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{value:.decimals$} {unit}")
}

/// Bytes in the largest unit that fits, as in `1.1 MiB`.
pub fn size(bytes: u64) -> String {
    let value = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", value / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", value / 1_048_576.0),
        _ => format!("{:.1} GiB", value / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["a", "received"], ["longer", "7"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), ["a       received", "longer         7"]);
    }

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(short(Duration::from_nanos(999)), "999 ns");
        assert_eq!(short(Duration::from_nanos(1250)), "1.25 µs");
        assert_eq!(short(Duration::from_millis(12)), "12.0 ms");
        assert_eq!(short(Duration::from_secs(90)), "90.0 s");
        assert_eq!(size(1000), "1000 B");
        assert_eq!(size(1_114_112), "1.1 MiB");
    }
}
