//! Wall time for messages.

use ringhost::{Ending, Grants, LaunchOptions, Limit, Limits, RingKernelRuntime};
use ringhost_tests::{PATIENCE, component_from_core, core_kernel, receive_texts, runtime};
use std::time::Duration;

/// Receives one message, or as many as there are; echoes what came last; sleeps for so many
/// milliseconds; all in WebAssembly text.
const IMPORTS: &str = r#"
    (import "ring:kernel/lifecycle@0.1.0" "is-active" (func $is_active (result i32)))
    (import "ring:kernel/lifecycle@0.1.0" "should-terminate"
        (func $should_terminate (result i32)))
    (import "ring:kernel/messaging@0.1.0" "receive" (func $receive_one (param i32 i64 i32)))
    (import "ring:kernel/messaging@0.1.0" "receive-batch"
        (func $receive_batch (param i32 i32 i64 i32)))
    (import "ring:kernel/messaging@0.1.0" "send"
        (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
    (func $receive (call $receive_one (i32.const 0) (i64.const 0) (i32.const 64))
        (if (i32.load8_u (i32.const 64)) (then unreachable)))
    (func $receive_all
        (call $receive_batch (i32.const 4096) (i32.const 0) (i64.const 0) (i32.const 64))
        (if (i32.load8_u (i32.const 64)) (then unreachable)))
    (func $echo
        (call $send (i32.load (i32.const 92)) (i32.load (i32.const 96)) (i32.const 0)
            (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)
            (i32.const 256)))"#;

const SLEEP: &str = r#"
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll (param i32 i32 i32 i32) (result i32)))
    (func $sleep (param $milliseconds i64)
        (memory.fill (i32.const 512) (i32.const 0) (i32.const 48))
        (i32.store (i32.const 528) (i32.const 1)) ;; the clock that never goes back
        (i64.store (i32.const 536) (i64.mul (local.get 0) (i64.const 1000000)))
        (drop (call $poll (i32.const 512) (i32.const 576) (i32.const 1) (i32.const 640))))"#;

fn computing(run: &str) -> Vec<u8> {
    component_from_core(&core_kernel(4, IMPORTS, run))
}

fn sleeping(run: &str) -> Vec<u8> {
    // Imports come before functions.
    let (imports, functions) = IMPORTS.split_at(IMPORTS.find("(func $receive ").unwrap());
    let fields = format!("{imports} {SLEEP} {functions}");
    component_from_core(&core_kernel(16, &fields, run))
}

/// So that a kernel can sleep. Its adapter for WASI imports files, too.
fn options(limits: Limits) -> LaunchOptions {
    let grants = Grants {
        clocks: true,
        empty_world: true,
        ..Grants::default()
    };
    LaunchOptions::default().limits(limits).grants(grants)
}

async fn start(runtime: &RingKernelRuntime, component: Vec<u8>, limits: Limits) {
    let options = options(limits);
    runtime.launch_with("k", component, options).await.unwrap();
    runtime.activate("k").await.unwrap();
}

fn within(message_time: Duration) -> Limits {
    Limits {
        message_time,
        ..Limits::default()
    }
}

async fn assert_overdue(runtime: &RingKernelRuntime, allowed: Duration) {
    let ending = tokio::time::timeout(PATIENCE, runtime.wait("k"))
        .await
        .unwrap()
        .unwrap();
    let expected = Ending::LimitExceeded {
        limit: Limit::MessageTime { allowed },
        trap: None,
    };
    assert_eq!(ending, expected);
    assert!(ending.is_failure());
}

const SHORT: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_kernel_that_computes_without_end_over_a_message_is_ended() {
    let runtime = runtime();
    let component = computing("(call $receive) (loop $again (br $again)) unreachable");
    start(&runtime, component, within(SHORT)).await;
    runtime.send("k", "m").await.unwrap();
    assert_overdue(&runtime, SHORT).await;
    let report = runtime.death_report("k").unwrap().unwrap();
    assert!(report.last_message.is_some());
    let text = report.ending.to_string();
    assert_eq!(text, "exceeded its limit of 20ms for what it received last");
}

#[tokio::test]
async fn a_kernel_that_waits_in_wasi_without_end_over_a_message_is_ended() {
    let runtime = runtime();
    let component = sleeping("(call $receive) (call $sleep (i64.const 1000000)) (i32.const 0)");
    start(&runtime, component, within(SHORT)).await;
    let waiting = runtime.call("k", "m").await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_overdue(&runtime, SHORT).await;
}

