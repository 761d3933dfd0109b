//! Order, priority, correlation, calls, batches, sizes.

use ringhost::{Error, LaunchOptions, MessageId, Outgoing, Overflow, Priority};
use ringhost_tests::{PATIENCE, kernel, receive_texts, runtime, start, start_with};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_64_callers_gets_the_reply_to_its_own_call() {
    for name in ["echo", "echo-plain", "correlates"] {
        let runtime = runtime();
        start_with(&runtime, name, LaunchOptions::default().queue_size(16)).await;
        for round in 0..20 {
            // All at once: `correlates` answers only when four are waiting.
            let callers: Vec<_> = (0..64)
                .map(|caller| {
                    let runtime = runtime.clone();
                    tokio::spawn(async move {
                        let text = format!("caller {caller} round {round}");
                        let reply = runtime.call_timeout(name, text.clone(), PATIENCE).await;
                        assert_eq!(reply.unwrap().payload, text, "{name}");
                    })
                })
                .collect();
            for caller in callers {
                caller.await.unwrap();
            }
        }
        let telemetry = runtime.telemetry(name).unwrap().unwrap();
        assert_eq!(telemetry.replies_delivered, 64 * 20, "{name}");
        assert_eq!(telemetry.messages_received, 64 * 20, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_senders_and_one_receiver_over_a_queue_of_one_never_lock_up() {
    let runtime = runtime();
    start_with(
        &runtime,
        "echo-plain",
        LaunchOptions::default().queue_size(1),
    )
    .await;
    let senders: Vec<_> = ["a", "b"]
        .into_iter()
        .map(|sender| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                for number in 0..2000 {
                    runtime
                        .send("echo-plain", format!("{sender}{number}"))
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    let texts = receive_texts(&runtime, "echo-plain", 4000).await;
    for sender in senders {
        sender.await.unwrap();
    }
    for sender in ["a", "b"] {
        let own: Vec<_> = texts
            .iter()
            .filter(|text| text.starts_with(sender))
            .collect();
        let sent: Vec<_> = (0..2000)
            .map(|number| format!("{sender}{number}"))
            .collect();
        assert_eq!(
            own,
            sent.iter().collect::<Vec<_>>(),
            "each sender's order is kept"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_and_many_receivers_lose_and_double_nothing() {
    let runtime = runtime();
    start_with(&runtime, "echo", LaunchOptions::default().queue_size(3)).await;
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                for number in 0..250 {
                    runtime
                        .send("echo", (sender * 250 + number).to_string())
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    let receivers: Vec<_> = (0..8)
        .map(|_| {
            let runtime = runtime.clone();
            tokio::spawn(async move { receive_texts(&runtime, "echo", 250).await })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let mut numbers = Vec::new();
    for receiver in receivers {
        numbers.extend(
            receiver
                .await
                .unwrap()
                .iter()
                .map(|text| text.parse::<u32>().unwrap()),
        );
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..2000).collect::<Vec<_>>());
}

#[tokio::test]
async fn higher_bands_overtake_and_each_band_keeps_its_order() {
    let runtime = runtime();
    runtime.launch_from("echo", kernel("echo")).await.unwrap();
    for round in 1..=2 {
        for (band, priority) in ["low", "normal", "high", "urgent"]
            .iter()
            .zip(Priority::ALL)
        {
            let message = Outgoing::from(format!("{band} {round}")).priority(priority);
            runtime.send("echo", message).await.unwrap();
        }
    }
    runtime.activate("echo").await.unwrap();
    // Replies travel in the band of their requests, so they come in the order of service, too.
    assert_eq!(
        receive_texts(&runtime, "echo", 8).await,
        [
            "urgent 1", "urgent 2", "high 1", "high 2", "normal 1", "normal 2", "low 1", "low 2"
        ]
    );
}

#[tokio::test]
async fn the_envelope_travels_without_the_kernel_caring() {
    let runtime = runtime();
    start(&runtime, "echo-plain").await;
    let first = runtime
        .send("echo-plain", "begins an exchange")
        .await
        .unwrap();
    let reply = runtime.receive("echo-plain").await.unwrap();
    assert_eq!(reply.envelope.correlation, first);
    assert_ne!(reply.envelope.id, first);
    assert_eq!(reply.envelope.priority, Priority::Normal);

    let message = Outgoing::from("goes on with one")
        .correlation(MessageId(7_000_000))
        .priority(Priority::High);
    runtime.send("echo-plain", message).await.unwrap();
    let reply = runtime.receive("echo-plain").await.unwrap();
    assert_eq!(reply.envelope.correlation, MessageId(7_000_000));
    assert_eq!(reply.envelope.priority, Priority::High);
}

#[tokio::test]
async fn a_kernel_may_answer_out_of_order_by_naming_the_correlation() {
    let runtime = runtime();
    start(&runtime, "correlates").await;
    let mut ids = Vec::new();
    for text in ["1", "2", "3", "4"] {
        ids.push(runtime.send("correlates", text).await.unwrap());
    }
    for (text, id) in ["4", "3", "2", "1"].into_iter().zip(ids.into_iter().rev()) {
        let reply = runtime
            .receive_timeout("correlates", PATIENCE)
            .await
            .unwrap();
        assert_eq!(
            (reply.payload.as_ref(), reply.envelope.correlation),
            (text.as_bytes(), id)
        );
    }
}

#[tokio::test]
async fn a_call_that_times_out_is_counted_and_its_late_reply_reaches_nobody() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.deactivate("echo").await.unwrap();
    let error = runtime
        .call_timeout("echo", "late", Duration::from_millis(20))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "kernel \"echo\" sent no reply within 20ms"
    );
    runtime.reactivate("echo").await.unwrap();
    assert_eq!(runtime.call("echo", "next").await.unwrap().payload, "next");
    let telemetry = runtime.telemetry("echo").unwrap().unwrap();
    assert_eq!(
        (telemetry.replies_unclaimed, telemetry.messages_dropped),
        (1, 1)
    );
    assert_eq!(telemetry.output.accepted, 0);
}

#[tokio::test]
async fn further_answers_to_a_call_go_to_the_output_queue() {
    let runtime = runtime();
    start(&runtime, "splits").await;
    let first = runtime.call("splits", "abc").await.unwrap();
    assert_eq!(first.payload, "a");
    assert_eq!(receive_texts(&runtime, "splits", 2).await, ["b", "c"]);
}

#[tokio::test]
async fn a_call_that_the_queue_drops_is_told_at_once() {
    let runtime = runtime();
    for (name, overflow) in [
        ("oldest", Overflow::DropOldest),
        ("newest", Overflow::DropNewest),
    ] {
        let options = LaunchOptions::default().queue_size(1).overflow(overflow);
        runtime
            .launch_with(name, kernel("echo"), options)
            .await
            .unwrap();
        let (first, second) = tokio::join!(runtime.call(name, "first"), async {
            let second = runtime.call(name, "second");
            runtime.activate(name).await.ok();
            second.await
        });
        let outcomes = [
            first.map(|reply| reply.payload),
            second.map(|reply| reply.payload),
        ];
        let dropped = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(Error::MessageDropped(_))))
            .count();
        let answered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(dropped + answered, 2, "{name}: {outcomes:?}");
        assert!(answered >= 1, "{name}: {outcomes:?}");
    }
}

#[tokio::test]
async fn batches_cross_the_boundary_once_and_keep_order_and_correlation() {
    let runtime = runtime();
    runtime
        .launch_from("batcher", kernel("batcher"))
        .await
        .unwrap();
    let ids = {
        let mut ids = Vec::new();
        for number in 0..10 {
            ids.push(runtime.send("batcher", number.to_string()).await.unwrap());
        }
        ids
    };
    runtime.activate("batcher").await.unwrap();
    assert_eq!(receive_texts(&runtime, "batcher", 1).await, ["10"]);
    for (number, id) in ids.into_iter().enumerate() {
        let reply = runtime.receive_timeout("batcher", PATIENCE).await.unwrap();
        assert_eq!(reply.payload, number.to_string());
        assert_eq!(reply.envelope.correlation, id);
    }
}

#[tokio::test]
async fn a_batch_is_bounded_however_much_a_kernel_asks_for() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(10_000);
    runtime
        .launch_with("batcher", kernel("batcher"), options)
        .await
        .unwrap();
    runtime.send_batch("batcher", vec![""; 5000]).await.unwrap();
    for _ in 0..3 {
        runtime.send("batcher", vec![0; 600 << 10]).await.unwrap();
    }
    runtime.activate("batcher").await.unwrap();
    let mut batches = Vec::new();
    let mut received = 0;
    while received < 5003 {
        let message = runtime.receive_timeout("batcher", PATIENCE).await.unwrap();
        match std::str::from_utf8(&message.payload).map(str::parse::<usize>) {
            Ok(Ok(count)) => batches.push(count),
            _ => received += 1,
        }
    }
    // 512 messages at most, and 512 KiB at most past the first.
    assert_eq!(batches.iter().sum::<usize>(), 5003);
    assert_eq!(batches[0], 512);
    assert_eq!(batches[batches.len() - 3..], [1, 1, 1], "{batches:?}");
}

#[tokio::test]
async fn empty_and_largest_messages_pass_and_larger_ones_are_refused() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    assert_eq!(runtime.call("echo", "").await.unwrap().payload, "");
    let largest = vec![7; 1 << 20];
    assert_eq!(
        runtime.call("echo", largest.clone()).await.unwrap().payload,
        largest
    );
    let error = runtime
        .send("echo", vec![7; (1 << 20) + 1])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a message of 1048577 bytes is over the limit of kernel \"echo\", 1048576 bytes; \
         split it, or launch the kernel with a larger message limit"
    );
}

#[tokio::test]
async fn a_kernel_that_sends_too_much_at_once_is_told_so() {
    let runtime = runtime();
    start(&runtime, "too-large").await;
    runtime.send("too-large", "go").await.unwrap();
    let refusal = runtime
        .receive_timeout("too-large", PATIENCE)
        .await
        .unwrap();
    let refusal = String::from_utf8(refusal.payload.into()).unwrap();
    assert!(refusal.contains("1048576"), "{refusal}");
    let largest = runtime
        .receive_timeout("too-large", PATIENCE)
        .await
        .unwrap();
    assert_eq!(largest.payload.len(), 1 << 20);
    let telemetry = runtime.telemetry("too-large").unwrap().unwrap();
    assert_eq!(telemetry.errors, 1);
    assert_eq!(
        telemetry.last_error.as_deref(),
        Some("tried to send 1048577 bytes; its limit is 1048576")
    );
}

#[tokio::test]
async fn a_message_that_is_not_of_the_expected_type_is_a_decode_error() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    let echo = runtime.typed::<String, u64>("echo").unwrap();
    let error = echo.call(&"no number".to_owned()).await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error}");
    assert!(error.to_string().contains("is not a u64"), "{error}");
}
