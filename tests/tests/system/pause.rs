//! Deactivate is real.

use ringhost::{Error, LaunchOptions, Limits};
use ringhost_tests::{PATIENCE, receive_texts, runtime, start, start_with};
use std::time::Duration;

/// Long enough for a kernel that is not paused to show it.
const A_WHILE: Duration = Duration::from_millis(100);

#[tokio::test]
async fn no_message_reaches_a_paused_kernel_that_never_asks() {
    let runtime = runtime();
    start(&runtime, "echo-plain").await;
    assert_eq!(
        runtime.call("echo-plain", "before").await.unwrap().payload,
        "before"
    );
    runtime.deactivate("echo-plain").await.unwrap();
    runtime.send_batch("echo-plain", ["1", "2"]).await.unwrap();
    let nothing = runtime.receive_timeout("echo-plain", A_WHILE).await;
    assert!(matches!(nothing, Err(Error::Timeout(_))), "{nothing:?}");
    let telemetry = runtime.telemetry("echo-plain").unwrap().unwrap();
    assert_eq!((telemetry.messages_received, telemetry.input.depth), (1, 2));
    runtime.reactivate("echo-plain").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo-plain", 2).await, ["1", "2"]);
}

#[tokio::test]
async fn a_long_computation_stands_still_and_goes_on_exactly_where_it_was() {
    const STEPS: u64 = 20_000_000;
    let runtime = runtime();
    start(&runtime, "computes").await;
    let computes = runtime.typed::<u64, u64>("computes").unwrap();
    let expected = xorshift(STEPS);
    let mut pauses = 0;
    computes.send(&STEPS).await.unwrap();
    let result = loop {
        match computes.receive_timeout(Duration::from_millis(5)).await {
            Ok(result) => break result,
            Err(Error::Timeout(_)) => {}
            Err(error) => panic!("{error}"),
        }
        runtime.deactivate("computes").await.unwrap();
        // It may finish the slice it is in; then its fuel stands still.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let before = runtime
            .telemetry("computes")
            .unwrap()
            .unwrap()
            .fuel_consumed;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let after = runtime
            .telemetry("computes")
            .unwrap()
            .unwrap()
            .fuel_consumed;
        assert_eq!(before, after, "a paused kernel burns no fuel");
        runtime.reactivate("computes").await.unwrap();
        pauses += 1;
    };
    assert_eq!(result, expected);
    assert!(
        pauses >= 2,
        "only {pauses} pauses: the computation is too short for this test"
    );
}

/// What the kernel computes.
fn xorshift(steps: u64) -> u64 {
    (0..steps).fold(1_u64, |mut value, _| {
        value ^= value << 13;
        value ^= value >> 7;
        value ^ value << 17
    })
}

#[tokio::test]
async fn a_pause_in_the_middle_of_a_flood_of_messages_loses_and_doubles_nothing() {
    let runtime = runtime();
    start_with(&runtime, "echo", LaunchOptions::default().queue_size(16)).await;
    let sender = {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            for number in 0..5000 {
                runtime.send("echo", number.to_string()).await.unwrap();
            }
        })
    };
    let mut texts = Vec::new();
    for _ in 0..50 {
        texts.extend(receive_texts(&runtime, "echo", 100).await);
        runtime.deactivate("echo").await.unwrap();
        tokio::task::yield_now().await;
        runtime.reactivate("echo").await.unwrap();
    }
    sender.await.unwrap();
    assert_eq!(
        texts,
        (0..5000)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_paused_kernel_can_be_terminated_and_ends_gracefully() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.deactivate("echo").await.unwrap();
    let begun = std::time::Instant::now();
    let termination = runtime.terminate("echo").await.unwrap();
    assert_eq!(termination.ending, ringhost::Ending::Returned);
    assert!(begun.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_paused_spinner_can_be_stopped() {
    let runtime = runtime();
    let limits = Limits {
        fuel_slice: 100_000,
        ..Limits::default()
    };
    start_with(
        &runtime,
        "spins-at-start",
        LaunchOptions::default().limits(limits),
    )
    .await;
    runtime.deactivate("spins-at-start").await.unwrap();
    let termination = runtime
        .terminate_timeout("spins-at-start", Duration::from_millis(50))
        .await
        .unwrap();
    assert_eq!(termination.ending, ringhost::Ending::Stopped);
}

#[tokio::test]
async fn a_call_to_a_paused_kernel_waits_for_its_reactivation() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.deactivate("echo").await.unwrap();
    let call = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.call("echo", "patient").await })
    };
    tokio::time::sleep(A_WHILE).await;
    assert!(!call.is_finished());
    runtime.reactivate("echo").await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().payload, "patient");
}
