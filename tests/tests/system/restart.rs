//! What becomes of a kernel that dies and is to be kept up.

use ringhost::{
    Aftermath, DropCause, Ending, Error, KernelState, LaunchOptions, Limit, Limits, Restart,
    RingKernelRuntime,
};
use ringhost_tests::{PATIENCE, eventually, kernel, receive_texts, runtime, start_with};
use std::time::Duration;

const ID: &str = "obeys";

fn quickly(restart: Restart) -> LaunchOptions {
    let restart = Restart {
        backoff: Duration::from_millis(1),
        ..restart
    };
    LaunchOptions::default().restart(restart)
}

/// Starts the kernel with messages in its queue, so that it takes them in one batch.
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

fn dead_letters(runtime: &RingKernelRuntime) -> Vec<(String, u32)> {
    let letters = runtime.take_dead_letters(ID).unwrap();
    letters
        .into_iter()
        .map(|letter| {
            let text = String::from_utf8(letter.message.payload.into()).unwrap();
            (text, letter.attempts)
        })
        .collect()
}

fn restarts(runtime: &RingKernelRuntime) -> u64 {
    runtime.status(ID).unwrap().restarts
}

#[tokio::test]
async fn a_kernel_that_traps_starts_again_and_receives_what_was_sent_meanwhile() {
    let runtime = runtime();
    start_with(&runtime, ID, quickly(Restart::on_failure())).await;
    for message in ["a", "b", "trap"] {
        runtime.send(ID, message).await.unwrap();
        if message != "trap" {
            receive_texts(&runtime, ID, 1).await;
        }
    }
    // Not before: it could be taken along in one batch with the trap.
    eventually("it starts again", || restarts(&runtime) == 1).await;
    runtime.send(ID, "c").await.unwrap();
    // It counts from 1 again: nothing is left of the first instance.
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["1 c"]);
    assert_eq!(runtime.state(ID).unwrap(), KernelState::Active);

    let report = runtime.death_report(ID).unwrap().unwrap();
    assert!(matches!(report.ending, Ending::Trapped(_)), "{report}");
    let after = Duration::from_millis(1);
    assert!(
        matches!(report.aftermath, Aftermath::Restarted { after: waited } if waited <= after),
        "{report}"
    );
    assert_eq!(report.restarts, 0);
    let log: Vec<_> = report.log.iter().map(|line| line.text.as_str()).collect();
    assert!(log.iter().any(|line| line.contains("as told")), "{log:?}");
    let told = runtime.log_lines(ID).unwrap();
    assert!(
        told.iter()
            .any(|line| line.text.ends_with("it is started again")),
        "{told:?}"
    );
}

#[tokio::test]
async fn queues_survive_and_the_message_in_hand_is_a_dead_letter() {
    let options = quickly(Restart::on_failure()).queue_size(100);
    let runtime = started_with(options, &[]).await;
    runtime.send(ID, "trap").await.unwrap();
    let messages: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    for message in &messages {
        runtime.send(ID, message.as_str()).await.unwrap();
    }
    let expected: Vec<_> = (1..)
        .zip(&messages)
        .map(|(at, text)| format!("{at} {text}"))
        .collect();
    // All but those that it may have taken along with the trap.
    let mut answers = receive_texts(&runtime, ID, 13).await;
    let dead = dead_letters(&runtime);
    answers.extend(receive_texts(&runtime, ID, 21 - 13 - dead.len()).await);
    assert_eq!(dead[0], ("trap".to_owned(), 1));
    let texts: Vec<_> = answers
        .iter()
        .map(|answer| answer.split(' ').nth(1).unwrap())
        .collect();
    assert_eq!(texts, &messages[dead.len() - 1..]);
    assert_eq!(answers.len(), expected.len() + 1 - dead.len());
    let input = runtime.telemetry(ID).unwrap().unwrap().input;
    assert_eq!((input.accepted, input.received, input.depth), (21, 21, 0));
}

#[tokio::test]
async fn messages_that_are_tried_again_keep_their_order_and_only_the_one_at_fault_is_lost() {
    let options = quickly(Restart::on_failure().retry());
    let runtime = started_with(options, &["a", "b", "trap", "c", "d"]).await;
    let answers = receive_texts(&runtime, ID, 4).await;
    assert_eq!(answers, ["1 a", "2 b", "1 c", "2 d"]);
    assert_eq!(dead_letters(&runtime), [("trap".to_owned(), 2)]);
    assert_eq!(restarts(&runtime), 2);
    let telemetry = runtime.telemetry(ID).unwrap().unwrap();
    let input = telemetry.input;
    // "trap", "c" and "d" came back once, "trap" was given out and is gone.
    assert_eq!((input.accepted, input.received, input.returned), (5, 5, 3));
    assert_eq!(telemetry.messages_processed, 4);
    assert_eq!((telemetry.dead_letters, telemetry.errors), (1, 2));
}