#[tokio::test]
async fn a_kernel_that_has_no_credit_to_go_on_with_a_message_is_ended() {
    let runtime = runtime();
    let component = computing("(call $receive) (loop $again (br $again)) unreachable");
    let limits = Limits {
        cpu_share: Some(1e-9),
        ..within(SHORT)
    };
    start(&runtime, component, limits).await;
    runtime.send("k", "m").await.unwrap();
    assert_overdue(&runtime, SHORT).await;
}

#[tokio::test]
async fn a_kernel_that_asks_the_host_all_the_time_is_ended() {
    let runtime = runtime();
    let component =
        computing("(call $receive) (loop $again (drop (call $is_active)) (br $again)) unreachable");
    start(&runtime, component, within(SHORT)).await;
    runtime.send("k", "m").await.unwrap();
    assert_overdue(&runtime, SHORT).await;
}

#[tokio::test]
async fn a_batch_has_the_time_of_all_its_messages() {
    let runtime = runtime();
    let component = sleeping(
        "(loop $again (call $receive_all) (call $sleep (i64.const 400))
            (i32.store (i32.const 96) (i32.const 0)) (call $echo) (br $again)) unreachable",
    );
    let each = Duration::from_millis(200);
    let options = options(within(each));
    runtime.launch_with("k", component, options).await.unwrap();
    runtime.send_batch("k", vec!["m"; 150]).await.unwrap();
    runtime.activate("k").await.unwrap();
    // It sleeps for twice the time of a message, of which it has 150.
    assert_eq!(receive_texts(&runtime, "k", 1).await, [""]);
    runtime.send("k", "m").await.unwrap();
    assert_overdue(&runtime, each).await;
}

#[tokio::test]
async fn a_kernel_with_nothing_in_hand_may_take_its_time() {
    let runtime = runtime();
    let component = sleeping(
        "(call $sleep (i64.const 100)) (call $receive) (call $echo) (call $receive)
        (call $echo) (i32.const 0)",
    );
    let limits = within(Duration::from_millis(50));
    start(&runtime, component, limits).await;
    for text in ["1", "2"] {
        runtime.send("k", text).await.unwrap();
        assert_eq!(receive_texts(&runtime, "k", 1).await, [text]);
        // It waits in receive for longer than a message may take.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(runtime.wait("k").await.unwrap(), Ending::Returned);
}

/// Long enough for what a kernel does here of its own, also on a busy machine.
const AMPLE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_pause_does_not_count() {
    let runtime = runtime();
    let component = computing(
        "(call $receive) (call $echo)
        (loop $again (br_if $again (i32.eqz (call $should_terminate)))) (i32.const 0)",
    );
    start(&runtime, component, within(AMPLE)).await;
    runtime.send("k", "m").await.unwrap();
    assert_eq!(receive_texts(&runtime, "k", 1).await, ["m"]);
    runtime.deactivate("k").await.unwrap();
    tokio::time::sleep(AMPLE * 3 / 2).await;
    runtime.reactivate("k").await.unwrap();
    let termination = runtime.terminate("k").await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
}

#[tokio::test]
async fn waiting_for_room_in_the_output_queue_does_not_count() {
    let runtime = runtime();
    let component = computing(
        "(loop $again (call $receive) (call $echo) (call $echo) (call $echo) (br $again))
        unreachable",
    );
    let options = LaunchOptions::default().limits(within(AMPLE)).queue_size(1);
    runtime.launch_with("k", component, options).await.unwrap();
    runtime.activate("k").await.unwrap();
    runtime.send("k", "m").await.unwrap();
    tokio::time::sleep(AMPLE * 3 / 2).await;
    assert_eq!(receive_texts(&runtime, "k", 3).await, ["m", "m", "m"]);
    runtime.send("k", "n").await.unwrap();
    assert_eq!(receive_texts(&runtime, "k", 3).await, ["n", "n", "n"]);
}

#[tokio::test]
async fn no_time_at_all_is_refused_and_the_longest_is_not() {
    let runtime = runtime();
    let component = computing("(call $receive) (call $echo) (call $receive) (i32.const 0)");
    let options = LaunchOptions::default().limits(within(Duration::ZERO));
    let error = runtime
        .launch_with("k", component.clone(), options)
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("message_time cannot be 0s"),
        "{error}"
    );
    start(&runtime, component, within(Duration::MAX)).await;
    assert_eq!(runtime.call("k", "m").await.unwrap().payload, "m");
}
