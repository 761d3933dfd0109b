//! Kernels in the shape of a handler: the same life, the same queues, no stack between two calls.

use ringhost::{
    Ending, Error, InHand, LaunchOptions, Limit, Limits, MessageId, Outgoing, Overflow, Priority,
    Restart, RingKernelRuntime,
};
use ringhost_tests::{
    PATIENCE, core_handler, eventually, handler_from_core, kernel, receive_texts, runtime, start,
};
use std::time::Duration;

const ID: &str = "handler-commands";

/// Long enough for a kernel that is not paused to show it.
const A_WHILE: Duration = Duration::from_millis(100);

/// Starts the kernel with messages in its queue, so that it is called with them at once.
async fn started_with(options: LaunchOptions, messages: &[&str]) -> RingKernelRuntime {
    let runtime = runtime();
    runtime.launch_with(ID, kernel(ID), options).await.unwrap();
    runtime
        .send_batch(ID, messages.iter().copied())
        .await
        .unwrap();
    runtime.activate(ID).await.unwrap();
    runtime
}

async fn started(messages: &[&str]) -> RingKernelRuntime {
    started_with(LaunchOptions::default(), messages).await
}

/// Starts a handler of this text.
async fn start_text(runtime: &RingKernelRuntime, handle: &str, messages: &[Outgoing]) {
    let component = handler_from_core(&core_handler(1, "", handle));
    runtime.launch_from("text", component).await.unwrap();
    runtime
        .send_batch("text", messages.iter().cloned())
        .await
        .unwrap();
    runtime.activate("text").await.unwrap();
}

fn texts(runtime: &RingKernelRuntime) -> Vec<String> {
    let lines = runtime.log_lines(ID).unwrap().into_iter();
    lines.map(|line| line.text).collect()
}

#[tokio::test]
async fn messages_are_answered_in_order_and_calls_by_their_own_reply() {
    let runtime = runtime();
    start(&runtime, "handler-echo").await;
    let numbers: Vec<_> = (0..3000).map(|number| number.to_string()).collect();
    let sender = {
        let (runtime, numbers) = (runtime.clone(), numbers.clone());
        tokio::spawn(async move { runtime.send_batch("handler-echo", numbers).await })
    };
    let called = runtime.call("handler-echo", "called").await.unwrap();
    assert_eq!(called.payload, "called");
    assert_eq!(receive_texts(&runtime, "handler-echo", 3000).await, numbers);
    assert_eq!(sender.await.unwrap().unwrap(), 3000);
    let figures = runtime.telemetry("handler-echo").unwrap().unwrap();
    assert_eq!(figures.messages_received, 3001);
    assert_eq!(figures.messages_sent, 3001);
    assert!(figures.fuel_consumed > 0);
    eventually("all are done with", || {
        let figures = runtime.telemetry("handler-echo").unwrap().unwrap();
        figures.messages_processed == 3001
    })
    .await;
}

/// Answers with the number of messages as one byte, and names nothing.
const COUNTS: &str = "
    (i32.store8 (i32.const 128) (local.get $count))
    (i32.store (i32.const 68) (i32.const 96))
    (i32.store (i32.const 72) (i32.const 1))
    (i32.store (i32.const 96) (i32.const 128))
    (i32.store (i32.const 100) (i32.const 1))
    (i32.const 64)";

#[tokio::test]
async fn it_is_called_with_all_that_is_there_and_answers_the_last_unless_it_says_otherwise() {
    let runtime = runtime();
    let message = |priority| Outgoing::new("m").priority(priority);
    let messages = [
        message(Priority::Low).correlation(MessageId(7)),
        message(Priority::Urgent),
        message(Priority::High),
    ];
    start_text(&runtime, COUNTS, &messages).await;
    let answer = runtime.receive_timeout("text", PATIENCE).await.unwrap();
    assert_eq!(answer.payload.as_ref(), [3]);
    assert_eq!(answer.envelope.correlation.0, 7);
    assert_eq!(answer.envelope.priority, Priority::Low);
}

#[tokio::test]
async fn no_call_begins_in_a_pause() {
    let runtime = started(&["before"]).await;
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["before"]);
    runtime.deactivate(ID).await.unwrap();
    runtime.send_batch(ID, ["1", "2"]).await.unwrap();
    let nothing = runtime.receive_timeout(ID, A_WHILE).await;
    assert!(matches!(nothing, Err(Error::Timeout(_))), "{nothing:?}");
    let figures = runtime.telemetry(ID).unwrap().unwrap();
    assert_eq!((figures.messages_received, figures.input.depth), (1, 2));
    runtime.reactivate(ID).await.unwrap();
    assert_eq!(receive_texts(&runtime, ID, 2).await, ["1", "2"]);
}

