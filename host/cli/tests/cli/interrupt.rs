//! Ctrl-C and SIGTERM.

use crate::support::{Outcome, end, kernel, ringhost, start};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Starts a kernel, sends it a line, and waits until that has come back: it is at work.
fn at_work(name: &str, options: &[&str]) -> Child {
    let mut child = start(ringhost().arg("run").arg(kernel(name)).args(options));
    // Left open, so that the input does not end.
    let input = child.stdin.as_mut().unwrap();
    input.write_all(b"hello\n").unwrap();
    let mut answer = String::new();
    // Nothing more than this line has been written, so nothing is lost with the buffer.
    let mut output = BufReader::new(child.stdout.as_mut().unwrap());
    output.read_line(&mut answer).unwrap();
    assert_eq!(answer, "hello\n");
    child
}

fn press_ctrl_c(child: &Child) {
    signal(child, "INT");
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

fn interrupted(outcome: &Outcome) {
    assert_eq!(outcome.code, 130, "{}", outcome.errors);
    assert!(!outcome.errors.contains("error: "), "{}", outcome.errors);
}

#[test]
fn once_ends_the_kernel_gracefully() {
    let child = at_work("echo", &[]);
    press_ctrl_c(&child);
    let outcome = end(child);
    interrupted(&outcome);
    assert_eq!(outcome.errors, "");
}

#[test]
fn once_stops_a_kernel_that_does_not_listen_after_its_time() {
    let child = at_work("ignores-terminate", &["--terminate-timeout", "0.3"]);
    press_ctrl_c(&child);
    let outcome = end(child);
    interrupted(&outcome);
    assert!(
        outcome.errors.contains("stopped by force"),
        "{}",
        outcome.errors
    );
}

#[test]
fn sigterm_ends_the_kernel_as_gracefully() {
    let child = at_work("echo", &[]);
    signal(&child, "TERM");
    let outcome = end(child);
    interrupted(&outcome);
    assert_eq!(outcome.errors, "");

    let child = at_work("ignores-terminate", &["--terminate-timeout", "0.3"]);
    signal(&child, "TERM");
    let outcome = end(child);
    interrupted(&outcome);
    assert!(
        outcome.errors.contains("stopped by force"),
        "{}",
        outcome.errors
    );
}

#[test]
fn a_second_signal_of_either_kind_ends_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "TERM"), ("TERM", "INT")] {
        let child = at_work("ignores-terminate", &["--terminate-timeout", "1000"]);
        signal(&child, first);
        // Two signals that come too close together are one.
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, second);
        // It would take 1000 seconds otherwise.
        interrupted(&end(child));
    }
}

#[test]
fn twice_ends_at_once() {
    let child = at_work("ignores-terminate", &["--terminate-timeout", "1000"]);
    press_ctrl_c(&child);
    // Two signals that come too close together are one.
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    press_ctrl_c(&child);
    interrupted(&end(child));
    assert!(start.elapsed() < Duration::from_secs(10));
}
