//! What a full queue does, each rule, each outcome counted; closing.

use ringhost::{
    Ending, Error, LaunchOptions, Limit, Limits, Outgoing, Overflow, Priority, QueueCounts,
};
use ringhost_tests::{
    PATIENCE, component_from_core, core_kernel, eventually, kernel, receive_texts, runtime,
    start_with,
};
use std::time::Duration;

fn two(overflow: Overflow) -> LaunchOptions {
    LaunchOptions::default().queue_size(2).overflow(overflow)
}

#[tokio::test]
async fn reject_refuses_at_once_and_counts() {
    let runtime = runtime();
    runtime
        .launch_with("echo", kernel("echo"), two(Overflow::Reject))
        .await
        .unwrap();
    runtime.send_batch("echo", ["1", "2"]).await.unwrap();
    let error = runtime.send("echo", "3").await.unwrap_err();
    let Error::QueueFull(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.waited, None);
    runtime.activate("echo").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 2).await, ["1", "2"]);
    let counts = runtime.telemetry("echo").unwrap().unwrap().input;
    assert_eq!(
        (counts.accepted, counts.refused_full, counts.dropped()),
        (2, 1, 0)
    );
}

#[tokio::test]
async fn drop_oldest_makes_room_and_counts() {
    let runtime = runtime();
    runtime
        .launch_with("echo", kernel("echo"), two(Overflow::DropOldest))
        .await
        .unwrap();
    runtime.send_batch("echo", ["1", "2", "3"]).await.unwrap();
    // A lower band loses first, and cannot push out a higher one.
    runtime
        .send("echo", Outgoing::from("4").priority(Priority::High))
        .await
        .unwrap();
    runtime
        .send("echo", Outgoing::from("5").priority(Priority::High))
        .await
        .unwrap();
    runtime
        .send("echo", Outgoing::from("6").priority(Priority::Low))
        .await
        .unwrap();
    runtime.activate("echo").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 2).await, ["4", "5"]);
    let counts = runtime.telemetry("echo").unwrap().unwrap().input;
    assert_eq!(
        (
            counts.accepted,
            counts.dropped_oldest,
            counts.dropped_newest
        ),
        (5, 3, 1)
    );
}

#[tokio::test]
async fn drop_newest_leaves_what_is_in_and_counts() {
    let runtime = runtime();
    runtime
        .launch_with("echo", kernel("echo"), two(Overflow::DropNewest))
        .await
        .unwrap();
    assert_eq!(
        runtime
            .send_batch("echo", ["1", "2", "3", "4"])
            .await
            .unwrap(),
        4
    );
    runtime.activate("echo").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 2).await, ["1", "2"]);
    let counts = runtime.telemetry("echo").unwrap().unwrap().input;
    assert_eq!((counts.accepted, counts.dropped_newest), (2, 2));
}

#[tokio::test]
async fn a_queue_is_full_of_bytes_too_and_a_single_message_always_fits() {
    let runtime = runtime();
    let limits = Limits {
        queue_bytes: 10,
        ..Limits::default()
    };
    let options = LaunchOptions::default()
        .limits(limits)
        .overflow(Overflow::Reject);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    runtime.send("echo", "larger than ten bytes").await.unwrap();
    let error = runtime.send("echo", "x").await.unwrap_err();
    let Error::QueueFull(error) = error else {
        panic!("{error}")
    };
    assert_eq!((error.capacity, error.capacity_bytes), (1000, 10));
    runtime.activate("echo").await.unwrap();
    assert_eq!(
        receive_texts(&runtime, "echo", 1).await,
        ["larger than ten bytes"]
    );
    runtime.deactivate("echo").await.unwrap();
    runtime
        .send_batch("echo", ["1234", "5678", "90"])
        .await
        .unwrap();
    assert!(runtime.send("echo", "x").await.is_err());
    assert_eq!(
        runtime
            .telemetry("echo")
            .unwrap()
            .unwrap()
            .input
            .depth_bytes,
        10
    );
}