#[tokio::test]
async fn a_kernel_whose_budget_is_spent_stays_down_with_the_reason() {
    let restart = Restart {
        budget: 2,
        ..Restart::on_failure()
    };
    let runtime = started_with(quickly(restart), &[]).await;
    for _ in 0..3 {
        runtime.send(ID, "fail").await.unwrap();
        let dies = || runtime.take_dead_letters(ID).unwrap().len() == 1;
        eventually("it dies", dies).await;
    }
    let ending = runtime.wait(ID).await.unwrap();
    assert_eq!(ending, Ending::Failed("as told".to_owned()));
    assert_eq!(runtime.state(ID).unwrap(), KernelState::Terminated);
    let report = runtime.death_report(ID).unwrap().unwrap();
    let window = Duration::from_secs(60);
    assert_eq!(
        (report.aftermath, report.restarts),
        (
            Aftermath::BudgetSpent {
                restarts: 2,
                window
            },
            2
        )
    );
    let text = report.to_string();
    assert!(
        text.contains(
            "restarts       2 before; it stays down: its 2 restarts within 60s are spent"
        ),
        "{text}"
    );
    let error = runtime.send(ID, "m").await.unwrap_err().to_string();
    assert!(
        error.contains("it returned the error \"as told\""),
        "{error}"
    );
}

#[tokio::test]
async fn a_restart_waits_for_its_backoff() {
    let backoff = Duration::from_millis(50);
    let restart = Restart {
        backoff,
        ..Restart::on_failure()
    };
    let runtime = started_with(LaunchOptions::default().restart(restart), &[]).await;
    let begun = std::time::Instant::now();
    for factor in [1, 2] {
        runtime.send(ID, "trap").await.unwrap();
        eventually("it dies", || restarts(&runtime) == factor).await;
    }
    runtime.send(ID, "a").await.unwrap();
    receive_texts(&runtime, ID, 1).await;
    // The second wait is twice the first.
    assert!(begun.elapsed() >= backoff * 3, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn on_failure_lets_a_kernel_return_and_always_does_not_until_its_input_is_done() {
    let runtime = started_with(quickly(Restart::on_failure()), &["return"]).await;
    assert_eq!(runtime.wait(ID).await.unwrap(), Ending::Returned);
    assert_eq!(restarts(&runtime), 0);

    let runtime = started_with(quickly(Restart::always()), &["return"]).await;
    eventually("it starts again", || restarts(&runtime) == 1).await;
    runtime.send(ID, "a").await.unwrap();
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["1 a"]);
    runtime.send(ID, "return").await.unwrap();
    runtime.close_input(ID).await.unwrap();
    assert_eq!(runtime.wait(ID).await.unwrap(), Ending::Returned);
    assert!(dead_letters(&runtime).is_empty());
}

#[tokio::test]
async fn a_call_in_hand_is_told_of_the_death_and_one_in_the_queue_is_answered() {
    let runtime = started_with(quickly(Restart::on_failure()), &[]).await;
    runtime.deactivate(ID).await.unwrap();
    let calls = ["trap", "a"].map(|text| {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.call_timeout(ID, text, PATIENCE).await })
    });
    eventually("both wait", || depth(&runtime) == 2).await;
    runtime.reactivate(ID).await.unwrap();
    let [trap, a] = calls;
    let error = trap.await.unwrap().unwrap_err();
    let text = error.to_string();
    let Error::MessageDropped(error) = error else {
        panic!("{text}")
    };
    assert_eq!(error.cause, DropCause::DeadLetter);
    assert!(text.ends_with("was in its hand when it died; it is among its dead letters"));
    // It was in the same batch, or came to the next instance.
    match a.await.unwrap() {
        Ok(reply) => assert_eq!(reply.payload, "1 a"),
        Err(Error::MessageDropped(error)) => assert_eq!(error.cause, DropCause::DeadLetter),
        Err(error) => panic!("{error}"),
    }
}

fn depth(runtime: &RingKernelRuntime) -> usize {
    runtime.summary().kernels[0].input_depth
}

#[tokio::test]
async fn calls_that_are_tried_again_are_answered() {
    let runtime = runtime();
    // Ends with an error at each third message.
    let options = quickly(Restart::on_failure().retry());
    start_with(&runtime, "third", options).await;
    for number in 0..7 {
        let text = number.to_string();
        let reply = runtime.call_timeout("third", text.clone(), PATIENCE).await;
        assert_eq!(reply.unwrap().payload, text);
    }
    assert_eq!(runtime.status("third").unwrap().restarts, 3);
}

