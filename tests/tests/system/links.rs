//! Links between kernels.

use ringhost::{Ending, Error, LaunchOptions, Limits, LinkReport, Overflow, RingKernelRuntime};
use ringhost_tests::{PATIENCE, builder, eventually, kernel, receive_texts, runtime, start};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Starts as many echoes, in a runtime that then links each to the next.
async fn row(runtime: &RingKernelRuntime, count: usize, options: &LaunchOptions) {
    for number in 0..count {
        let id = number.to_string();
        runtime
            .launch_with(&id, kernel("echo"), options.clone())
            .await
            .unwrap();
        runtime.activate(&id).await.unwrap();
    }
    for number in 1..count {
        let (from, to) = ((number - 1).to_string(), number.to_string());
        runtime.connect(&from, &to).unwrap();
    }
}

fn received(runtime: &RingKernelRuntime, id: &str) -> u64 {
    runtime.telemetry(id).unwrap().unwrap().messages_received
}

#[tokio::test]
async fn kernels_can_be_linked_and_the_end_runs_through_the_chain() {
    let runtime = runtime();
    let names = ["first", "second", "third"];
    for name in names {
        let options = LaunchOptions::default().queue_size(2);
        runtime
            .launch_with(name, kernel("echo"), options)
            .await
            .unwrap();
        runtime.activate(name).await.unwrap();
    }
    let links = [
        runtime.connect("first", "second").unwrap(),
        runtime.connect("second", "third").unwrap(),
    ];
    let sender = {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            for number in 0..500 {
                runtime.send("first", number.to_string()).await.unwrap();
            }
            runtime.close_input("first").await.unwrap();
        })
    };
    let texts = receive_texts(&runtime, "third", 500).await;
    assert_eq!(
        texts,
        (0..500)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    sender.await.unwrap();
    for link in links {
        let report = link.wait().await;
        assert_eq!((report.forwarded, report.undelivered), (500, 0));
        assert!(report.error.is_none());
    }
    assert!(matches!(
        runtime.receive("third").await,
        Err(Error::KernelEnded(_))
    ));
    eventually("all have ended", || runtime.active_kernels().is_empty()).await;
}

#[tokio::test]
async fn a_kernel_fed_by_two_is_closed_when_both_have_ended() {
    let runtime = runtime();
    for name in ["left", "right", "sink"] {
        runtime.launch_from(name, kernel("echo")).await.unwrap();
        runtime.activate(name).await.unwrap();
    }
    let left = runtime.connect("left", "sink").unwrap();
    let right = runtime.connect("right", "sink").unwrap();
    runtime.close_input("left").await.unwrap();
    assert_eq!(left.wait().await.forwarded, 0);
    runtime.send("right", "still here").await.unwrap();
    assert_eq!(receive_texts(&runtime, "sink", 1).await, ["still here"]);
    runtime.close_input("right").await.unwrap();
    assert_eq!(right.wait().await.forwarded, 1);
    assert_eq!(runtime.wait("sink").await.unwrap(), Ending::Returned);
}

#[tokio::test]
async fn a_message_and_then_the_end_run_through_two_hundred_kernels_on_one_thread() {
    const KERNELS: usize = 200;
    let runtime = runtime();
    row(&runtime, KERNELS, &LaunchOptions::default()).await;
    let last = (KERNELS - 1).to_string();
    runtime.send("0", "through all").await.unwrap();
    assert_eq!(receive_texts(&runtime, &last, 1).await, ["through all"]);
    runtime.close_input("0").await.unwrap();
    let ending = tokio::time::timeout(PATIENCE, runtime.wait(&last)).await;
    assert_eq!(ending.unwrap().unwrap(), Ending::Returned);
}