#[tokio::test]
async fn drop_oldest_drops_as_many_as_the_bytes_of_the_new_one_need() {
    let runtime = runtime();
    let limits = Limits {
        queue_bytes: 10,
        ..Limits::default()
    };
    let options = LaunchOptions::default()
        .limits(limits)
        .overflow(Overflow::DropOldest);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    runtime
        .send_batch("echo", ["1111", "2222", "33", "44444444"])
        .await
        .unwrap();
    // Nothing is dropped in vain: beside what is above, the last one never fits.
    runtime
        .send("echo", Outgoing::from("urgent").priority(Priority::Urgent))
        .await
        .unwrap();
    runtime.send("echo", "too long").await.unwrap();
    runtime.activate("echo").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 1).await, ["urgent"]);
    let counts = runtime.telemetry("echo").unwrap().unwrap().input;
    assert_eq!((counts.dropped_oldest, counts.dropped_newest), (4, 1));
}

#[tokio::test]
async fn a_flooding_kernel_is_held_by_its_own_full_output_queue() {
    let runtime = runtime();
    start_with(&runtime, "floods", LaunchOptions::default().queue_size(5)).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let telemetry = runtime.telemetry("floods").unwrap().unwrap();
    assert_eq!(
        (telemetry.output.depth, telemetry.output.peak_depth),
        (5, 5)
    );
    assert_eq!(telemetry.messages_sent, 5);
    receive_texts(&runtime, "floods", 100).await;
    let termination = runtime.terminate("floods").await.unwrap();
    assert_eq!(termination.dropped_output, 5);
    assert_ne!(termination.ending, Ending::Stopped);
}

#[tokio::test]
async fn a_full_output_queue_can_drop_instead_of_waiting() {
    let runtime = runtime();
    let options = LaunchOptions::default()
        .queue_size(5)
        .output_overflow(Overflow::DropOldest);
    start_with(&runtime, "floods", options).await;
    ringhost_tests::eventually("much was dropped", || {
        runtime
            .telemetry("floods")
            .unwrap()
            .unwrap()
            .output
            .dropped_oldest
            > 1000
    })
    .await;
    // It finds room whenever it sends, so it never learns that it should end.
    let timeout = Duration::from_millis(100);
    let termination = runtime.terminate_timeout("floods", timeout).await.unwrap();
    assert_eq!(termination.ending, Ending::Stopped);
    let counts = runtime.telemetry("floods").unwrap().unwrap().output;
    assert_eq!(termination.dropped_output, counts.dropped_at_end);
    assert_accounted(counts);
}

#[tokio::test]
async fn what_was_accepted_is_received_or_in_or_dropped_whatever_happens() {
    let runtime = runtime();
    for overflow in [
        Overflow::Wait,
        Overflow::Reject,
        Overflow::DropOldest,
        Overflow::DropNewest,
    ] {
        let options = LaunchOptions::default().queue_size(8).overflow(overflow);
        start_with(&runtime, "echo", options).await;
        let sender = {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                while let Ok(_) | Err(Error::QueueFull(_)) = runtime.send("echo", "m").await {
                    tokio::task::yield_now().await;
                }
            })
        };
        receive_texts(&runtime, "echo", 100).await;
        runtime.terminate("echo").await.unwrap();
        sender.await.unwrap();
        let telemetry = runtime.telemetry("echo").unwrap().unwrap();
        assert_accounted(telemetry.input);
        assert_accounted(telemetry.output);
        assert_eq!(
            telemetry.input.depth + telemetry.output.depth,
            0,
            "{overflow:?}"
        );
        assert_eq!(telemetry.input.received, telemetry.messages_received);
        runtime.remove("echo").unwrap();
    }
}

