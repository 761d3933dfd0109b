//! Counting the instructions that a message costs, by callgrind: a figure that is the same on a busy
//! machine and on an idle one, to a thousandth.
//!
//! What is counted is compiled as the tests are, so that it costs no second build of wasmtime; there
//! are a third more instructions than in a release, but they grow and shrink together. wasmtime and
//! the C library choose code by what the processor can do, and callgrind's processor can do the same
//! on every machine that has AVX2. Compilers choose, too: with others nothing is compared.

mod callgrind;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use callgrind::Owners;
use serde_json::{Value, json};

use crate::process::{line, output, say};
use crate::tool::Tool;
use crate::workspace::{built, cargo, kernels_folder, root};
use crate::{guest_compiler, kernels};

const VALGRIND: Tool = Tool {
    program: "valgrind",
    probe: "--version",
    package: "valgrind",
};

/// What was accepted last.
const FILE: &str = "tests/bench/instructions.json";

/// The ways of a message that are counted.
const WAYS: [&str; 3] = ["round-trip", "single", "batches"];

/// Of two counts, the difference is that of so many messages.
const FEWER: u64 = 2000;
const MORE: u64 = 6000;

/// How much more than was accepted is too much, in per cent. Two counts of the same differ by less
/// than a tenth of one.
const TOLERANCE: f64 = 3.0;

/// Instructions a message by way, each by whose code they are.
type Counts = BTreeMap<String, Owners>;

/// Counts and compares with what was accepted.
///
/// # Errors
/// Where a message costs more, or nothing could be counted.
pub fn check() -> Result<()> {
    let file = root().join(FILE);
    let accepted = fs::read_to_string(&file).with_context(|| format!("cannot read {FILE}"))?;
    let accepted: Value = serde_json::from_str(&accepted).with_context(|| FILE.to_owned())?;
    let Some(counts) = count()? else {
        return Ok(());
    };
    let compilers = compilers()?;
    if accepted["compilers"] != compilers {
        say(format!(
            "instructions were counted, but NOT compared: {FILE} is of other compilers \
             ({compilers} are here); `cargo xtask bench --accept` makes it of these"
        ));
    }
    let mut too_many = Vec::new();
    for (way, owners) in &counts {
        let count = owners.values().sum();
        say(report(way, owners));
        let before = accepted["instructions"][way].as_object();
        let before = before.map(|owners| owners.values().filter_map(Value::as_u64).sum());
        let Some(before) = before.filter(|_| accepted["compilers"] == compilers) else {
            continue;
        };
        match compare(count, before) {
            Verdict::Same => {}
            Verdict::Fewer(per_cent) => say(format!(
                "that is {per_cent:.1} % less than {before}: `cargo xtask bench --accept` keeps it"
            )),
            Verdict::More(per_cent) => {
                too_many.push(format!(
                    "{way}: {count}, {per_cent:.1} % more than {before}"
                ));
            }
        }
    }
    if !too_many.is_empty() {
        bail!(
            "a message costs more instructions than {FILE} has: {}. If what it buys is worth it, \
             `cargo xtask bench --accept` accepts it",
            too_many.join("; ")
        );
    }
    Ok(())
}

/// Counts and writes down that this is what a message costs.
///
/// # Errors
/// Where nothing could be counted.
pub fn accept() -> Result<()> {
    let counts = count()?.context("nothing was counted")?;
    for (way, owners) in &counts {
        say(report(way, owners));
    }
    let accepted = json!({ "compilers": compilers()?, "instructions": counts });
    let text = serde_json::to_string_pretty(&accepted)? + "\n";
    fs::write(root().join(FILE), text).with_context(|| format!("cannot write {FILE}"))?;
    say(format!("wrote {FILE}"));
    Ok(())
}

/// `None` where there is no callgrind; the user has been told.
fn count() -> Result<Option<Counts>> {
    let valgrind = match VALGRIND.find_or_unpack() {
        Ok(unpacked) => unpacked,
        Err(error) => {
            say(format!("instructions were NOT counted: {error:#}"));
            return Ok(None);
        }
    };
    kernels::build(&guest_compiler::find_or_make()?, &[])?;
    // Over the whole workspace, for the reason that `cargo xtask demo` has.
    crate::process::run(cargo().args(["build", "--workspace", "--bins"]))?;
    let mut counts = Counts::new();
    for way in WAYS {
        let of = |messages| profile(valgrind.as_deref(), way, messages);
        let (fewer, mut more) = (of(FEWER)?, of(MORE)?);
        for (owner, count) in &mut more {
            let fewer = fewer.get(owner).copied().unwrap_or_default();
            *count = count.saturating_sub(fewer) / (MORE - FEWER);
        }
        more.retain(|_, count| *count > 0);
        counts.insert(way.to_owned(), more);
    }
    Ok(Some(counts))
}

/// All instructions of an exchange of so many messages.
fn profile(unpacked: Option<&Path>, way: &str, messages: u64) -> Result<Owners> {
    let mut command = match unpacked {
        None => Command::new("valgrind"),
        Some(folder) => {
            let mut command = Command::new(folder.join("usr/bin/valgrind"));
            command.env("VALGRIND_LIB", folder.join("usr/libexec/valgrind"));
            command
        }
    };
    let file = root().join("target/callgrind.out");
    command
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg("--toggle-collect=count::exchange")
        .arg(built("count").get_program())
        .args([way, &messages.to_string()])
        .env("RINGHOST_KERNELS", kernels_folder())
        .stdin(Stdio::null());
    output(&mut command)?;
    let profile = fs::read_to_string(&file)
        .with_context(|| format!("callgrind wrote no {}", file.display()))?;
    let owners = callgrind::owners(&profile);
    ensure!(
        owners.values().sum::<u64>() > 0,
        "`{}` counted nothing",
        line(&command)
    );
    Ok(owners)
}

fn report(way: &str, owners: &Owners) -> String {
    let parts: Vec<_> = owners
        .iter()
        .map(|(owner, count)| format!("{owner} {count}"))
        .collect();
    let all: u64 = owners.values().sum();
    format!(
        "instructions a message, {way}: {all} ({})",
        parts.join(", ")
    )
}

/// What decides what is counted beside the source.
fn compilers() -> Result<Value> {
    let version = |rustc: &Path| output(Command::new(rustc).arg("-V"));
    let host = version(Path::new("rustc"))?;
    let guest = version(&guest_compiler::find_or_make()?)?;
    let machine = std::env::consts::ARCH;
    Ok(json!({ "host": host.trim(), "kernels": guest.trim(), "machine": machine }))
}

/// What a count is beside an earlier one.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// The same, as far as can be said.
    Same,
    /// So many per cent less.
    Fewer(f64),
    /// So many per cent more.
    More(f64),
}

fn compare(count: u64, before: u64) -> Verdict {
    let per_cent = (count as f64 - before as f64) / before as f64 * 100.0;
    if per_cent > TOLERANCE {
        Verdict::More(per_cent)
    } else if per_cent < -TOLERANCE {
        Verdict::Fewer(-per_cent)
    } else {
        Verdict::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_more_than_the_tolerance_is_more() {
        assert_eq!(compare(1030, 1000), Verdict::Same);
        assert_eq!(compare(970, 1000), Verdict::Same);
        assert!(matches!(compare(1031, 1000), Verdict::More(_)));
        assert!(matches!(compare(969, 1000), Verdict::Fewer(_)));
    }
}
