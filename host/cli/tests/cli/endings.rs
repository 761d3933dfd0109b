//! Kernels that do not end well, and readers that have seen enough.

use crate::support::{end, kernel, outcome, ringhost, run_kernel, start};
use std::io::{BufRead, BufReader, Write};

/// Numbers from 1, a line each.
fn numbers(last: u32) -> String {
    (1..=last).map(|number| format!("{number}\n")).collect()
}

#[test]
fn what_a_kernel_sent_before_it_failed_is_printed() {
    let outcome = run_kernel("third", &[], numbers(2000));
    outcome.fails(
        1,
        &["kernel \"third\" returned the error \"the third message\""],
    );
    assert_eq!(outcome.text(), "1\n2\n");
}

#[test]
fn a_trap_is_told_with_its_backtrace() {
    let outcome = run_kernel("traps-third", &["--log", "off"], numbers(3));
    outcome.fails(1, &["kernel \"traps-third\" trapped", "the third message"]);
    assert_eq!(outcome.text(), "1\n2\n");
    assert!(
        outcome.errors.contains("\n    at run"),
        "{}",
        outcome.errors
    );

    run_kernel("panics", &[], "no luck").fails(1, &["trapped", "no luck"]);
}

#[test]
fn limits_hold() {
    run_kernel("allocates", &["--memory-limit", "8MiB"], "a").fails(1, &["8388608 bytes"]);
    run_kernel("recurses", &[], "a").fails(1, &["524288 bytes of stack"]);
}

#[test]
fn a_kernel_that_returns_early_is_no_failure() {
    let outcome = run_kernel("leaves", &[], numbers(3));
    assert_eq!(outcome.succeeds().text(), "0\n1\n2\n");
    assert!(
        outcome.errors.starts_with("warning: "),
        "{}",
        outcome.errors
    );
}

#[test]
fn a_kernel_that_returns_early_is_not_waited_for_input() {
    // Standard input stays open.
    let child = start(ringhost().arg("run").arg(kernel("leaves")));
    assert_eq!(end(child).succeeds().text(), "0\n1\n2\n");
}

#[test]
fn a_kernel_that_does_not_return_is_stopped_by_force() {
    let options = ["--grace", "0.2", "--terminate-timeout", "0.2"];
    let outcome = run_kernel("ignores-terminate", &options, numbers(3));
    outcome.fails(1, &["stopped by force", "200ms", "--grace"]);
    assert_eq!(outcome.text(), "1\n2\n3\n");

    let outcome = run_kernel("spins", &options, numbers(3));
    outcome.fails(1, &["stopped by force"]);
    assert!(
        outcome.errors.contains("before it received 2 messages"),
        "{}",
        outcome.errors
    );
}

#[test]
fn a_queue_that_stays_full_ends_the_input() {
    let options = ["--timeout", "0.1", "--queue-size", "2", "--grace", "0.1"];
    let outcome = run_kernel(
        "spins",
        &[&options[..], &["--terminate-timeout", "0"]].concat(),
        numbers(9),
    );
    assert_eq!(outcome.code, 1);
    assert!(
        outcome
            .errors
            .contains("the queue of \"spins\" is full (2 messages)"),
        "{}",
        outcome.errors
    );
    assert!(
        outcome.errors.contains("line 4 of standard input"),
        "{}",
        outcome.errors
    );
}

#[test]
fn what_a_full_queue_drops_is_counted() {
    let options = ["--overflow", "drop-oldest", "--queue-size", "2"];
    let outcome = run_kernel("echo", &options, numbers(5000));
    let answered = outcome.succeeds().text().lines().count();
    let warning = format!("dropped {} messages", 5000 - answered);
    assert!(
        outcome.errors.contains(&warning),
        "{warning}: {}",
        outcome.errors
    );
    assert!(outcome.text().ends_with("5000\n"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = start(ringhost().arg("run").arg(kernel("floods")).arg("--raw"));
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_until(b'\n', &mut Vec::new()).unwrap();
    drop(output);
    let outcome = end(child);
    outcome.succeeds();
    assert_eq!(outcome.errors, "");
}

#[test]
fn answers_come_while_the_input_is_open() {
    let mut child = start(ringhost().arg("run").arg(kernel("echo")));
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut input = child.stdin.take().unwrap();
    for line in ["one\n", "two\n"] {
        input.write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert_eq!(answer, line);
    }
    drop(input);
    end(child).succeeds();
}

#[test]
fn a_full_disk_is_told() {
    let script = "exec \"$@\" > /dev/full";
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", script, "sh"])
        .arg(env!("CARGO_BIN_EXE_ringhost"));
    command.env(
        "XDG_CACHE_HOME",
        crate::support::root().join("target/test-cache"),
    );
    let outcome = outcome(command.arg("run").arg(kernel("echo")), "a\n");
    outcome.fails(1, &["cannot write to standard output", "No space left"]);
}
