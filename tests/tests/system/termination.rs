//! Terminate is prompt and sure.

use ringhost::{Ending, Error, KernelState, LaunchOptions};
use ringhost_tests::{
    PATIENCE, builder, eventually, kernel, receive_texts, runtime, start, start_with,
};
use std::time::{Duration, Instant};

#[tokio::test]
async fn an_idle_kernel_is_gone_long_before_its_deadline() {
    let runtime = runtime();
    for name in ["echo", "echo-plain"] {
        start(&runtime, name).await;
        runtime.call(name, "warm").await.unwrap();
    }
    let begun = Instant::now();
    let termination = runtime.terminate("echo").await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
    // About a millisecond where the machine is idle; the benchmarks say. Here: not the deadline.
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_kernel_that_ignores_everything_is_stopped_at_the_deadline() {
    let runtime = runtime();
    for name in ["spins-at-start", "ignores-terminate"] {
        start(&runtime, name).await;
        let timeout = Duration::from_millis(200);
        let begun = Instant::now();
        let termination = runtime.terminate_timeout(name, timeout).await.unwrap();
        let elapsed = begun.elapsed();
        assert_eq!(termination.ending, Ending::Stopped, "{name}");
        assert!(elapsed >= timeout, "{name}: {elapsed:?}");
        assert!(
            elapsed < timeout + Duration::from_millis(500),
            "{name}: {elapsed:?}"
        );
        assert_eq!(runtime.state(name).unwrap(), KernelState::Terminated);
    }
}

#[tokio::test]
async fn a_hundred_kernels_that_ignore_everything_end_within_one_deadline() {
    let runtime = runtime();
    for number in 0..100 {
        let name = format!("spinner {number}");
        runtime
            .launch_from(&name, kernel("spins-at-start"))
            .await
            .unwrap();
        runtime.activate(&name).await.unwrap();
    }
    let timeout = Duration::from_millis(500);
    let begun = Instant::now();
    let terminations = runtime.terminate_all_timeout(timeout).await;
    let elapsed = begun.elapsed();
    assert_eq!(terminations.len(), 100);
    assert!(
        terminations
            .iter()
            .all(|termination| termination.ending == Ending::Stopped)
    );
    assert!(
        elapsed < timeout * 4,
        "one after another it would be 50 s: {elapsed:?}"
    );
    assert!(runtime.active_kernels().is_empty());
}

#[tokio::test]
async fn a_timeout_of_zero_stops_at_once() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    let termination = runtime
        .terminate_timeout("spins-at-start", Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(termination.ending, Ending::Stopped);
}

#[tokio::test]
async fn the_longest_timeout_is_as_good_as_any() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime
        .send_timeout("echo", "m", Duration::MAX)
        .await
        .unwrap();
    runtime
        .receive_timeout("echo", Duration::MAX)
        .await
        .unwrap();
    runtime
        .call_timeout("echo", "m", Duration::MAX)
        .await
        .unwrap();
    let termination = runtime
        .terminate_timeout("echo", Duration::MAX)
        .await
        .unwrap();
    assert_eq!(termination.ending, Ending::Returned);
}

#[tokio::test]
async fn everybody_who_waits_on_a_kernel_wakes_when_it_is_terminated() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(1);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    runtime.send("echo", "fills the queue").await.unwrap();
    let spawn = |what: &'static str| {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            match what {
                "send" => runtime.send("echo", "m").await.map(drop),
                "call" => runtime.call("echo", "m").await.map(drop),
                "receive" => runtime.receive("echo").await.map(drop),
                _ => runtime.wait("echo").await.map(drop),
            }
        })
    };
    let waiting = ["send", "call", "receive", "wait"].map(|what| (what, spawn(what)));
    tokio::time::sleep(Duration::from_millis(20)).await;
    runtime.terminate("echo").await.unwrap();
    for (what, task) in waiting {
        let result = tokio::time::timeout(PATIENCE, task)
            .await
            .expect(what)
            .unwrap();
        match what {
            "send" | "call" => assert!(matches!(result, Err(Error::KernelState(_))), "{what}"),
            "receive" => assert!(matches!(result, Err(Error::KernelEnded(_))), "{what}"),
            _ => result.unwrap(),
        }
    }
}