#[tokio::test]
async fn a_ring_of_kernels_leaves_their_one_thread_to_others() {
    let runtime = runtime();
    row(&runtime, 2, &LaunchOptions::default()).await;
    let back = runtime.connect("1", "0").unwrap();
    start(&runtime, "counter").await;
    let alone = runtime.connect("counter", "counter").unwrap();
    runtime.send("0", "round and round").await.unwrap();
    runtime.send("counter", "1").await.unwrap();
    start(&runtime, "echo").await;
    for number in 0..100 {
        let text = number.to_string();
        let reply = runtime.call_timeout("echo", text.clone(), PATIENCE).await;
        assert_eq!(reply.unwrap().payload, text);
    }
    eventually("it goes round", || received(&runtime, "1") > 100).await;
    runtime.terminate_all().await;
    for link in [back, alone] {
        let LinkReport { undelivered, .. } = link.wait().await;
        assert!(undelivered <= 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_waits_for_room_and_keeps_the_order() {
    const MESSAGES: u64 = 1000;
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(4);
    row(&runtime, 2, &options).await;
    runtime.deactivate("1").await.unwrap();
    let sender = {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            for number in 0..MESSAGES {
                runtime.send("0", number.to_string()).await.unwrap();
            }
        })
    };
    // Four in each queue, and one in the link's hand.
    let sent = || runtime.telemetry("0").unwrap().unwrap().input;
    eventually("all is full", || sent().depth == 4).await;
    let input = runtime.telemetry("1").unwrap().unwrap().input;
    assert_eq!((input.depth, input.accepted), (4, 4));
    runtime.reactivate("1").await.unwrap();
    let texts = receive_texts(&runtime, "1", MESSAGES as usize).await;
    assert!(texts.into_iter().eq((0..MESSAGES).map(|n| n.to_string())));
    sender.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_links_to_one_full_queue_deliver_everything_once() {
    const FEEDERS: usize = 20;
    const EACH: usize = 50;
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(1);
    runtime
        .launch_with("sink", kernel("echo"), options)
        .await
        .unwrap();
    runtime.activate("sink").await.unwrap();
    let mut links = Vec::new();
    for number in 0..FEEDERS {
        let id = format!("feeder {number}");
        runtime.launch_from(&id, kernel("echo")).await.unwrap();
        links.push(runtime.connect(&id, "sink").unwrap());
        let texts = (0..EACH).map(|message| format!("{number} {message}"));
        runtime.send_batch(&id, texts).await.unwrap();
        runtime.close_input(&id).await.unwrap();
        runtime.activate(&id).await.unwrap();
    }
    let texts = receive_texts(&runtime, "sink", FEEDERS * EACH).await;
    for number in 0..FEEDERS {
        let begin = format!("{number} ");
        let of_one = texts.iter().filter_map(|text| text.strip_prefix(&begin));
        assert!(of_one.eq((0..EACH).map(|n| n.to_string())));
    }
    for link in links {
        let report = link.wait().await;
        assert_eq!((report.forwarded, report.undelivered), (EACH as u64, 0));
    }
    assert_eq!(runtime.wait("sink").await.unwrap(), Ending::Returned);
}

#[tokio::test]
async fn a_link_to_a_kernel_that_ended_holds_back_one_message_and_says_why() {
    let runtime = runtime();
    row(&runtime, 1, &LaunchOptions::default()).await;
    runtime.launch_from("sink", kernel("echo")).await.unwrap();
    let link = runtime.connect("0", "sink").unwrap();
    runtime.terminate("sink").await.unwrap();
    runtime.send_batch("0", ["1", "2", "3"]).await.unwrap();
    let report = link.wait().await;
    assert_eq!((report.forwarded, report.undelivered), (0, 1));
    assert!(matches!(report.error, Some(Error::KernelState(_))));
    assert_eq!(receive_texts(&runtime, "0", 2).await, ["2", "3"]);
}

#[tokio::test]
async fn a_link_follows_the_overflow_rule_of_the_queue_that_it_feeds() {
    let runtime = runtime();
    row(&runtime, 1, &LaunchOptions::default()).await;
    let options = LaunchOptions::default().queue_size(4);
    let options = options.overflow(Overflow::DropOldest);
    runtime
        .launch_with("sink", kernel("echo"), options)
        .await
        .unwrap();
    let link = runtime.connect("0", "sink").unwrap();
    let texts = (0..10).map(|number| number.to_string());
    runtime.send_batch("0", texts).await.unwrap();
    runtime.close_input("0").await.unwrap();
    let report = link.wait().await;
    assert_eq!((report.forwarded, report.undelivered), (10, 0));
    let sent = runtime.telemetry("0").unwrap().unwrap().output;
    assert_eq!((sent.accepted, sent.received, sent.depth), (10, 10, 0));
    let fed = runtime.telemetry("sink").unwrap().unwrap().input;
    assert_eq!((fed.accepted, fed.dropped_oldest, fed.depth), (10, 6, 4));
    runtime.activate("sink").await.unwrap();
    let texts = receive_texts(&runtime, "sink", 4).await;
    assert_eq!(texts, ["6", "7", "8", "9"]);
}

#[tokio::test]
async fn a_link_ends_with_what_the_kernel_that_it_feeds_refuses() {
    /// Who refuses a message, and how.
    type Refusal = (&'static str, LaunchOptions, fn(&Error) -> bool);

    let small = Limits {
        message_bytes: 4,
        ..Limits::default()
    };
    let plain = LaunchOptions::default;
    let refusals: [Refusal; 3] = [
        (
            "rejects",
            plain().queue_size(1).overflow(Overflow::Reject),
            { |error| matches!(error, Error::QueueFull(_)) },
        ),
        ("small", plain().limits(small), {
            |error| matches!(error, Error::MessageTooLarge(_))
        }),
        ("closed", plain(), {
            |error| matches!(error, Error::InputClosed(_))
        }),
    ];
    let runtime = runtime();
    for (sink, options, is_expected) in refusals {
        runtime
            .launch_with(sink, kernel("echo"), options)
            .await
            .unwrap();
        let source = format!("to {sink}");
        runtime.launch_from(&source, kernel("echo")).await.unwrap();
        runtime.activate(&source).await.unwrap();
        let link = runtime.connect(&source, sink).unwrap();
        runtime.send(&source, "ok").await.unwrap();
        let fed = || runtime.telemetry(sink).unwrap().unwrap().input;
        eventually("it is fed", || fed().accepted == 1).await;
        if sink == "closed" {
            runtime.close_input(sink).await.unwrap();
        }
        runtime.send(&source, "too long").await.unwrap();
        let report = link.wait().await;
        assert_eq!((report.forwarded, report.undelivered), (1, 1), "{sink}");
        assert!(report.error.as_ref().is_some_and(is_expected), "{report:?}");
        assert_eq!(fed().accepted, 1, "{sink}");
    }
}

#[test]
fn links_work_for_callers_outside_of_any_executor_and_end_with_theirs() {
    let executor = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let runtime = builder().executor(executor.handle().clone()).build();
    let runtime = runtime.unwrap();
    executor.block_on(row(&runtime, 2, &LaunchOptions::default()));
    let link = runtime.connect("1", "0").unwrap();
    // There is room, so it is done at once.
    let mut send = pin!(runtime.send("0", "round and round"));
    let sent = send.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(sent, Poll::Ready(Ok(_))));
    executor.block_on(eventually("it goes round", || received(&runtime, "1") > 10));
    executor.shutdown_timeout(Duration::ZERO);
    let report = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { tokio::time::timeout(PATIENCE, link.wait()).await });
    assert!(report.is_ok(), "the link ends");
}
