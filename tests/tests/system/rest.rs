//! Kernels of the `dense` tier that have not run for a while: their memories are folded.

use ringhost::{Ending, LaunchOptions, RingKernelRuntime, Tier};
use ringhost_tests::{PATIENCE, echo_kernel, kernel, runtime};
use std::time::Duration;

/// Long enough for kernels to be at rest. The clock of these tests stands still but where all wait.
const A_WHILE: Duration = Duration::from_secs(5);

async fn launch(runtime: &RingKernelRuntime, name: &str, component: impl Into<ringhost::Source>) {
    let options = LaunchOptions::default().tier(Tier::Dense);
    runtime.launch_with(name, component, options).await.unwrap();
    runtime.activate(name).await.unwrap();
}

async fn answer(runtime: &RingKernelRuntime, name: &str, message: &str) -> String {
    let reply = runtime.call_timeout(name, message, PATIENCE).await.unwrap();
    String::from_utf8(Vec::from(reply.payload)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn handlers_that_rest_keep_their_state() {
    let runtime = runtime();
    for number in 0..20 {
        let name = number.to_string();
        launch(&runtime, &name, kernel("handler-commands")).await;
        for _ in 0..number {
            answer(&runtime, &name, "one more").await;
        }
    }
    for rest in 0..3 {
        tokio::time::sleep(A_WHILE).await;
        for number in 0..20 {
            let name = number.to_string();
            let handled = number + 1 + rest;
            assert_eq!(
                answer(&runtime, &name, "count").await,
                handled.to_string(),
                "after rest {rest}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn loops_that_rest_go_on_where_they_were() {
    let runtime = runtime();
    launch(&runtime, "small", echo_kernel()).await;
    launch(&runtime, "echo", kernel("echo")).await;
    for rest in 0..5 {
        for name in ["small", "echo"] {
            let message = format!("{name} {rest}").repeat(1 + 1000 * rest);
            assert_eq!(answer(&runtime, name, &message).await, message);
        }
        tokio::time::sleep(A_WHILE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn kernels_that_rest_can_be_asked_for_their_state_paused_and_ended() {
    let runtime = runtime();
    launch(&runtime, "handler", kernel("handler-commands")).await;
    answer(&runtime, "handler", "one").await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(runtime.snapshot("handler").await.unwrap().as_ref(), [1]);
    tokio::time::sleep(A_WHILE).await;
    runtime.deactivate("handler").await.unwrap();
    runtime.send("handler", "count").await.unwrap();
    tokio::time::sleep(A_WHILE).await;
    runtime.reactivate("handler").await.unwrap();
    let reply = runtime.receive_timeout("handler", PATIENCE).await.unwrap();
    assert_eq!(reply.payload, "2");
    for (name, timeout) in [
        ("handler", PATIENCE),
        ("echo", PATIENCE),
        ("stopped", Duration::ZERO),
    ] {
        if name != "handler" {
            launch(&runtime, name, kernel("echo")).await;
            answer(&runtime, name, "one").await;
        }
        tokio::time::sleep(A_WHILE).await;
        let ended = runtime.terminate_timeout(name, timeout).await.unwrap();
        let expected = match name {
            "stopped" => Ending::Stopped,
            _ => Ending::Returned,
        };
        assert_eq!(ended.ending, expected, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_kernel_that_dies_after_its_rest_leaves_its_report() {
    let runtime = runtime();
    launch(&runtime, "handler", kernel("handler-commands")).await;
    answer(&runtime, "handler", "one").await;
    tokio::time::sleep(A_WHILE).await;
    runtime.send("handler", "panic of its own").await.unwrap();
    let ending = runtime.wait("handler").await.unwrap();
    assert!(ending.to_string().contains("of its own"), "{ending}");
}