fn assert_accounted(counts: QueueCounts) {
    assert_eq!(
        counts.accepted,
        counts.received + counts.depth + counts.dropped_oldest + counts.dropped_at_end,
        "{counts:?}"
    );
}

#[tokio::test]
async fn closing_the_input_lets_the_kernel_finish_what_waits_and_end() {
    let runtime = runtime();
    runtime.launch_from("echo", kernel("echo")).await.unwrap();
    runtime.send_batch("echo", ["1", "2", "3"]).await.unwrap();
    runtime.close_input("echo").await.unwrap();
    let error = runtime.send("echo", "4").await.unwrap_err();
    assert!(matches!(error, Error::InputClosed(_)), "{error}");
    runtime.activate("echo").await.unwrap();
    assert_eq!(runtime.wait("echo").await.unwrap(), Ending::Returned);
    assert_eq!(receive_texts(&runtime, "echo", 3).await, ["1", "2", "3"]);
    let error = runtime.receive("echo").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "kernel \"echo\" has ended and left nothing more to receive: it returned"
    );
}

#[tokio::test]
async fn what_a_kernel_sent_and_nobody_received_counts_towards_its_memory() {
    const PAGE: u64 = 65_536;
    // Eight messages of a page each; at the first message room for seven more pages is refused, for
    // six it is there, and then there is none for another message; at the second there is.
    let component = component_from_core(&core_kernel(
        2,
        r#"(import "ring:kernel/messaging@0.1.0" "receive" (func $receive (param i32 i64 i32)))
        (import "ring:kernel/messaging@0.1.0" "send"
            (func $send_within (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
        ;; 0 for sent, 1 for refused.
        (func $send (result i32)
            (call $send_within (i32.const 0) (i32.const 65536) (i32.const 0) (i64.const 0)
                (i32.const 0) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 256))
            (i32.load8_u (i32.const 256)))
        (func $grow (param i32) (result i32)
            (i32.eq (memory.grow (local.get 0)) (i32.const -1)))
        (func $check (param i32) (if (i32.eqz (local.get 0)) (then unreachable)))"#,
        "(local $left i32)
        (local.set $left (i32.const 8))
        (loop $more
            (call $check (i32.eqz (call $send)))
            (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (call $receive (i32.const 0) (i64.const 0) (i32.const 64))
        (call $check (call $grow (i32.const 7)))
        (call $check (i32.eqz (call $grow (i32.const 6))))
        (call $check (call $send))
        (call $receive (i32.const 0) (i64.const 0) (i32.const 64))
        (call $check (i32.eqz (call $send)))
        (call $check (i32.eqz (call $grow (i32.const 7))))
        (call $check (call $grow (i32.const 1)))
        unreachable",
    ));
    let runtime = runtime();
    // Some more for the tables with which the kernel is linked.
    let limits = Limits {
        memory_bytes: 16 * PAGE + 4096,
        ..Limits::default()
    };
    let options = LaunchOptions::default().limits(limits);
    runtime.launch_with("k", component, options).await.unwrap();
    runtime.activate("k").await.unwrap();
    let output = || runtime.telemetry("k").unwrap().unwrap().output;
    eventually("it has sent all", || output().depth == 8).await;
    runtime.send("k", "go").await.unwrap();
    eventually("one is refused", || output().refused_full == 1).await;
    assert_eq!(output().depth_bytes, 8 * PAGE);
    for _ in 0..8 {
        runtime.receive_timeout("k", PATIENCE).await.unwrap();
    }
    runtime.send("k", "go on").await.unwrap();
    let ending = runtime.wait("k").await.unwrap();
    let Ending::LimitExceeded {
        limit: Limit::Memory { allowed, requested },
        ..
    } = ending
    else {
        panic!("{ending}");
    };
    // Fifteen pages of its own, one that it asked for, and the message that was not received.
    assert_eq!(allowed, 16 * PAGE + 4096);
    assert!((17 * PAGE..17 * PAGE + 4096).contains(&requested));
}
