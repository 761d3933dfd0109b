//! Data-parallel work: what a kernel is granted, and what becomes of what it launches.

use ringhost::message::{decode, encode};
use ringhost::{
    Compute, Ending, Error, Grants, KernelState, LaunchOptions, LoadError, RingKernelRuntime,
};
use ringhost_tests::{PATIENCE, eventually, kernel, runtime, start_with};
use std::time::Duration;

/// Does what a message asks.
const KERNEL: &str = "launches";

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

async fn order(runtime: &RingKernelRuntime, id: &str, words: &str) {
    let request = encode(&words.to_owned()).unwrap();
    runtime.send(id, request).await.unwrap();
}

async fn answer(runtime: &RingKernelRuntime) -> String {
    let message = runtime.receive_timeout(KERNEL, PATIENCE).await.unwrap();
    decode(&message.payload).unwrap()
}

async fn ask(runtime: &RingKernelRuntime, words: &str) -> String {
    order(runtime, KERNEL, words).await;
    answer(runtime).await
}

#[tokio::test]
async fn who_is_not_granted_compute_is_refused_with_the_line_that_grants_it() {
    let runtime = runtime();
    let refused = runtime
        .launch_from(KERNEL, kernel(KERNEL))
        .await
        .unwrap_err();
    assert!(
        matches!(refused, Error::Load(LoadError::Ungranted(_))),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("compute = {}"), "{refused}");
}

#[tokio::test]
async fn in_an_empty_world_there_is_no_device() {
    let runtime = runtime();
    let grants = Grants {
        empty_world: true,
        ..Grants::default()
    };
    start_with(&runtime, KERNEL, LaunchOptions::default().grants(grants)).await;
    assert_eq!(ask(&runtime, "devices").await, "0");
    let words = ask(&runtime, "double 4").await;
    assert!(words.starts_with("Error::NoDevice"), "{words}");
}

#[tokio::test]
async fn a_function_runs_for_each_item_and_a_plan_again_and_again() {
    let runtime = started(Compute::default()).await;
    for length in [0_u64, 1, 1000, 100_000] {
        let sum = length * (length + 1);
        assert_eq!(
            ask(&runtime, &format!("double {length}")).await,
            sum.to_string()
        );
    }
    assert_eq!(ask(&runtime, "plan 1000").await, "2001");
    let devices: u32 = ask(&runtime, "devices").await.parse().unwrap();
    assert!(devices >= 1, "{devices}");
}

#[tokio::test]
async fn a_launch_that_fails_says_where_and_what_it_could_write_is_poisoned() {
    let runtime = started(Compute::default()).await;
    for (words, ended) in [
        ("outside", "trap TrapCode::Unreachable in add at 4"),
        ("divide", "trap TrapCode::Unreachable in divide at 0"),
        ("endless", "trap TrapCode::OutOfFuel in spin at 2"),
    ] {
        // Written whole, it is sound again.
        let expected = format!("{ended}, Error::Poisoned, ok");
        assert_eq!(ask(&runtime, words).await, expected);
    }
    // The kernel goes on.
    assert_eq!(ask(&runtime, "double 2").await, "6");
}

#[tokio::test]
async fn what_cannot_be_launched_is_told_in_words() {
    let runtime = started(Compute::default()).await;
    for (words, told) in [
        ("unknown", "no compute function `nothing`; it has double"),
        (
            "few",
            "`double` takes 4 arguments beside the item, and got 0",
        ),
    ] {
        let answer = ask(&runtime, words).await;
        assert!(answer.contains(told), "{answer}");
    }
}

#[tokio::test]
async fn a_launch_is_cancelled_and_waited_for_no_longer_than_the_timeout() {
    let runtime = started(Compute::default()).await;
    assert_eq!(ask(&runtime, "cancel").await, "Error::Cancelled");
    assert_eq!(ask(&runtime, "timeout").await, "Error::Timeout");
}

#[tokio::test]
async fn spaces_get_no_more_memory_than_is_granted_and_give_it_back() {
    let compute = Compute {
        memory_bytes: 10 << 20,
        ..Compute::default()
    };
    let runtime = started(compute).await;
    // Each takes 4 MiB, and is dropped in the end.
    for _ in 0..10 {
        assert_eq!(ask(&runtime, "double 8").await, "72");
    }
    let words = ask(&runtime, "space 10485761").await;
    assert!(words.contains("grants.compute.memory_bytes"), "{words}");
    assert_eq!(ask(&runtime, "hold spaces 100").await, "100 spaces");
    let words = ask(&runtime, "hold spaces 100").await;
    assert!(words.contains("there is no room"), "{words}");
}

#[tokio::test]
async fn a_kernel_holds_so_many_things_and_no_more() {
    let runtime = started(Compute::default()).await;
    let words = ask(&runtime, "hold buffers 5000").await;
    assert!(words.contains("it holds 1024 spaces, buffers"), "{words}");
    // It goes on with what it holds.
    assert_eq!(runtime.state(KERNEL).unwrap(), KernelState::Active);
}

#[tokio::test]
async fn a_hundred_thousand_submissions_wait_for_each_other_and_all_are_done() {
    let compute = Compute {
        in_flight: 2,
        ..Compute::default()
    };
    let runtime = started(compute).await;
    assert_eq!(ask(&runtime, "churn 100000").await, "100001");
}

#[tokio::test]
async fn devices_work_no_longer_for_a_kernel_than_is_granted() {
    let compute = Compute {
        device_time: Some(Duration::from_millis(100)),
        ..Compute::default()
    };
    let runtime = started(compute).await;
    assert_eq!(ask(&runtime, "wait").await, "Error::Cancelled");
    let words = ask(&runtime, "double 1").await;
    assert!(words.contains("grants.compute.device_time"), "{words}");
}

#[tokio::test]
async fn a_kernel_that_waits_for_a_launch_ends_when_it_is_asked_to() {
    let runtime = started(Compute::default()).await;
    order(&runtime, KERNEL, "wait").await;
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
async fn what_runs_ends_with_its_kernel_and_others_have_the_device() {
    let runtime = started(Compute::default()).await;
    // On each of many kernels one endless item, which holds a thread as long as it runs.
    for round in 0..8 {
        assert_eq!(ask(&runtime, "run").await, "runs", "round {round}");
        runtime
            .terminate_timeout(KERNEL, Duration::ZERO)
            .await
            .unwrap();
        runtime.remove(KERNEL).unwrap();
        start_with(&runtime, KERNEL, granting(Compute::default())).await;
    }
    assert_eq!(ask(&runtime, "double 1000").await, "1001000");
}

#[tokio::test]
async fn a_stranger_s_long_launch_does_not_keep_others_from_the_device() {
    let runtime = started(Compute::default()).await;
    let options = granting(Compute::default());
    runtime
        .launch_with("stranger", kernel(KERNEL), options)
        .await
        .unwrap();
    runtime.activate("stranger").await.unwrap();
    order(&runtime, "stranger", "work 4294967295").await;
    for _ in 0..10 {
        assert_eq!(ask(&runtime, "double 1000").await, "1001000");
    }
    assert_eq!(runtime.state("stranger").unwrap(), KernelState::Active);
}