#[tokio::test]
async fn a_call_under_way_learns_that_its_kernel_was_terminated() {
    let runtime = runtime();
    start(&runtime, "spins").await;
    let call = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.call("spins", "never answered").await })
    };
    eventually("the kernel has the message", || {
        runtime
            .telemetry("spins")
            .unwrap()
            .unwrap()
            .messages_received
            == 1
    })
    .await;
    runtime
        .terminate_timeout("spins", Duration::from_millis(20))
        .await
        .unwrap();
    let error = call.await.unwrap().unwrap_err();
    let Error::KernelEnded(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.ending, Ending::Stopped);
}

#[tokio::test]
async fn the_deadline_holds_even_if_the_caller_goes_away() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    let terminate = runtime.terminate_timeout("spins-at-start", Duration::from_millis(200));
    assert!(
        tokio::time::timeout(Duration::from_millis(20), terminate)
            .await
            .is_err()
    );
    assert_eq!(
        runtime.wait("spins-at-start").await.unwrap(),
        Ending::Stopped
    );
}

#[tokio::test]
async fn two_who_terminate_wait_for_the_same_end() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    let (long, short) = tokio::join!(
        runtime.terminate_timeout("spins-at-start", Duration::from_secs(60)),
        runtime.terminate_timeout("spins-at-start", Duration::from_millis(50)),
    );
    assert_eq!(long.unwrap().ending, Ending::Stopped);
    assert_eq!(short.unwrap().ending, Ending::Stopped);
}

#[tokio::test]
async fn terminating_all_leaves_out_what_never_ran_or_has_ended() {
    let runtime = runtime();
    runtime.register("created", kernel("echo")).unwrap();
    start(&runtime, "returns").await;
    runtime.wait("returns").await.unwrap();
    start(&runtime, "echo").await;
    let terminations = runtime.terminate_all().await;
    let names: Vec<_> = terminations
        .iter()
        .map(|done| done.kernel_id.as_str())
        .collect();
    assert_eq!(names, ["echo"]);
    assert_eq!(runtime.state("created").unwrap(), KernelState::Created);
}

#[tokio::test]
async fn dropping_the_last_handle_stops_the_kernels() {
    let runtime = builder().build().unwrap();
    start_with(&runtime, "spins-at-start", LaunchOptions::default()).await;
    start(&runtime, "echo").await;
    let echo = runtime.typed::<String, String>("echo").unwrap();
    drop(runtime);
    let error = echo.receive().await.unwrap_err();
    let Error::KernelEnded(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.ending, Ending::Stopped);
}

#[tokio::test]
async fn the_reply_in_hand_can_still_be_received_while_the_kernel_ends() {
    let runtime = runtime();
    start(&runtime, "computes").await;
    let computes = runtime.typed::<u64, u64>("computes").unwrap();
    let call = {
        let computes = computes.clone();
        tokio::spawn(async move { computes.call(&5_000_000).await })
    };
    eventually("the kernel computes", || {
        runtime
            .telemetry("computes")
            .unwrap()
            .unwrap()
            .messages_received
            == 1
    })
    .await;
    let termination = runtime.terminate("computes").await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
    assert!(call.await.unwrap().is_ok());
    let _ = receive_texts(&runtime, "computes", 0).await;
}

#[tokio::test]
async fn a_kernel_that_was_never_activated_ends_with_the_last_handle_on_its_runtime() {
    let runtime = runtime();
    runtime.launch_from("echo", kernel("echo")).await.unwrap();
    let echo = runtime.typed::<String, String>("echo").unwrap();
    let receiver = tokio::spawn(async move { echo.receive().await });
    tokio::task::yield_now().await;
    drop(runtime);
    let received = tokio::time::timeout(PATIENCE, receiver).await;
    let received = received.unwrap().unwrap();
    let Err(Error::KernelEnded(ended)) = received else {
        panic!("{received:?}");
    };
    assert_eq!(ended.ending, Ending::NeverActivated);
}
