//! The figures.

use ringhost::{KernelState, KernelTelemetry, LaunchOptions, Limits, RuntimeSummary};
use ringhost_tests::{builder, eventually, kernel, receive_texts, runtime, start, start_with};
use std::time::Duration;

#[tokio::test]
async fn figures_count_what_happened() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.send_batch("echo", vec!["m"; 100]).await.unwrap();
    receive_texts(&runtime, "echo", 100).await;
    runtime.call("echo", "m").await.unwrap();
    let telemetry = runtime.telemetry("echo").unwrap().unwrap();
    assert_eq!(telemetry.kernel_id.as_str(), "echo");
    assert_eq!(telemetry.status.state, KernelState::Active);
    assert_eq!(telemetry.messages_received, 101);
    assert_eq!(telemetry.messages_processed, 101);
    assert_eq!(telemetry.messages_sent, 101);
    assert_eq!(
        (telemetry.input.accepted, telemetry.output.accepted),
        (101, 100)
    );
    assert_eq!(telemetry.replies_delivered, 1);
    assert!(telemetry.input.peak_depth >= 1);
    assert_eq!(telemetry.latency.count, 101);
    assert!(telemetry.latency.min > Duration::ZERO);
    assert!(telemetry.latency.min <= telemetry.latency.p50);
    assert!(telemetry.latency.p50 <= telemetry.latency.p99);
    // Quantiles are kept to two digits.
    assert!(telemetry.latency.p99 <= telemetry.latency.max.mul_f64(1.01));
    assert!(telemetry.throughput > 0.0);
    assert!(
        telemetry.fuel_consumed > 10_000,
        "{}",
        telemetry.fuel_consumed
    );
    assert!(telemetry.memory_bytes >= 65_536);
    assert!(telemetry.uptime > Duration::ZERO);
    assert_eq!((telemetry.errors, telemetry.messages_dropped), (0, 0));
}

#[tokio::test]
async fn latency_is_measured_for_kernels_that_answer_later_and_out_of_order() {
    let runtime = runtime();
    start(&runtime, "correlates").await;
    runtime.send("correlates", "1").await.unwrap();
    tokio::time::sleep(Duration::from_millis(30)).await;
    runtime
        .send_batch("correlates", ["2", "3", "4"])
        .await
        .unwrap();
    receive_texts(&runtime, "correlates", 4).await;
    let latency = runtime.telemetry("correlates").unwrap().unwrap().latency;
    assert_eq!(latency.count, 4);
    assert!(latency.max >= Duration::from_millis(30), "{latency:?}");
    assert!(latency.min < Duration::from_millis(30), "{latency:?}");
}

#[tokio::test]
async fn figures_are_right_after_every_ending() {
    let runtime = runtime();
    for (name, failed) in [
        ("echo", false),
        ("spins", false),
        ("panics", true),
        ("third", true),
        ("leaves", false),
    ] {
        runtime.launch_from(name, kernel(name)).await.unwrap();
        runtime.send_batch(name, ["1", "2", "3"]).await.unwrap();
        runtime.activate(name).await.unwrap();
        if matches!(name, "echo" | "spins") {
            let wanted = if name == "echo" { 3 } else { 1 };
            eventually("it has received", || {
                runtime.telemetry(name).unwrap().unwrap().messages_received == wanted
            })
            .await;
            runtime
                .terminate_timeout(name, Duration::from_millis(50))
                .await
                .unwrap();
        }
        let ending = runtime.wait(name).await.unwrap();
        let telemetry = runtime.telemetry(name).unwrap().unwrap();
        assert_eq!(telemetry.status.ending, Some(ending), "{name}");
        assert_eq!(telemetry.errors, u64::from(failed), "{name}");
        assert_eq!(telemetry.last_error.is_some(), failed, "{name}");
        assert_eq!(telemetry.input.accepted, 3, "{name}");
        let gone = telemetry.messages_received + telemetry.input.dropped_at_end;
        assert_eq!(
            gone, 3,
            "{name}: every message was received or counted as dropped"
        );
        assert!(telemetry.fuel_consumed > 0, "{name}");
        assert!(telemetry.memory_bytes > 0, "{name}");
        // It stands still from now on.
        let again = runtime.telemetry(name).unwrap().unwrap();
        assert_eq!(again.uptime, telemetry.uptime, "{name}");
        assert_eq!(again.fuel_consumed, telemetry.fuel_consumed, "{name}");
    }
}

