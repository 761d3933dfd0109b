//! `cargo xtask languages`: what every language keeps of the contract and what its kernels cost, and the
//! page that tells of it.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process::{output, run as run_command, say};
use crate::workspace::{built, cargo, kernels_folder, root};
use crate::{guest_compiler, kernels};

const PAGE: &str = "docs/languages.md";

/// Builds all kernels, holds them to the contract, measures them and writes the page, which names `date`
/// where one is given.
///
/// # Errors
/// Where anything cannot be built or run, or a language does not keep the contract; the page is left as
/// it was then.
pub fn run(date: Option<&str>) -> Result<()> {
    let rustc = guest_compiler::find_or_make()?;
    kernels::build(&rustc, &[])?;
    if let Some(skipped) = kernels::others::build()?.first() {
        bail!("the page is of all languages: {}", skipped.reason);
    }
    say("building the suite for release (some minutes the first time)");
    let build = [
        "build",
        "--release",
        "--workspace",
        "--bin",
        "ringhost-languages",
    ];
    run_command(cargo().args(build))?;
    say("holding every kernel to the contract, and measuring it (some minutes)");
    let kept = crate::hostile::table_of(
        Command::new(root().join("target/release/ringhost-languages"))
            .current_dir(root())
            .env("RINGHOST_KERNELS", kernels_folder()),
    )?;
    say("building a kernel in each language");
    let builds = build_times()?;
    fs::write(root().join(PAGE), page(&kept, &builds, date))
        .with_context(|| format!("cannot write {PAGE}"))?;
    say(format!("wrote {PAGE}"));
    Ok(())
}

/// How long `ringhost build` takes in each language whose compiler is there, as a table.
fn build_times() -> Result<String> {
    let mut table = "| language | `ringhost build` |\n|---|---|\n".to_owned();
    for language in kernels::others::LANGUAGES {
        let folder = root().join("kernels").join(language).join("conformance");
        let begun = Instant::now();
        output(built("ringhost").arg("build").arg(&folder))?;
        let took = begun.elapsed().as_secs_f64();
        table += &format!("| {language} | {took:.1} s |\n");
    }
    Ok(table)
}

fn page(kept: &str, builds: &str, date: Option<&str>) -> String {
    let of = date.map_or_else(String::new, |date| format!(" of {date}"));
    let given = date.map_or_else(String::new, |date| format!(" --date {date}"));
    format!(
        "\
# Languages

Every behaviour of the contract, held against a kernel in every language: `kernels/LANGUAGE/conformance`, a
loop, and `kernels/LANGUAGE/counter`, a handler with a state. `tests/languages/src/behaviours` says what each
word means. `cargo xtask test` checks the same; a language whose compiler cannot be had is skipped there, by name
and reason, which `cargo xtask ci` takes for a failure.

This page is the result{of} of

```sh
cargo xtask languages{given}
```

on one machine. A kernel's memory is that of its instance, after 10 000 messages and after a million; it may
grow by 64 KiB, in Go by 5 MiB, for its collector first runs when there are 4 MiB. A first load compiles the
component, which is kept from then on. The time of a message is that of one of 100 bytes that is sent to the
kernel in a batch of a hundred, answered one by one, and received again: the best of five rounds.

{kept}
How long a build takes where the compiler is there already:

{builds}"
    )
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn the_page_names_a_date_only_if_there_is_one() {
        let dated = page("| kept |\n", "| builds |\n", Some("2030-01-31"));
        assert!(dated.contains("result of 2030-01-31 of"), "{dated}");
        assert!(dated.contains("languages --date 2030-01-31\n"), "{dated}");
        assert!(dated.contains("\n\n| kept |\n"), "{dated}");
        let undated = page("", "", None);
        assert!(undated.contains("the result of\n"), "{undated}");
        assert!(undated.contains("cargo xtask languages\n"), "{undated}");
    }
}