#[tokio::test]
async fn a_pause_in_the_midst_of_a_call_holds_it_there() {
    const STEPS: u64 = 20_000_000;
    let runtime = started(&[&format!("compute {STEPS}")]).await;
    let fuel = || runtime.telemetry(ID).unwrap().unwrap().fuel_consumed;
    eventually("it is at work", || fuel() > 1_000_000).await;
    runtime.deactivate(ID).await.unwrap();
    // It may finish the slice it is in; then its fuel stands still.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let before = fuel();
    let nothing = runtime.receive_timeout(ID, A_WHILE).await;
    assert!(matches!(nothing, Err(Error::Timeout(_))), "{nothing:?}");
    assert_eq!(fuel(), before, "a paused kernel burns no fuel");
    runtime.reactivate(ID).await.unwrap();
    let expected = (0..STEPS).fold(1_u64, |mut value, _| {
        value ^= value << 13;
        value ^= value >> 7;
        value ^ value << 17
    });
    assert_eq!(receive_texts(&runtime, ID, 1).await, [expected.to_string()]);
}

#[tokio::test]
async fn asked_to_end_while_it_is_idle_it_ends_at_once() {
    let runtime = started(&["m"]).await;
    receive_texts(&runtime, ID, 1).await;
    let begun = std::time::Instant::now();
    let termination = runtime.terminate_timeout(ID, PATIENCE).await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
    assert!(begun.elapsed() < PATIENCE);
}

#[tokio::test]
async fn asked_to_end_in_the_midst_of_a_call_it_is_told_and_answers() {
    let runtime = started(&["work"]).await;
    eventually("it is called", || {
        texts(&runtime) == ["handler-commands works"]
    })
    .await;
    let receiver = {
        let runtime = runtime.clone();
        tokio::spawn(async move { receive_texts(&runtime, ID, 1).await })
    };
    tokio::task::yield_now().await;
    let termination = runtime.terminate_timeout(ID, PATIENCE).await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
    assert_eq!(receiver.await.unwrap(), ["done"]);
}

#[tokio::test]
async fn a_call_that_does_not_end_by_the_deadline_is_stopped() {
    let runtime = started(&["spin"]).await;
    let fuel = || runtime.telemetry(ID).unwrap().unwrap().fuel_consumed;
    eventually("it spins", || fuel() > 1_000_000).await;
    let deadline = Duration::from_millis(20);
    let termination = runtime.terminate_timeout(ID, deadline).await.unwrap();
    assert_eq!(termination.ending, Ending::Stopped);
}

#[tokio::test]
async fn asked_to_end_it_sends_what_finds_room_and_tells_of_the_rest() {
    let options = LaunchOptions::default().queue_size(4);
    let runtime = started_with(options, &["replies 10"]).await;
    let depth = || runtime.telemetry(ID).unwrap().unwrap().output.depth;
    eventually("its output queue is full", || depth() == 4).await;
    let termination = runtime.terminate_timeout(ID, PATIENCE).await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
    assert_eq!(termination.dropped_output, 4);
    assert_eq!(texts(&runtime), ["asked to end with 6 replies unsent"]);
}

#[tokio::test]
async fn it_waits_for_room_and_goes_on_when_there_is() {
    let options = LaunchOptions::default().queue_size(4);
    let runtime = started_with(options, &["replies 10"]).await;
    let depth = || runtime.telemetry(ID).unwrap().unwrap().output.depth;
    eventually("its output queue is full", || depth() == 4).await;
    let expected: Vec<_> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(receive_texts(&runtime, ID, 10).await, expected);
    assert_eq!(texts(&runtime), [""; 0]);
}

#[tokio::test]
async fn a_queue_that_refuses_at_once_drops_the_rest_and_the_log_tells() {
    let options = LaunchOptions::default()
        .queue_size(4)
        .output_overflow(Overflow::Reject);
    let runtime = started_with(options, &["replies 10"]).await;
    eventually("it is told", || {
        texts(&runtime) == ["dropped 6 replies: the output queue is full"]
    })
    .await;
    assert_eq!(receive_texts(&runtime, ID, 4).await, ["0", "1", "2", "3"]);
    runtime.send(ID, "and on").await.unwrap();
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["and on"]);
}

#[tokio::test]
async fn more_replies_than_one_call_can_return_all_arrive() {
    let runtime = started(&["replies 20000 500"]).await;
    for number in 0..20_000 {
        let reply = runtime.receive_timeout(ID, PATIENCE).await.unwrap();
        let text = std::str::from_utf8(&reply.payload).unwrap();
        assert_eq!(text.trim_end(), number.to_string());
        assert_eq!(text.len(), 500);
    }
}

