//! Functions that stay on a device: what they answer to a kernel's messages, and what a kernel is granted of
//! them.

use ringhost::message::{decode, encode};
use ringhost::{Compute, Ending, Grants, KernelState, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, eventually, runtime, start_with};
use std::time::Duration;

/// Does what a message asks.
const KERNEL: &str = "resides";

fn granting(compute: Compute) -> LaunchOptions {
    LaunchOptions::default().grants(Grants {
        compute: Some(compute),
        ..Grants::default()
    })
}

async fn started(compute: Compute) -> RingKernelRuntime {
    let runtime = runtime();
    start_with(&runtime, KERNEL, granting(compute)).await;
    runtime
}

async fn order(runtime: &RingKernelRuntime, words: &str) {
    let request = encode(&words.to_owned()).unwrap();
    runtime.send(KERNEL, request).await.unwrap();
}

async fn ask(runtime: &RingKernelRuntime, words: &str) -> String {
    order(runtime, words).await;
    let message = runtime.receive_timeout(KERNEL, PATIENCE).await.unwrap();
    decode(&message.payload).unwrap()
}

#[tokio::test]
async fn each_message_is_answered_as_the_contract_says() {
    let runtime = started(Compute::default()).await;
    for (words, answer) in [
        (
            "room",
            "true true true false false, \
             Error::Invalid(\"other messages are under way: receive their answers first\"), 1",
        ),
        // What it keeps is overwritten in the end.
        ("trap", "1, TrapCode::Unreachable at 0, Error::Poisoned, 6"),
        ("endless", "TrapCode::OutOfFuel at 0"),
        ("order", "12 [1, 12]"),
        ("pause", "0 Error::Timeout 4"),
        (
            "stop",
            "Error::Cancelled, Error::Cancelled, Error::Cancelled, Error::Cancelled, Error::Poisoned",
        ),
    ] {
        assert_eq!(ask(&runtime, words).await, answer, "{words}");
    }
    for (words, told) in [
        ("nothing", "no message is under way"),
        (
            "long",
            "the message has 88 bytes, and the resident's input has 84",
        ),
        ("deep 0", "0 messages are to be under way"),
        ("deep 2000", "2000 messages are to be under way"),
        ("deep 4294967295", "grants.compute.memory_bytes"),
    ] {
        let answer = ask(&runtime, words).await;
        assert!(answer.contains(told), "{words}: {answer}");
    }
}

#[tokio::test]
async fn a_hundred_thousand_messages_are_all_answered() {
    let runtime = started(Compute::default()).await;
    let answer = ask(&runtime, "flood 100000").await;
    assert_eq!(answer, "100000 2000000");
}

#[tokio::test]
async fn as_many_stay_as_are_granted_and_no_more() {
    let compute = Compute {
        in_flight: 3,
        ..Compute::default()
    };
    let runtime = started(compute).await;
    assert_eq!(ask(&runtime, "hold 3").await, "3 held");
    let words = ask(&runtime, "hold 1").await;
    assert!(words.contains("grants.compute.in_flight"), "{words}");
    assert_eq!(ask(&runtime, "drop").await, "dropped");
    assert_eq!(ask(&runtime, "hold 3").await, "3 held");
}

#[tokio::test]
async fn their_messages_count_as_memory_and_are_given_back() {
    let compute = Compute {
        // A space, and 100 times twice 164 bytes and a little.
        memory_bytes: (64 << 10) + 33_000,
        ..Compute::default()
    };
    let runtime = started(compute).await;
    let words = ask(&runtime, "deep 101").await;
    assert!(words.contains("grants.compute.memory_bytes"), "{words}");
    for _ in 0..3 {
        assert_eq!(ask(&runtime, "deep 100").await, "made");
    }
}

#[tokio::test]
async fn thousands_that_come_and_go_leave_nothing() {
    let runtime = started(Compute::default()).await;
    assert_eq!(ask(&runtime, "churn 3000").await, "churned");
    assert_eq!(ask(&runtime, "hold 16").await, "16 held");
}

#[tokio::test]
async fn devices_work_for_them_no_longer_than_is_granted() {
    let compute = Compute {
        device_time: Some(Duration::from_millis(100)),
        ..Compute::default()
    };
    let runtime = started(compute).await;
    assert_eq!(ask(&runtime, "wait").await, "Error::Cancelled");
    let words = ask(&runtime, "room").await;
    assert!(words.contains("grants.compute.device_time"), "{words}");
}

#[tokio::test]
async fn a_kernel_that_waits_for_an_answer_ends_when_it_is_asked_to() {
    let runtime = started(Compute::default()).await;
    order(&runtime, "wait").await;
    let received = |told: &ringhost::KernelTelemetry| told.input.received == 1;
    eventually("it has its message", || {
        let told = runtime.telemetry(KERNEL).ok().flatten();
        told.as_ref().is_some_and(received)
    })
    .await;
    let ended = runtime.terminate_timeout(KERNEL, PATIENCE).await.unwrap();
    assert_eq!(ended.ending, Ending::Returned, "{ended:?}");
}

#[tokio::test]
async fn they_end_with_their_kernel_and_others_have_the_device() {
    let runtime = started(Compute::default()).await;
    // Each holds a thread as long as it runs.
    for round in 0..8 {
        assert_eq!(ask(&runtime, "run").await, "runs", "round {round}");
        runtime
            .terminate_timeout(KERNEL, Duration::ZERO)
            .await
            .unwrap();
        runtime.remove(KERNEL).unwrap();
        start_with(&runtime, KERNEL, granting(Compute::default())).await;
    }
    assert_eq!(ask(&runtime, "order").await, "12 [1, 12]");
}

#[tokio::test]
async fn a_paused_kernel_goes_on_with_what_it_keeps_on_the_device() {
    const SMOOTH: &str = "smooth";
    let runtime = runtime();
    start_with(&runtime, SMOOTH, granting(Compute::default())).await;
    let typed = runtime.typed::<Vec<f32>, Vec<f32>>(SMOOTH).unwrap();
    let mut expected = vec![0.0_f32; 256];
    for round in 0..6 {
        let measured: Vec<f32> = (0..256)
            .map(|n| (n * 7 + round * 31) as f32 / 3.0)
            .collect();
        for (average, measured) in expected.iter_mut().zip(&measured) {
            *average += 0.125 * (measured - *average);
        }
        if round % 2 == 1 {
            runtime.deactivate(SMOOTH).await.unwrap();
            assert_eq!(runtime.state(SMOOTH).unwrap(), KernelState::Deactivated);
            runtime.reactivate(SMOOTH).await.unwrap();
        }
        typed.send(&measured).await.unwrap();
        assert_eq!(typed.receive_timeout(PATIENCE).await.unwrap(), expected);
    }
}
