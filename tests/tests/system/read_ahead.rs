//! A kernel reads ahead what it will receive. Until it does, nothing has happened to it.

use ringhost::{Error, LaunchOptions, Outgoing, Priority, RingKernelRuntime};
use ringhost_tests::{eventually, kernel, receive_texts, runtime};
use std::time::Duration;

/// The kernel `splits` over queues of four messages. It has received "aaa" and "bbb" and waits for
/// room to answer, and has read "ccc" and "ddd" ahead.
async fn reader_ahead() -> RingKernelRuntime {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(4);
    runtime
        .launch_with("splits", kernel("splits"), options)
        .await
        .unwrap();
    runtime
        .send_batch("splits", ["aaa", "bbb", "ccc", "ddd"])
        .await
        .unwrap();
    runtime.activate("splits").await.unwrap();
    eventually("it waits for room", || {
        let telemetry = runtime.telemetry("splits").unwrap().unwrap();
        (telemetry.messages_received, telemetry.output.depth) == (2, 4)
    })
    .await;
    runtime
}

#[tokio::test]
async fn what_is_read_ahead_takes_its_room_and_is_counted_as_in() {
    let runtime = reader_ahead().await;
    let input = runtime.telemetry("splits").unwrap().unwrap().input;
    assert_eq!((input.accepted, input.received, input.depth), (4, 2, 2));
    for text in ["eee", "fff"] {
        runtime
            .send_timeout("splits", text, Duration::ZERO)
            .await
            .unwrap();
    }
    let full = runtime.send_timeout("splits", "ggg", Duration::ZERO).await;
    assert!(matches!(full, Err(Error::QueueFull(_))), "{full:?}");
    assert_eq!(
        receive_texts(&runtime, "splits", 18).await.concat(),
        "aaabbbcccdddeeefff"
    );
}

#[tokio::test]
async fn an_urgent_message_overtakes_what_is_read_ahead() {
    let runtime = reader_ahead().await;
    let urgent = Outgoing::from("uuu").priority(Priority::Urgent);
    runtime.send("splits", urgent).await.unwrap();
    let mut texts = receive_texts(&runtime, "splits", 15).await;
    // In the output queue, too, the urgent ones are first; where they stand depends on when they
    // were received. What matters is that "ccc" was not taken before.
    let order = runtime.telemetry("splits").unwrap().unwrap();
    assert_eq!(order.input.received, 5);
    let urgent_at = texts.iter().rposition(|text| text == "u").unwrap();
    let next_at = texts.iter().position(|text| text == "c").unwrap();
    assert!(urgent_at < next_at, "{texts:?}");
    texts.retain(|text| text != "u");
    assert_eq!(texts.concat(), "aaabbbcccddd");
}

#[tokio::test]
async fn a_paused_kernel_does_not_receive_what_it_has_read_ahead() {
    let runtime = reader_ahead().await;
    runtime.deactivate("splits").await.unwrap();
    // It is let out of its send, and goes no further.
    assert_eq!(
        receive_texts(&runtime, "splits", 6).await.concat(),
        "aaabbb"
    );
    let nothing = runtime
        .receive_timeout("splits", Duration::from_millis(50))
        .await;
    assert!(matches!(nothing, Err(Error::Timeout(_))), "{nothing:?}");
    let telemetry = runtime.telemetry("splits").unwrap().unwrap();
    assert_eq!((telemetry.messages_received, telemetry.input.depth), (2, 2));
    runtime.reactivate("splits").await.unwrap();
    assert_eq!(
        receive_texts(&runtime, "splits", 6).await.concat(),
        "cccddd"
    );
}

#[tokio::test]
async fn what_was_read_ahead_is_dropped_and_counted_at_the_end() {
    let runtime = reader_ahead().await;
    let termination = runtime.terminate("splits").await.unwrap();
    assert_eq!(termination.dropped_input, 2);
}

#[tokio::test]
async fn bytes_in_batches_come_back_in_their_order_and_to_their_callers() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(100);
    runtime
        .launch_with("echo", kernel("echo-bytes"), options)
        .await
        .unwrap();
    runtime.activate("echo").await.unwrap();
    let sent: Vec<String> = (0..2000).map(|number| number.to_string()).collect();
    let (taken, received) = tokio::join!(
        runtime.send_batch("echo", sent.iter().map(String::as_str)),
        async {
            let mut received = Vec::new();
            while received.len() < sent.len() {
                let batch = runtime.receive_batch("echo", 64).await.unwrap();
                assert!((1..=64).contains(&batch.len()));
                received.extend(batch);
            }
            received
        }
    );
    assert_eq!(taken.unwrap(), sent.len());
    let texts = received.iter().map(|message| message.payload.as_ref());
    assert!(texts.eq(sent.iter().map(|text| text.as_bytes())));
    // Too long to be packed.
    let long = vec![7; 100_000];
    let (short, long_reply) = tokio::join!(
        runtime.call("echo", "short"),
        runtime.call("echo", long.clone())
    );
    assert_eq!(short.unwrap().payload, "short");
    assert_eq!(long_reply.unwrap().payload, long);
    assert!(runtime.receive_batch("echo", 0).await.unwrap().is_empty());
}
