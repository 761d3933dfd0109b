//! `cargo xtask hostile`: every attack beside an honest kernel, and the page that tells of them.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

use anyhow::{Context, Result};

use crate::process::{line, run as run_command, say, start_failure};
use crate::workspace::{built, cargo, root};

const PAGE: &str = "docs/hostile.md";

/// Builds the suite, runs it and writes the page, which names `date` where one is given.
///
/// # Errors
/// Where it cannot be built or run, or a promise was not kept; what was not stands on standard
/// error, and the page is left as it was.
pub fn run(date: Option<&str>) -> Result<()> {
    say("building the host and the hostile kernels");
    // Over the whole workspace, for the reason that `cargo xtask demo` has.
    run_command(cargo().args(["build", "--workspace", "--bins"]))?;
    say("running every attack (about half a minute)");
    let table = table_of(&mut built("hostile"))?;
    say("measuring what busy kernels leave to others");
    let fairness = table_of(built("hostile").arg("fairness"))?;
    let cores = available_parallelism().context("cannot count this machine's cores")?;
    fs::write(
        root().join(PAGE),
        page(&table, &fairness, date, cores.get()),
    )
    .with_context(|| format!("cannot write {PAGE}"))?;
    say(format!("wrote {PAGE}"));
    Ok(())
}

/// What a suite prints, when it succeeds. Its standard error is the user's.
///
/// # Errors
/// If it fails, or cannot be run.
pub fn table_of(suite: &mut Command) -> Result<String> {
    let output = suite
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| start_failure(suite))?;
    anyhow::ensure!(
        output.status.success(),
        "`{}` found what is not kept",
        line(suite)
    );
    String::from_utf8(output.stdout).context("the table is not UTF-8")
}

fn page(table: &str, fairness: &str, date: Option<&str>, cores: usize) -> String {
    // Two lines of head and the one without an attack.
    let attacks = table.lines().count().saturating_sub(3);
    let of = date.map_or_else(String::new, |date| format!(" of {date}"));
    let given = date.map_or_else(String::new, |date| format!(" --date {date}"));
    format!(
        "\
# Hostile kernels

{attacks} kernels that attack the host, each beside an honest one: a kernel that echoes numbered
messages, half of them sent and half of them called for. Both run on one thread, so that nothing but
the host's fairness keeps the one from the other. In every attack the host did what it promises, the
neighbour answered every message once and in order, and the host's resident memory stayed within
the bounds that `tests/hostile/src/runner.rs` states: the attacker's own 64 MiB, and an allowance
for queues, compiler and code.

An attack without end goes on for 200 ms; the attacker is paused in the midst of it, goes on, is
asked to end and is stopped by force 30 ms later. Somebody sends to it and calls it all the while.
The neighbour's calls are timed from the attacker's activation, or during the launch that was
refused; where an attack is over at once, most of the hundred calls or more come after it. Who calls
the neighbour at a moment chosen by chance waits at most the p99, 99 times of 100. The times are
measurements of one run on a machine with {cores} cores, and no promises. What a row says of the
host's growth is how much more of its process was resident at the peak than before the attack.

This page is the result{of} of

```sh
cargo xtask hostile{given}
```

and `cargo test --workspace --test hostile` checks the same.

{table}
# What busy kernels leave to others

Measured on as many threads as there are cores, and no promises either: a spinner is a kernel that
computes without end. A core's share is measured against what one spinner burns that has a core to
itself.

{fairness}"
    )
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn the_page_counts_attacks_and_names_a_date_only_if_there_is_one() {
        let table = "| attack |\n|---|\n| none |\n| one |\n| two |\n";
        let dated = page(table, "| shares |\n", Some("2030-01-31"), 8);
        assert!(dated.contains("\n2 kernels that attack"), "{dated}");
        assert!(dated.contains("result of 2030-01-31 of"), "{dated}");
        assert!(dated.contains("hostile --date 2030-01-31\n"), "{dated}");
        assert!(dated.contains("8 cores"), "{dated}");
        assert!(dated.contains("| two |\n\n# What"), "{dated}");
        assert!(dated.ends_with("| shares |\n"), "{dated}");
        let undated = page(table, "", None, 8);
        assert!(undated.contains("the result of\n"), "{undated}");
        assert!(undated.contains("cargo xtask hostile\n"), "{undated}");
    }
}
