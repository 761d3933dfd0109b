//! What is Go's own: goroutines, panics, its collector, and a runtime without WASI.

use ringhost::{Ending, RingKernelRuntime};
use ringhost_tests::{PATIENCE, is_there, runtime, start};

/// Where this kernel of Go's cannot be built, none can.
const GO: &str = "go-faults";

/// The last lines of a kernel that has died, each with its level.
fn log(runtime: &RingKernelRuntime, kernel: &str) -> Vec<String> {
    let report = runtime.death_report(kernel).unwrap().unwrap();
    let lines = report.log.iter();
    lines
        .map(|line| format!("{} {}", line.level, line.text))
        .collect()
}

/// Has the kernel `go-faults` die of a message.
async fn dead(of: &str) -> (Ending, Vec<String>) {
    let runtime = runtime();
    start(&runtime, "go-faults").await;
    runtime.send("go-faults", of).await.unwrap();
    let ending = runtime.wait("go-faults").await.unwrap();
    (ending, log(&runtime, "go-faults"))
}

#[tokio::test]
async fn goroutines_work_until_each_waits_before_the_kernel_waits_for_the_host() {
    if !is_there(GO) {
        return;
    }
    let runtime = runtime();
    start(&runtime, "go-index").await;
    // One paragraph after the other goes through the goroutines; no further message wakes them.
    let text = "ring\n\n".repeat(500);
    let answer = runtime.call_timeout("go-index", text, PATIENCE).await;
    let answer = String::from_utf8(answer.unwrap().payload.into()).unwrap();
    assert!(answer.starts_with("ring [1 2 3 "), "{answer}");
    assert!(answer.ends_with(" 499 500]\n"), "{answer}");
}

#[tokio::test]
async fn a_panic_is_told_with_its_words_and_its_line() {
    if !is_there(GO) {
        return;
    }
    let runtime = runtime();
    start(&runtime, "go-conformance").await;
    runtime.send("go-conformance", "trap").await.unwrap();
    let Ending::Failed(words) = runtime.wait("go-conformance").await.unwrap() else {
        panic!("it did not fail");
    };
    let mut lines = words.lines();
    let first = "panic: runtime error: invalid memory address or nil pointer dereference";
    assert_eq!(lines.next(), Some(first));
    assert_eq!(lines.nth(1), Some("goroutine 1 [running]:"));
    // The panic's own place, not that of what reports it.
    assert!(lines.next().unwrap().starts_with("main.obey("), "{words}");
    assert!(
        lines.next().unwrap().contains("kernel/kernel.go:"),
        "{words}"
    );
}

#[tokio::test]
async fn a_goroutine_that_panics_leaves_its_words_and_its_trace_in_the_report() {
    if !is_there(GO) {
        return;
    }
    let (ending, log) = dead("goroutine").await;
    let Ending::Trapped(trap) = ending else {
        panic!("{ending:?}");
    };
    assert_eq!(trap.message.as_deref(), Some("panic: nobody recovers this"));
    let mut functions = trap.backtrace.iter().map(|frame| &frame.function);
    assert!(functions.any(|name| name == "main.main.func1.1"), "{trap}");
    let first = ["ERROR panic: nobody recovers this", "WARN goroutine "];
    for (line, begin) in log.iter().zip(first) {
        assert!(line.starts_with(begin), "{log:?}");
    }
    assert!(
        log.iter().any(|line| line.contains("kernel/kernel.go:")),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_kernel_whose_goroutines_all_wait_for_each_other_dies_and_says_so() {
    if !is_there(GO) {
        return;
    }
    let (ending, log) = dead("asleep").await;
    let Ending::Trapped(trap) = ending else {
        panic!("{ending:?}");
    };
    let words = "fatal error: all goroutines are asleep - deadlock!";
    assert_eq!(trap.message.as_deref(), Some(words));
    assert!(
        log.iter().any(|line| line.contains("[select (no cases)]")),
        "{log:?}"
    );
}

#[tokio::test]
async fn what_was_printed_without_the_end_of_a_line_is_logged_at_the_exit() {
    if !is_there(GO) {
        return;
    }
    let (ending, log) = dead("exit").await;
    assert!(matches!(ending, Ending::Trapped(_)), "{ending:?}");
    assert_eq!(log, ["INFO not the end of a line"]);
}

#[tokio::test]
async fn what_is_printed_is_logged_by_line_and_mended_where_it_is_no_text() {
    if !is_there(GO) {
        return;
    }
    let runtime = runtime();
    start(&runtime, "go-faults").await;
    runtime
        .send_batch("go-faults", ["print", "exit"])
        .await
        .unwrap();
    runtime.wait("go-faults").await.unwrap();
    let log = log(&runtime, "go-faults");
    assert_eq!(log[..2], ["INFO no UTF-8: ?????", "WARN in parts"]);
}

#[tokio::test]
async fn long_messages_leave_no_memory_behind() {
    if !is_there(GO) {
        return;
    }
    let runtime = runtime();
    start(&runtime, "go-conformance").await;
    let long = "x".repeat(1 << 20);
    for _ in 0..64 {
        runtime.send("go-conformance", long.as_str()).await.unwrap();
        let echo = runtime.receive_timeout("go-conformance", PATIENCE).await;
        assert!(echo.unwrap().payload == long.as_str());
    }
    let telemetry = runtime.telemetry("go-conformance").unwrap().unwrap();
    let memory = telemetry.memory_bytes;
    // What Go's collector lets pile up, whatever the number of messages.
    assert!(memory < 32 << 20, "{memory} bytes");
}