#[tokio::test]
async fn a_reply_over_the_limit_ends_it_after_those_before() {
    let limits = Limits {
        message_bytes: 100,
        ..Limits::default()
    };
    let options = LaunchOptions::default().limits(limits);
    let runtime = started_with(options, &["a", "replies 1 101", "b"]).await;
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["a"]);
    let ending = runtime.wait(ID).await.unwrap();
    let why = "it returned a message of 101 bytes, over the limit of 100 bytes";
    assert_eq!(ending, Ending::Failed(why.to_owned()));
}

#[tokio::test]
async fn an_error_ends_it_after_the_replies_to_the_messages_before() {
    let runtime = started(&["a", "b", "fail no luck", "c"]).await;
    assert_eq!(receive_texts(&runtime, ID, 2).await, ["a", "b"]);
    match runtime.receive_timeout(ID, PATIENCE).await {
        Err(Error::KernelEnded(error)) => {
            assert_eq!(error.ending, Ending::Failed("no luck".to_owned()));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_panic_is_reported_as_of_any_kernel() {
    let runtime = started(&["a"]).await;
    receive_texts(&runtime, ID, 1).await;
    let last = runtime.send(ID, "panic out of it").await.unwrap();
    let Ending::Trapped(trap) = runtime.wait(ID).await.unwrap() else {
        panic!("it did not trap")
    };
    let message = trap.message.unwrap();
    assert!(message.contains("out of it"), "{message}");
    let report = runtime.death_report(ID).unwrap().unwrap();
    assert_eq!(report.last_message, Some(last));
    assert!(report.fuel_consumed > 0 && report.memory_bytes > 0);
}

#[tokio::test]
async fn what_it_died_with_is_tried_again_alone() {
    let restart = Restart {
        backoff: Duration::from_millis(1),
        in_hand: InHand::Retry,
        attempts: 2,
        ..Restart::on_failure()
    };
    let options = LaunchOptions::default().restart(restart);
    // What a batch would have been answered dies with it, so all of it is in hand.
    let runtime = started_with(options, &["a", "panic", "b"]).await;
    assert_eq!(receive_texts(&runtime, ID, 2).await, ["a", "b"]);
    let letters = runtime.take_dead_letters(ID).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].message.payload, "panic");
    assert_eq!(letters[0].attempts, 2);
    assert_eq!(runtime.status(ID).unwrap().restarts, 2);
}

#[tokio::test]
async fn with_its_input_closed_it_handles_what_waits_and_returns() {
    let runtime = runtime();
    runtime.launch_from(ID, kernel(ID)).await.unwrap();
    runtime.send_batch(ID, ["a", "b"]).await.unwrap();
    runtime.close_input(ID).await.unwrap();
    runtime.activate(ID).await.unwrap();
    assert_eq!(runtime.wait(ID).await.unwrap(), Ending::Returned);
    assert_eq!(receive_texts(&runtime, ID, 2).await, ["a", "b"]);
}

#[tokio::test]
async fn its_limits_are_those_of_any_kernel() {
    let with = |limits| LaunchOptions::default().limits(limits);
    let fuel = Limits {
        fuel_total: Some(50_000_000),
        ..Limits::default()
    };
    let runtime = started_with(with(fuel), &["spin"]).await;
    let Ending::LimitExceeded { limit, .. } = runtime.wait(ID).await.unwrap() else {
        panic!("it has no end")
    };
    assert_eq!(
        limit,
        Limit::Fuel {
            allowed: 50_000_000
        }
    );

    let allowed = Duration::from_millis(50);
    let time = Limits {
        message_time: allowed,
        ..Limits::default()
    };
    let runtime = started_with(with(time.clone()), &["spin"]).await;
    let Ending::LimitExceeded { limit, .. } = runtime.wait(ID).await.unwrap() else {
        panic!("it has no end")
    };
    assert_eq!(limit, Limit::MessageTime { allowed });

    // A wait for room does not count, and neither does one for messages.
    let runtime = started_with(with(time).queue_size(4), &["replies 10"]).await;
    tokio::time::sleep(3 * allowed).await;
    assert_eq!(receive_texts(&runtime, ID, 10).await.len(), 10);
    tokio::time::sleep(3 * allowed).await;
    runtime.send(ID, "and on").await.unwrap();
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["and on"]);
}

#[tokio::test]
async fn what_does_not_decode_is_logged_and_skipped() {
    let runtime = runtime();
    start(&runtime, "counter").await;
    runtime.send("counter", vec![9, 9]).await.unwrap();
    // Read "a": the second case, with a text of one character.
    let count = runtime.call("counter", vec![1, 1, b'a']).await.unwrap();
    assert_eq!(count.payload.as_ref(), [1, b'a', 0]);
    let lines = runtime.log_lines("counter").unwrap();
    assert!(lines[0].text.starts_with("skipped: message"), "{lines:?}");
}