#[tokio::test]
async fn a_spinner_s_fuel_is_counted_while_it_spins() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    let fuel = || {
        runtime
            .telemetry("spins-at-start")
            .unwrap()
            .unwrap()
            .fuel_consumed
    };
    eventually("it has burnt ten slices", || fuel() > 10_000_000).await;
    let before = fuel();
    eventually("it goes on burning", || fuel() > before).await;
}

#[tokio::test]
async fn logging_is_bounded_in_size_and_rate_and_counted() {
    let runtime = runtime();
    // So few that the first lines are still kept after seconds.
    let limits = Limits {
        log_bytes_per_second: 10 << 10,
        ..Limits::default()
    };
    start_with(&runtime, "logs", LaunchOptions::default().limits(limits)).await;
    assert_eq!(runtime.call("logs", "go").await.unwrap().payload, "go");
    let lines = runtime.log_lines("logs").unwrap();
    let levels: Vec<_> = lines
        .iter()
        .take(5)
        .map(|line| format!("{:?}", line.level))
        .collect();
    assert_eq!(levels, ["Trace", "Debug", "Info", "Warn", "Error"]);
    assert_eq!(lines[1].text, "a debug line");
    assert!(
        lines[5].text.len() < 8400 && lines[5].text.ends_with("bytes cut)"),
        "{}",
        lines[5].text
    );
    let kept: usize = lines.iter().map(|line| line.text.len()).sum();
    assert!(kept <= 64 << 10, "{kept}");
    let dropped = runtime
        .telemetry("logs")
        .unwrap()
        .unwrap()
        .log_lines_dropped;
    assert!(dropped > 40_000, "{dropped}");
}

#[tokio::test]
async fn the_summary_covers_all_kernels_and_survives_serde() {
    let runtime = builder().default_queue_size(7).build().unwrap();
    runtime.register("created", kernel("echo")).unwrap();
    start(&runtime, "echo").await;
    start(&runtime, "fails").await;
    runtime.wait("fails").await.unwrap();
    runtime.call("echo", "m").await.unwrap();
    runtime.send("echo", "stays").await.unwrap();
    receive_texts(&runtime, "echo", 1).await;
    let summary = runtime.summary();
    assert_eq!(summary.default_queue_size, 7);
    assert!(summary.telemetry);
    let states: Vec<_> = summary
        .states
        .iter()
        .map(|(state, count)| (*state, *count))
        .collect();
    assert_eq!(
        states,
        [
            (KernelState::Created, 1),
            (KernelState::Active, 1),
            (KernelState::Terminated, 1)
        ]
    );
    assert_eq!(
        (summary.messages_accepted, summary.messages_received),
        (2, 2)
    );
    assert_eq!((summary.messages_sent, summary.messages_dropped), (1, 0));
    let names: Vec<_> = summary
        .kernels
        .iter()
        .map(|line| line.kernel_id.as_str())
        .collect();
    assert_eq!(names, ["created", "echo", "fails"]);
    assert!(summary.kernels[2].ending.as_ref().unwrap().is_failure());

    let json = serde_json::to_string(&summary).unwrap();
    assert_eq!(
        serde_json::from_str::<RuntimeSummary>(&json).unwrap(),
        summary
    );
    let telemetry = runtime.telemetry("echo").unwrap().unwrap();
    let json = serde_json::to_string(&telemetry).unwrap();
    assert_eq!(
        serde_json::from_str::<KernelTelemetry>(&json)
            .unwrap()
            .input,
        telemetry.input
    );
}