#[tokio::test]
async fn a_kernel_that_is_down_can_be_terminated_paused_and_sent_to() {
    let restart = Restart {
        backoff: Duration::from_secs(3600),
        longest_backoff: Duration::from_secs(3600),
        ..Restart::on_failure()
    };
    let options = LaunchOptions::default().restart(restart);
    let runtime = started_with(options, &["fail"]).await;
    eventually("it is down", || restarts(&runtime) == 1).await;
    assert_eq!(runtime.state(ID).unwrap(), KernelState::Active);
    runtime.send(ID, "a").await.unwrap();
    runtime.deactivate(ID).await.unwrap();
    let ended = runtime.terminate_timeout(ID, PATIENCE).await.unwrap();
    // What it had died of is how it ended.
    assert_eq!(ended.ending, Ending::Failed("as told".to_owned()));
    assert_eq!(ended.dropped_input, 1);
}

#[tokio::test]
async fn a_kernel_that_is_paused_while_it_is_down_starts_when_it_is_active_again() {
    let restart = Restart {
        backoff: Duration::from_millis(50),
        ..Restart::on_failure()
    };
    let options = LaunchOptions::default().restart(restart);
    let runtime = started_with(options, &["trap"]).await;
    eventually("it is down", || restarts(&runtime) == 1).await;
    runtime.deactivate(ID).await.unwrap();
    runtime.send(ID, "a").await.unwrap();
    let early = runtime
        .receive_timeout(ID, Duration::from_millis(100))
        .await;
    assert!(matches!(early, Err(Error::Timeout(_))), "{early:?}");
    runtime.reactivate(ID).await.unwrap();
    assert_eq!(receive_texts(&runtime, ID, 1).await, ["1 a"]);
}

#[tokio::test]
async fn fuel_is_given_once_for_all_instances() {
    let limits = Limits {
        fuel_total: Some(30_000_000),
        ..Limits::default()
    };
    let options = quickly(Restart::always()).limits(limits);
    let runtime = started_with(options, &["trap"]).await;
    eventually("it starts again", || restarts(&runtime) == 1).await;
    runtime.send(ID, "spin").await.unwrap();
    let ending = runtime.wait(ID).await.unwrap();
    let Ending::LimitExceeded { limit, .. } = ending else {
        panic!("{ending}")
    };
    assert_eq!(
        limit,
        Limit::Fuel {
            allowed: 30_000_000
        }
    );
    let report = runtime.death_report(ID).unwrap().unwrap();
    assert_eq!(report.fuel_consumed, 30_000_000);
    // It would only run out again.
    assert_eq!(report.aftermath, Aftermath::StaysDown);
    assert_eq!(restarts(&runtime), 1);
}

#[tokio::test]
async fn a_link_survives_the_death_of_either_kernel() {
    let runtime = runtime();
    for id in ["first", "second"] {
        let options = quickly(Restart::on_failure());
        runtime.launch_with(id, kernel(ID), options).await.unwrap();
        runtime.activate(id).await.unwrap();
    }
    let link = runtime.connect("first", "second").unwrap();
    runtime.send("first", "a").await.unwrap();
    assert_eq!(receive_texts(&runtime, "second", 1).await, ["1 1 a"]);
    for id in ["first", "second"] {
        runtime.send(id, "trap").await.unwrap();
        let starts = || runtime.status(id).unwrap().restarts == 1;
        eventually("it starts again", starts).await;
    }
    runtime.send("first", "b").await.unwrap();
    assert_eq!(receive_texts(&runtime, "second", 1).await, ["1 1 b"]);
    runtime.close_input("first").await.unwrap();
    assert_eq!(runtime.wait("second").await.unwrap(), Ending::Returned);
    assert_eq!(link.wait().await.forwarded, 2);
}

#[tokio::test]
async fn dead_letters_are_bounded_and_what_makes_room_is_counted() {
    let restart = Restart {
        budget: 100,
        longest_backoff: Duration::from_millis(1),
        ..Restart::on_failure()
    };
    let runtime = started_with(quickly(restart).queue_size(2), &[]).await;
    for restart in 1..=5 {
        runtime.send(ID, "trap").await.unwrap();
        eventually("it dies", || restarts(&runtime) == restart).await;
    }
    assert_eq!(dead_letters(&runtime).len(), 2);
    let telemetry = runtime.telemetry(ID).unwrap().unwrap();
    assert_eq!(
        (telemetry.dead_letters, telemetry.dead_letters_dropped),
        (5, 3)
    );
}

#[tokio::test]
async fn a_policy_that_cannot_be_meant_is_refused() {
    let runtime = runtime();
    let bad = [
        ("backoff cannot be 0ns", "backoff = \"0s\""),
        ("longest_backoff cannot be 1ms", "longest_backoff = \"1ms\""),
        ("budget cannot be 0", "budget = 0"),
        ("window cannot be 0s", "window = \"0s\""),
        ("attempts cannot be 0", "attempts = 0"),
    ];
    for (expected, line) in bad {
        let manifest = format!("[restart]\nwhen = \"always\"\n{line}\n");
        let options = LaunchOptions::from_toml(&manifest).unwrap();
        let error = runtime
            .launch_with(ID, kernel(ID), options)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{line}: {error}");
    }
}
