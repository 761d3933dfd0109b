//! `ringhost run` where all goes well.

use crate::support::{kernel, outcome, ringhost, root, run_kernel};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

#[test]
fn json_lines_are_doubled() {
    let outcome = run_kernel("doubler", &[], "{\"value\":21}\n\n{\"value\":-4}");
    assert_eq!(
        outcome.succeeds().text(),
        "{\"result\":42}\n{\"result\":-8}\n"
    );
    assert_eq!(outcome.errors, "");
}

#[test]
fn bytes_of_any_meaning_come_back_as_they_are() {
    let input = b"\xff\xfe\0\x80\n\nlast";
    let outcome = run_kernel("echo", &[], *input);
    assert_eq!(outcome.succeeds().output, b"\xff\xfe\0\x80\n\nlast\n");
}

#[test]
fn raw_lets_bytes_through_whatever_is_declared() {
    // 42, as the declared type is written in bytes.
    let outcome = run_kernel("doubler", &["--raw"], *b"\x2a");
    assert_eq!(outcome.succeeds().output, b"\x54\n");
}

#[test]
fn a_file_is_read_and_words_of_a_real_text_are_counted() {
    let license = root().join("LICENSE");
    let mut command = ringhost();
    command.arg("run").arg(kernel("wordcount")).arg(&license);
    let outcome = outcome(&mut command, "");
    let lines = fs::read_to_string(&license).unwrap().lines().count();
    let answers: Vec<Value> = outcome
        .succeeds()
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), lines);
    let count = answers
        .iter()
        .flat_map(|answer| answer["words"].as_array().unwrap())
        .rfind(|word| word["word"] == "license")
        .map(|word| word["count"].as_u64().unwrap());
    assert!(count > Some(20), "{count:?}");
}

#[test]
fn answers_have_their_fields_in_the_declared_order() {
    let outcome = run_kernel("wordcount", &[], "a");
    let expected = "{\"words\":[{\"word\":\"a\",\"count\":1}],\"total\":1,\"remaining\":0}\n";
    assert_eq!(outcome.succeeds().text(), expected);
}

#[test]
fn queues_of_one_message_do_not_deadlock() {
    let input: String = (0..20_000).map(|number| format!("{number}\n")).collect();
    let outcome = run_kernel("echo", &["--queue-size", "1"], input.clone());
    assert!(outcome.succeeds().text() == input);
}

#[test]
fn one_message_may_have_many_answers() {
    let input = "x".repeat(10_000);
    let outcome = run_kernel("splits", &["--queue-size", "1"], input);
    assert!(outcome.succeeds().text() == "x\n".repeat(10_000));
}

#[test]
fn statistics_are_a_table_or_json() {
    let outcome = run_kernel("echo", &["--stats", "--id", "my echo"], "a\nb\n");
    let table = &outcome.succeeds().errors;
    assert!(table.starts_with("kernel "), "{table}");
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("my echo         2     2        0"),
        "{table}"
    );

    let outcome = run_kernel("echo", &["--stats=json"], "a\nb\n");
    let figures: Value = serde_json::from_str(&outcome.succeeds().errors).unwrap();
    assert_eq!(figures[0]["messages_received"], 2);
    assert_eq!(outcome.text(), "a\nb\n");
}

#[test]
fn log_lines_appear_from_the_wanted_level_on() {
    let folder = TempDir::new().unwrap();
    for (level, first) in [
        ("off", None),
        ("error", Some("logs: ERROR an error")),
        ("warn", Some("logs: WARN a warning")),
        ("info", Some("logs: INFO an info")),
        ("trace", Some("logs: TRACE a trace")),
    ] {
        let mut command = ringhost();
        command.env("XDG_CACHE_HOME", folder.path());
        command
            .arg("run")
            .arg(kernel("logs"))
            .args(["--log", level]);
        let outcome = outcome(&mut command, "a");
        let lines: Vec<_> = outcome.errors.lines().collect();
        assert_eq!(outcome.succeeds().text(), "a\n");
        assert_eq!(lines.first().copied(), first, "{level}");
        // Nothing but the kernel's own words, at whichever level.
        assert!(lines.iter().all(|line| line.starts_with("logs: ")));
    }
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let folder = TempDir::new().unwrap();
    for (option, kept) in [("--no-cache", false), ("--raw", true)] {
        let mut command = ringhost();
        command.env("XDG_CACHE_HOME", folder.path());
        outcome(command.arg("run").arg(kernel("echo")).arg(option), "a").succeeds();
        assert_eq!(folder.path().join("ringhost").exists(), kept);
    }
}

#[test]
fn completions_are_made_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let outcome = crate::support::ringhost_with(["completions", shell], "");
        assert!(
            outcome.succeeds().text().contains("terminate-timeout"),
            "{shell}"
        );
    }
}
