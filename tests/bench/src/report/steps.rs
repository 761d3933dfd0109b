//! The section on where the time of one message goes.

use crate::flavour::Flavour;
use crate::measured::Measured;
use crate::number::number;
use crate::rows::steps::{NAME, STEPS};
use crate::rows::{OVERHEAD, ROUND_TRIP};
use anyhow::Result;
use std::fmt::Write;

/// Empty if the steps or the round trip were not measured.
pub(super) fn section(rows: &[Measured]) -> Result<String> {
    let on_one_thread = |name: &str| {
        let mut rows = rows.iter().filter(|row| row.flavour == Flavour::OneThread);
        rows.find(|row| row.name == name)
    };
    let (Some(steps), Some(trip)) = (on_one_thread(NAME), on_one_thread(ROUND_TRIP)) else {
        return Ok(String::new());
    };
    let mut table = String::new();
    let mut sum = 0.0;
    for (at, step) in STEPS.iter().enumerate() {
        let Some(each) = steps.figures(at, 0) else {
            continue;
        };
        let all = each.median * f64::from(step.times);
        sum += all;
        let (name, times) = (step.name, step.times);
        let each = number(each.median);
        writeln!(table, "| {name} | {each} | {times} | {} |", number(all))?;
    }
    let whole = trip.figures(0, 0).map_or(0.0, |whole| whole.median);
    writeln!(
        table,
        "| the rest: the kernel's own code, the queues, what the runtime notes | | | {} |",
        number(whole - sum)
    )?;
    writeln!(table, "| a round trip (p50) | | | {} |", number(whole))?;
    let native = trip
        .outcomes
        .iter()
        .position(|outcome| outcome.name == "native");
    let native = native.and_then(|place| trip.figures(0, place));
    let bare = on_one_thread(OVERHEAD).and_then(|row| row.figures(0, 1));
    let floor = match (native, bare) {
        (Some(native), Some(bare)) => format!(
            "
**The floor.** A native task needs {} ns on the same executor, most of it for the two wake-ups that a
round trip between two tasks needs at least. A bare call of wasmtime with 16 bytes in and out, which
wakes nobody and queues nothing, needs {} ns. A kernel that is woken as a task cannot be below the
wake-ups, the calls and the crossings above together; one whose turn is taken on its sender's own
thread is spared the wake-ups, and its floor is the bare call.
",
            number(native.median),
            number(bare.median)
        ),
        _ => String::new(),
    };
    Ok(format!(
        "## Where the time of one message goes

Of a round trip of 16 bytes on one thread, in nanoseconds. Each part is measured by itself, many
times in a row, so its data is as near to the processor as it can be; in a message's way it is
not always.

| part | each | times | together |
|---|--:|--:|--:|
{table}{floor}"
    ))
}
