//! The section on instructions, of which `cargo xtask bench --accept` wrote how many there are.

use crate::number::whole;
use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write;
use std::fs;

/// Relative to the checkout.
const FILE: &str = "tests/bench/instructions.json";

/// Whose code it is, as the file says it and as the page does.
const OWNERS: [(&str, &str); 7] = [
    (
        "compiled",
        "the kernel's code, and what leads into and out of it",
    ),
    ("wasmtime", "wasmtime"),
    ("ringhost", "ringhost"),
    ("tokio", "tokio"),
    ("allocator", "the allocator"),
    ("copies", "copying of memory"),
    ("other", "other libraries"),
];

pub(super) fn section() -> Result<String> {
    let path = ringhost_tests::root().join(FILE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {FILE}"))?;
    let accepted: Value = serde_json::from_str(&text).with_context(|| FILE.to_owned())?;
    let counts = accepted["instructions"].as_object().context(FILE)?;
    let ways: Vec<_> = counts.keys().map(String::as_str).collect();
    let mut table = format!(
        "| | {} |\n|---|{}\n",
        ways.join(" | "),
        "--:|".repeat(ways.len())
    );
    for (owner, name) in OWNERS {
        let cells = counts
            .values()
            .map(|owners| owners[owner].as_f64().unwrap_or(0.0));
        writeln!(table, "| {name} | {} |", row(cells))?;
    }
    let sums = counts.values().map(|owners| {
        let owners = owners
            .as_object()
            .into_iter()
            .flat_map(|owners| owners.values());
        owners.filter_map(Value::as_f64).sum()
    });
    writeln!(table, "| together | {} |", row(sums))?;
    let compilers = &accepted["compilers"];
    let [host, kernels] = ["host", "kernels"].map(|of| compilers[of].as_str().unwrap_or_default());
    Ok(format!(
        "## Instructions a message

Counted by callgrind, which no other work on the machine disturbs, on one thread, of a message of 16
bytes. `cargo xtask bench --count` counts them; it is a step of `.ci/run`, and fails where there are
more than 3 % more than `{FILE}` has. They are counted as the
tests are compiled, lightly optimised, so that nothing is built twice: a release has about a third
fewer. By {host};
the kernel by {kernels}.

{table}"
    ))
}

fn row(counts: impl Iterator<Item = f64>) -> String {
    counts.map(whole).collect::<Vec<_>>().join(" | ")
}
