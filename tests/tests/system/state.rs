//! A handler's state: taken out of a running kernel, and put into another.

use ringhost::{
    Ending, Error, InHand, LaunchOptions, Limits, LoadError, Restart, RingKernelRuntime, Shape,
    SnapshotError,
};
use ringhost_tests::{
    core_handler, eventually, handler_from_core, kernel, receive_texts, runtime, start,
};
use std::time::Duration;

const ID: &str = "handler-commands";

/// Functions of a handler that is its own state: its snapshot and its restore have these bodies,
/// which leave the address of a result on the stack. At 512 is a result of 3 bytes, at 544 an error.
fn stateful(snapshot: &str, restore: &str) -> Vec<u8> {
    let fields = format!(
        r#"(data (i32.const 512) "\00\00\00\00\00\03\00\00\03\00\00\00")
        (data (i32.const 544) "\01\00\00\00\00\03\00\00\03\00\00\00")
        (data (i32.const 768) "abc")
        (func (export "ring:kernel/state@0.1.0#snapshot") (result i32) {snapshot})
        (func (export "ring:kernel/state@0.1.0#restore") (param i32 i32) (result i32) {restore})"#
    );
    handler_from_core(&core_handler(2, &fields, "(i32.const 0)"))
}

const GIVES: &str = "(i32.const 512)";
const TAKES: &str = "(i32.const 0)";
const REFUSES: &str = "(i32.const 544)";
const SPINS: &str = "(loop $again (br $again)) unreachable";

async fn running(component: Vec<u8>, limits: Limits) -> RingKernelRuntime {
    let runtime = runtime();
    let options = LaunchOptions::default().limits(limits);
    runtime.launch_with("k", component, options).await.unwrap();
    runtime.activate("k").await.unwrap();
    runtime
}

async fn refusal(component: Vec<u8>, options: LaunchOptions) -> LoadError {
    match runtime().launch_with("k", component, options).await {
        Err(Error::Load(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_kernel_goes_on_from_anothers_state() {
    let runtime = runtime();
    start(&runtime, ID).await;
    runtime.send_batch(ID, ["a", "b"]).await.unwrap();
    receive_texts(&runtime, ID, 2).await;
    let state = runtime.snapshot(ID).await.unwrap();
    // It goes on as if nothing had happened.
    assert_eq!(runtime.call(ID, "count").await.unwrap().payload, "3");

    let options = LaunchOptions::default().state(state);
    let launched = runtime.launch_with("another", kernel(ID), options).await;
    launched.unwrap();
    runtime.activate("another").await.unwrap();
    assert_eq!(runtime.call("another", "count").await.unwrap().payload, "3");
}

#[tokio::test]
async fn a_restarted_kernel_begins_from_the_state_it_was_launched_with() {
    let runtime = runtime();
    let restart = Restart {
        backoff: Duration::from_millis(1),
        in_hand: InHand::DeadLetter,
        ..Restart::on_failure()
    };
    // Its count in postcard.
    let options = LaunchOptions::default().restart(restart).state(vec![41]);
    runtime.launch_with(ID, kernel(ID), options).await.unwrap();
    runtime.activate(ID).await.unwrap();
    assert_eq!(runtime.call(ID, "count").await.unwrap().payload, "42");
    runtime.send(ID, "panic").await.unwrap();
    eventually("it starts again", || {
        runtime.status(ID).unwrap().restarts == 1
    })
    .await;
    assert_eq!(runtime.call(ID, "count").await.unwrap().payload, "42");
}

#[tokio::test]
async fn a_state_is_taken_in_a_pause_but_not_in_the_midst_of_a_call() {
    let runtime = runtime();
    start(&runtime, ID).await;
    runtime.call(ID, "a").await.unwrap();
    runtime.deactivate(ID).await.unwrap();
    assert_eq!(runtime.snapshot(ID).await.unwrap().as_ref(), [1]);
    runtime.reactivate(ID).await.unwrap();

    runtime.send(ID, "compute 20000000").await.unwrap();
    let fuel = || runtime.telemetry(ID).unwrap().unwrap().fuel_consumed;
    let before = fuel();
    eventually("it is at work", || fuel() > before + 1_000_000).await;
    runtime.deactivate(ID).await.unwrap();
    let mut snapshot = std::pin::pin!(runtime.snapshot(ID));
    let early = tokio::time::timeout(Duration::from_millis(50), snapshot.as_mut()).await;
    assert!(early.is_err(), "{early:?}");
    runtime.reactivate(ID).await.unwrap();
    assert_eq!(snapshot.await.unwrap().as_ref(), [2]);
}

#[tokio::test]
async fn a_kernel_that_was_paused_before_it_ran_gives_its_first_state() {
    let runtime = runtime();
    runtime.launch_from(ID, kernel(ID)).await.unwrap();
    runtime.activate(ID).await.unwrap();
    runtime.deactivate(ID).await.unwrap();
    assert_eq!(runtime.snapshot(ID).await.unwrap().as_ref(), [0]);
}

#[tokio::test]
async fn all_who_ask_a_busy_kernel_are_answered_and_no_message_is_lost() {
    let runtime = runtime();
    start(&runtime, ID).await;
    let sender = {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            let messages = (0..3000).map(|number| number.to_string());
            runtime.send_batch(ID, messages).await
        })
    };
    let asking = (0..20).map(|_| {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.snapshot(ID).await })
    });
    let asking: Vec<_> = asking.collect();
    let expected: Vec<_> = (0..3000).map(|number| number.to_string()).collect();
    assert_eq!(receive_texts(&runtime, ID, 3000).await, expected);
    for asked in asking {
        asked.await.unwrap().unwrap();
    }
    sender.await.unwrap().unwrap();
    // 3000 in postcard.
    assert_eq!(runtime.snapshot(ID).await.unwrap().as_ref(), [0xb8, 0x17]);
}

