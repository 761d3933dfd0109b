//! Options and lines that cannot be meant.

use crate::support::{outcome, ringhost, ringhost_with, run_kernel};
use std::fs::File;

#[test]
fn options_are_refused_with_the_reason() {
    for (option, value, reason) in [
        ("--queue-size", "0", "1 to 1000000000 messages"),
        ("--queue-size", "-1", "1 to 1000000000 messages"),
        (
            "--queue-size",
            "99999999999999999999",
            "1 to 1000000000 messages",
        ),
        ("--timeout", "-1", "cannot be negative"),
        ("--timeout", "-inf", "cannot be negative"),
        ("--timeout", "1e300", "at most a year"),
        ("--timeout", "inf", "at most a year"),
        ("--timeout", "NaN", "not a number"),
        ("--grace", "-0.1", "cannot be negative"),
        ("--terminate-timeout", "soon", "a time in seconds"),
        ("--memory-limit", "12 parsecs", "64MiB"),
        ("--message-limit", "2GiB", "at most 1GiB"),
        ("--fuel-limit", "0", "a whole number of units"),
        ("--cpu-share", "-0.5", "a number of cores above 0"),
        ("--overflow", "burst", "'burst'"),
        ("--log", "loud", "'loud'"),
    ] {
        run_kernel("echo", &[option, value], "").fails(2, &[option, reason]);
    }
}

#[test]
fn ids_are_refused_with_the_rule() {
    for (id, reason) in [
        ("", "is empty"),
        (&*"x".repeat(10 << 10), "has 10240 bytes"),
        ("a\x1b[2J", "control character as its character 2"),
    ] {
        let outcome = run_kernel("echo", &["--id", id], "");
        outcome.fails(2, &["1 to 256 bytes", reason]);
        assert!(outcome.errors.len() < 300 && !outcome.errors.contains('\x1b'));
    }
}

#[test]
fn a_line_that_is_no_message_is_named_and_what_came_before_is_answered() {
    let input = "{\"value\":1}\n{\"value\":\"a\"}\n{\"value\":3}\n";
    let outcome = run_kernel("doubler", &[], input);
    let expected =
        "value: expected i64, found string \"a\"; the kernel takes Request { value: i64 }";
    outcome.fails(2, &["line 2 of standard input", expected]);
    assert_eq!(outcome.text(), "{\"result\":2}\n");

    let outcome = run_kernel("doubler", &[], "{\"value\":1");
    outcome.fails(2, &["line 1 of standard input: column 10: not JSON"]);
}

#[test]
fn such_lines_can_be_skipped() {
    let input = "{\"value\":1}\nnonsense\n{}\n\n{\"value\":3}\n";
    let outcome = run_kernel("doubler", &["--skip-invalid"], input);
    assert_eq!(
        outcome.succeeds().text(),
        "{\"result\":2}\n{\"result\":6}\n"
    );
    let warnings: Vec<_> = outcome.errors.lines().collect();
    assert_eq!(warnings.len(), 2, "{}", outcome.errors);
    assert!(warnings[0].starts_with("warning: skipped line 2"));
    assert!(warnings[1].contains("line 3 of standard input: the field `value` is missing"));
}

#[test]
fn a_line_over_the_message_limit_is_named() {
    let input = format!("short\n{}\nshort\n", "x".repeat(101));
    let outcome = run_kernel("echo", &["--message-limit", "100"], input.clone());
    outcome.fails(2, &["line 2 of", "more than 100 bytes", "--message-limit"]);
    assert_eq!(outcome.text(), "short\n");
    let outcome = run_kernel("echo", &["--message-limit", "100", "--skip-invalid"], input);
    assert_eq!(outcome.succeeds().text(), "short\nshort\n");
}

#[test]
fn a_line_of_json_may_be_longer_than_its_message() {
    let padding = " ".repeat(1000);
    let input = format!("{{\"value\":{padding}4}}");
    let outcome = run_kernel("doubler", &["--message-limit", "100"], input);
    assert_eq!(outcome.succeeds().text(), "{\"result\":8}\n");
}

#[test]
fn an_endless_line_fills_no_memory() {
    let mut command = ringhost();
    command.arg("run").arg(crate::support::kernel("echo"));
    let mut child = command
        .stdin(File::open("/dev/zero").unwrap())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take();
    crate::support::end(child).fails(2, &["line 1 of", "more than 1048576 bytes"]);
}

#[test]
fn an_input_that_cannot_be_read_is_named() {
    run_kernel("echo", &["/no/such/file"], "").fails(2, &["/no/such/file", "No such file"]);
    run_kernel("echo", &["/tmp"], "").fails(2, &["/tmp is a folder"]);
}

#[test]
fn without_a_command_the_help_is_shown() {
    let outcome = outcome(&mut ringhost(), "");
    assert_eq!(outcome.code, 2);
    assert!(outcome.errors.contains("Usage: ringhost <COMMAND>"));
    let outcome = ringhost_with(["--help"], "");
    assert!(outcome.succeeds().text().contains("130  interrupted"));
    let outcome = ringhost_with(["--version"], "");
    assert_eq!(outcome.succeeds().text(), "ringhost 0.1.0\n");
}
