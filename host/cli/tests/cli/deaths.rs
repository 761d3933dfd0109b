//! The report on a kernel that failed.

use crate::support::{Outcome, kernel, outcome, ringhost, run_kernel, with_manifest};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The lines of the report, and before them what is said of the ending.
fn report(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.errors.lines();
    lines
        .skip_while(|line| !line.starts_with("error: "))
        .collect()
}

#[test]
fn a_trap_is_reported_with_names_and_the_line_that_it_died_of() {
    let outcome = run_kernel("traps-third", &[], "one\ntwo\nthree\nfour\n");
    outcome.fails(
        1,
        &["kernel \"traps-third\" trapped: ", "the third message"],
    );
    let report = report(&outcome);
    for start in [
        "    at core::panicking::panic_fmt",
        "    at run",
        "    component      sha256:",
        "    ran for        ",
        "    last message   ",
        "    fuel           ",
        "    memory         ",
        "    dropped        ",
        "    input          line 3 of standard input was its last message",
    ] {
        let found = report.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(found, 1, "{start}: {}", outcome.errors);
    }
    // The log line was shown when it came.
    assert!(!outcome.errors.contains("    log "), "{}", outcome.errors);
}

#[test]
fn log_lines_that_were_not_shown_are_in_the_report() {
    let outcome = run_kernel("traps-third", &["--log", "off"], "one\ntwo\nthree\n");
    let report = report(&outcome);
    let log: Vec<_> = report
        .iter()
        .filter(|line| line.starts_with("    log "))
        .collect();
    let [line] = log.as_slice() else {
        panic!("not one log line: {}", outcome.errors);
    };
    assert!(line.contains("ERROR panicked at"), "{line}");
}

#[test]
fn what_was_dropped_is_told_once() {
    let input = "line\n".repeat(20);
    let outcome = run_kernel("third", &[], input);
    outcome.fails(1, &["returned the error \"the third message\""]);
    assert!(
        !outcome.errors.contains("before it received"),
        "{}",
        outcome.errors
    );
}

#[test]
fn json_statistics_hold_the_report() {
    let outcome = run_kernel("traps-third", &["--stats=json"], "one\ntwo\nthree\n");
    outcome.fails(1, &["trapped"]);
    assert!(!outcome.errors.contains("    fuel "), "{}", outcome.errors);
    let json = outcome.errors.lines().last().unwrap();
    let figures: Value = serde_json::from_str(json).unwrap();
    let report = &figures[0]["death_report"];
    let trap = &report["ending"]["trapped"];
    assert_eq!(trap["reason"], "wasm `unreachable` instruction executed");
    assert!(trap["backtrace"].as_array().unwrap().len() > 1);
    assert!(report["fuel_consumed"].as_u64().unwrap() > 0);
    assert_eq!(report["log"][0]["level"], "error");

    let outcome = run_kernel("echo", &["--stats=json"], "one\n");
    let figures: Value = serde_json::from_str(&outcome.succeeds().errors).unwrap();
    assert_eq!(figures[0]["death_report"], Value::Null);
}

#[test]
fn a_core_dump_is_left_where_one_is_wanted_and_named_in_the_report() {
    let folder = TempDir::new().unwrap();
    let dumps = folder.path().join("dumps");
    let option = format!("--core-dumps={}", dumps.display());
    let outcome = run_kernel("traps-third", &[&option], "1\n2\n3\n");
    outcome.fails(1, &["trapped"]);
    let path = report(&outcome)
        .into_iter()
        .find_map(|line| line.strip_prefix("    core dump      "));
    let dump = fs::read(path.unwrap()).unwrap();
    assert!(dump.starts_with(b"\0asm"));
    assert_eq!(fs::read_dir(&dumps).unwrap().count(), 1);
}

#[test]
fn a_stage_that_fails_is_reported_alone() {
    let folder = TempDir::new().unwrap();
    let row = folder.path().join("row.toml");
    let stage = |(place, name): (usize, &str)| {
        let path = kernel(name);
        format!("[[stage]]\nname = \"{place}\"\nkernel = {path:?}\n")
    };
    let stages: String = ["echo", "traps-third"]
        .into_iter()
        .enumerate()
        .map(stage)
        .collect();
    fs::write(&row, stages).unwrap();
    let outcome = outcome(ringhost().arg("pipeline").arg(row), "1\n2\n3\n");
    outcome.fails(1, &["kernel \"1\" trapped"]);
    let report = report(&outcome);
    assert!(report.iter().any(|line| line.starts_with("    fuel ")));
    // What the second kernel received was sent by the first, and is no line of the input.
    assert!(!outcome.errors.contains("    input "), "{}", outcome.errors);
}

#[test]
fn a_kernel_that_is_started_again_goes_on_and_what_it_died_of_is_named() {
    let restart = "[restart]\nwhen = \"on-failure\"\nbackoff = \"1ms\"\n";
    let (_folder, component) = with_manifest("traps-third", restart);
    let run = |component: &Path| {
        let lines: String = (1..=7).map(|line| format!("{line}\n")).collect();
        let mut command = ringhost();
        outcome(command.arg("run").arg(component), lines)
    };
    let ended = run(&component);
    assert_eq!(ended.succeeds().text(), "1\n2\n4\n5\n7\n");
    let warning = "warning: kernel \"traps-third\" died with 2 messages in hand that it had not \
                   answered: lines 3, 6 of standard input";
    assert!(
        ended.errors.lines().any(|line| line == warning),
        "{}",
        ended.errors
    );

    let limited = format!("{restart}budget = 1\n");
    let (_folder, component) = with_manifest("traps-third", limited);
    let ended = run(&component);
    ended.fails(1, &["kernel \"traps-third\" trapped"]);
    assert_eq!(ended.text(), "1\n2\n4\n5\n");
    assert!(
        ended
            .errors
            .contains("    restarts       1 before; it stays down"),
        "{}",
        ended.errors
    );
}