#[tokio::test]
async fn who_goes_away_takes_nothing_along() {
    let runtime = runtime();
    start(&runtime, ID).await;
    for _ in 0..100 {
        let asked = std::pin::pin!(runtime.snapshot(ID));
        drop(tokio::time::timeout(Duration::ZERO, asked).await);
        runtime.call(ID, "m").await.unwrap();
    }
    assert_eq!(runtime.snapshot(ID).await.unwrap().as_ref(), [100]);
}

#[tokio::test]
async fn a_kernel_that_says_there_is_no_state_lives_on() {
    let runtime = running(stateful(REFUSES, TAKES), Limits::default()).await;
    let error = runtime.snapshot("k").await.unwrap_err();
    assert_eq!(error.to_string(), "kernel \"k\" gave no state: abc");
    assert!(matches!(
        error,
        Error::Snapshot(SnapshotError::Refused { .. })
    ));
    runtime.send("k", "m").await.unwrap();
    let termination = runtime.terminate("k").await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
}

#[tokio::test]
async fn a_kernel_that_traps_over_its_snapshot_dies_and_whoever_asked_is_told() {
    let runtime = running(stateful("unreachable", TAKES), Limits::default()).await;
    let error = runtime.snapshot("k").await.unwrap_err();
    assert!(
        matches!(error, Error::Snapshot(SnapshotError::Refused { .. })),
        "{error}"
    );
    let ending = runtime.wait("k").await.unwrap();
    assert!(matches!(ending, Ending::Trapped(_)), "{ending}");
}

#[tokio::test]
async fn a_snapshot_without_end_is_ended_also_in_a_pause() {
    let limits = Limits {
        message_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let runtime = running(stateful(SPINS, TAKES), limits).await;
    runtime.deactivate("k").await.unwrap();
    runtime.snapshot("k").await.unwrap_err();
    let ending = runtime.wait("k").await.unwrap();
    assert!(matches!(ending, Ending::LimitExceeded { .. }), "{ending}");
}

#[tokio::test]
async fn neither_snapshot_nor_restore_may_send() {
    let send = "(call $send (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 256)) (i32.const 0)";
    let runtime = running(stateful(send, TAKES), Limits::default()).await;
    runtime.snapshot("k").await.unwrap_err();
    let ending = runtime.wait("k").await.unwrap().to_string();
    assert!(ending.contains("it called send from"), "{ending}");

    let options = LaunchOptions::default().state("s");
    let error = refusal(stateful(GIVES, send), options).await.to_string();
    assert!(error.contains("it called send from"), "{error}");
}

#[tokio::test]
async fn a_state_that_is_not_taken_keeps_the_kernel_from_being_launched() {
    let limits = Limits {
        initialiser_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let options = LaunchOptions::default().limits(limits).state("s");
    for (restore, reason) in [
        (REFUSES, "abc"),
        ("unreachable", "trapped"),
        (SPINS, "raise initialiser_time"),
    ] {
        let error = refusal(stateful(GIVES, restore), options.clone()).await;
        let text = error.to_string();
        assert!(matches!(error, LoadError::Restore { .. }), "{text}");
        assert!(text.contains(reason), "{text}");
    }
    let component = std::fs::read(ringhost_tests::kernel_path("counter")).unwrap();
    let error = refusal(component, LaunchOptions::default().state("garbage")).await;
    let text = error.to_string();
    assert!(text.contains("are no state of this kernel"), "{text}");
}

#[tokio::test]
async fn a_state_for_a_kernel_that_has_none_is_refused() {
    for (name, expected) in [("echo", Shape::Loop), ("handler-echo", Shape::Handler)] {
        let component = std::fs::read(ringhost_tests::kernel_path(name)).unwrap();
        let error = refusal(component, LaunchOptions::default().state("s")).await;
        assert!(
            matches!(error, LoadError::Stateless { shape } if shape == expected),
            "{error}"
        );
    }
}

#[tokio::test]
async fn who_asks_a_kernel_that_ends_is_told_how_it_ended() {
    let runtime = runtime();
    start(&runtime, ID).await;
    runtime.send(ID, "spin").await.unwrap();
    let fuel = || runtime.telemetry(ID).unwrap().unwrap().fuel_consumed;
    eventually("it spins", || fuel() > 1_000_000).await;
    let asked = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.snapshot(ID).await })
    };
    tokio::task::yield_now().await;
    let deadline = Duration::from_millis(10);
    runtime.terminate_timeout(ID, deadline).await.unwrap();
    match asked.await.unwrap() {
        Err(Error::KernelEnded(error)) => assert_eq!(error.ending, Ending::Stopped),
        other => panic!("{other:?}"),
    }
}
