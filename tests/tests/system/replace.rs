//! Another component takes a running kernel's place.

use ringhost::{
    Ending, Error, KernelState, LaunchOptions, LoadError, ReplaceError, Replacement, Restart,
    RingKernelRuntime, Source, Tier,
};
use ringhost_tests::{
    PATIENCE, component_from_core, core_kernel, echo_kernel, eventually, kernel, receive_texts,
    runtime, start, start_with,
};
use std::time::Duration;

/// Answers with how many messages it has answered, and the message.
const COUNTS: &str = "obeys";

/// Answers with the message.
const ECHO: &str = "echo";

/// Handles messages one by one, with a state.
const HANDLER: &str = "handler-commands";

async fn ask(runtime: &RingKernelRuntime, id: &str, text: &str) -> String {
    runtime.send(id, text).await.unwrap();
    receive_texts(runtime, id, 1).await.remove(0)
}

/// A component that can be compiled and not be instantiated.
fn breaks_at_its_start() -> Source {
    let fields = "(func $start unreachable) (start $start)";
    Source::bytes(component_from_core(&core_kernel(
        1,
        fields,
        "(i32.const 0)",
    )))
}

#[tokio::test]
async fn what_is_sent_to_a_kernel_goes_to_what_took_its_place() {
    let runtime = runtime();
    start(&runtime, COUNTS).await;
    assert_eq!(ask(&runtime, COUNTS, "a").await, "1 a");
    runtime.replace(COUNTS, kernel(ECHO)).await.unwrap();
    assert_eq!(ask(&runtime, COUNTS, "b").await, "b");
    runtime.replace(COUNTS, kernel(COUNTS)).await.unwrap();
    // It is a new instance.
    assert_eq!(ask(&runtime, COUNTS, "c").await, "1 c");
    let log = runtime.log_lines(COUNTS).unwrap();
    let told = |line: &ringhost::LogLine| line.text.contains("its place is taken by sha256:");
    assert_eq!(log.iter().filter(|line| told(line)).count(), 2, "{log:?}");
    assert_eq!(runtime.status(COUNTS).unwrap().restarts, 0);
    assert!(runtime.death_report(COUNTS).unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_lost_or_handled_twice_while_kernels_follow_each_other() {
    const MESSAGES: usize = 5000;
    let runtime = runtime();
    start_with(&runtime, COUNTS, LaunchOptions::default().queue_size(64)).await;
    let sender = runtime.clone();
    let sent = tokio::spawn(async move {
        for number in 0..MESSAGES {
            sender.send(COUNTS, number.to_string()).await.unwrap();
        }
    });
    let replacer = runtime.clone();
    let replaced = tokio::spawn(async move {
        for next in [ECHO, COUNTS].into_iter().cycle().take(40) {
            replacer.replace(COUNTS, kernel(next)).await.unwrap();
        }
    });
    for number in 0..MESSAGES {
        let answer = receive_texts(&runtime, COUNTS, 1).await.remove(0);
        let text = answer.split(' ').next_back().unwrap();
        assert_eq!(text, number.to_string());
    }
    sent.await.unwrap();
    replaced.await.unwrap();
}

#[tokio::test]
async fn calls_and_links_outlive_the_instance() {
    let runtime = runtime();
    start(&runtime, COUNTS).await;
    start(&runtime, ECHO).await;
    runtime.connect(COUNTS, ECHO).unwrap();
    runtime.replace(COUNTS, kernel(ECHO)).await.unwrap();
    runtime.replace(ECHO, kernel(COUNTS)).await.unwrap();
    runtime.send(COUNTS, "a").await.unwrap();
    assert_eq!(receive_texts(&runtime, ECHO, 1).await, ["1 a"]);
    assert_eq!(runtime.call(ECHO, "b").await.unwrap().payload, "2 b");
}

#[tokio::test]
async fn a_handlers_state_goes_over_unless_it_is_to_begin_anew() {
    for tier in [Tier::Fast, Tier::Dense] {
        let runtime = runtime();
        start_with(&runtime, HANDLER, LaunchOptions::default().tier(tier)).await;
        for text in ["a", "b"] {
            ask(&runtime, HANDLER, text).await;
        }
        runtime.replace(HANDLER, kernel(HANDLER)).await.unwrap();
        assert_eq!(ask(&runtime, HANDLER, "count").await, "3");
        let anew = Replacement::default().without_state();
        let replaced = runtime.replace_with(HANDLER, kernel(HANDLER), anew).await;
        replaced.unwrap();
        assert_eq!(ask(&runtime, HANDLER, "count").await, "1");
    }
}

#[tokio::test]
async fn a_state_is_not_lost_by_oversight() {
    let runtime = runtime();
    start(&runtime, HANDLER).await;
    ask(&runtime, HANDLER, "a").await;
    let error = runtime.replace(HANDLER, kernel(ECHO)).await.unwrap_err();
    let Error::Replace(ReplaceError::Stateless { .. }) = &error else {
        panic!("{error}");
    };
    assert!(error.to_string().contains("without its state"), "{error}");
    assert_eq!(ask(&runtime, HANDLER, "count").await, "2");

    runtime.send(HANDLER, "spin").await.unwrap();
    let fuel = || runtime.telemetry(HANDLER).unwrap().unwrap().fuel_consumed;
    eventually("it spins", || fuel() > 1_000_000).await;
    let quickly = Replacement::default().timeout(Duration::from_millis(50));
    let error = runtime
        .replace_with(HANDLER, kernel(HANDLER), quickly)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Replace(ReplaceError::NoState { .. })),
        "{error}"
    );
    let replaced = runtime.replace_with(HANDLER, kernel(HANDLER), quickly.without_state());
    replaced.await.unwrap();
    assert_eq!(ask(&runtime, HANDLER, "count").await, "1");
}

#[tokio::test]
async fn one_that_cannot_be_loaded_leaves_the_kernel_as_it_is() {
    let runtime = runtime();
    start(&runtime, COUNTS).await;
    assert_eq!(ask(&runtime, COUNTS, "a").await, "1 a");
    let error = runtime.replace(COUNTS, Source::bytes("no component")).await;
    assert!(matches!(error, Err(Error::Load(_))), "{error:?}");
    assert_eq!(ask(&runtime, COUNTS, "b").await, "2 b");
}

#[tokio::test]
async fn where_a_new_instance_cannot_be_made_another_of_the_old_component_goes_on() {
    let runtime = runtime();
    start(&runtime, COUNTS).await;
    start(&runtime, HANDLER).await;
    for id in [COUNTS, HANDLER] {
        ask(&runtime, id, "a").await;
        let error = match id {
            HANDLER => {
                let anew = Replacement::default().without_state();
                let broken = runtime.replace_with(id, breaks_at_its_start(), anew);
                broken.await.unwrap_err()
            }
            _ => runtime
                .replace(id, breaks_at_its_start())
                .await
                .unwrap_err(),
        };
        let Error::Load(LoadError::Initialiser { .. }) = error else {
            panic!("{error}");
        };
    }
    assert_eq!(ask(&runtime, COUNTS, "b").await, "1 b");
    assert_eq!(ask(&runtime, HANDLER, "count").await, "1");
}

#[tokio::test]
async fn one_that_is_never_done_goes_at_the_deadline_and_what_it_had_in_hand_is_given_to_the_next()
{
    let runtime = runtime();
    let known = LaunchOptions::default().restart(Restart::on_failure());
    start_with(&runtime, COUNTS, known).await;
    for text in ["spin", "a", "b"] {
        runtime.send(COUNTS, text).await.unwrap();
    }
    let spins = || runtime.telemetry(COUNTS).unwrap().unwrap().input.received > 0;
    eventually("it spins", spins).await;
    let quickly = Replacement::default().timeout(Duration::from_millis(50));
    let replaced = runtime.replace_with(COUNTS, kernel(ECHO), quickly).await;
    replaced.unwrap();
    assert_eq!(receive_texts(&runtime, COUNTS, 3).await, ["spin", "a", "b"]);
}

#[tokio::test]
async fn a_kernel_that_rests_among_many_is_replaced() {
    let runtime = runtime();
    let dense = || LaunchOptions::default().tier(Tier::Dense);
    for id in ["a", "b"] {
        let launched = runtime.launch_with(id, Source::bytes(echo_kernel()), dense());
        launched.await.unwrap();
        runtime.activate(id).await.unwrap();
        assert_eq!(ask(&runtime, id, "ring").await, "ring");
    }
    runtime.replace("a", kernel(COUNTS)).await.unwrap();
    assert_eq!(ask(&runtime, "a", "ring").await, "1 ring");
    assert_eq!(ask(&runtime, "b", "ring").await, "ring");
}

/// A kernel that is at a message for ever.
async fn spinning() -> RingKernelRuntime {
    let runtime = runtime();
    start(&runtime, COUNTS).await;
    runtime.send(COUNTS, "spin").await.unwrap();
    let spins = || runtime.telemetry(COUNTS).unwrap().unwrap().input.received > 0;
    eventually("it spins", spins).await;
    runtime
}

#[tokio::test]
async fn a_pause_meanwhile_holds_for_what_takes_its_place() {
    let runtime = spinning().await;
    let soon = Replacement::default().timeout(Duration::from_millis(200));
    let mut replacing = std::pin::pin!(runtime.replace_with(COUNTS, kernel(ECHO), soon));
    let begun = tokio::time::timeout(Duration::from_millis(20), &mut replacing).await;
    assert!(begun.is_err(), "{begun:?}");
    runtime.deactivate(COUNTS).await.unwrap();
    runtime.send(COUNTS, "a").await.unwrap();
    let longer = Duration::from_millis(300);
    let early = runtime.receive_timeout(COUNTS, longer).await;
    assert!(early.is_err(), "{early:?}");
    runtime.reactivate(COUNTS).await.unwrap();
    match tokio::time::timeout(PATIENCE, replacing).await.unwrap() {
        Ok(()) => assert_eq!(receive_texts(&runtime, COUNTS, 1).await, ["a"]),
        // On a busy machine the component was loaded only in the pause.
        Err(error) => assert!(matches!(error, Error::KernelState(_)), "{error}"),
    }
}

#[tokio::test]
async fn an_end_meanwhile_is_told() {
    let runtime = spinning().await;
    let mut replacing = std::pin::pin!(runtime.replace(COUNTS, kernel(ECHO)));
    let begun = tokio::time::timeout(Duration::from_millis(20), &mut replacing).await;
    assert!(begun.is_err(), "{begun:?}");
    let ended = runtime.terminate_timeout(COUNTS, Duration::ZERO).await;
    assert_eq!(ended.unwrap().ending, Ending::Stopped);
    match replacing.await.unwrap_err() {
        Error::KernelEnded(ended) => assert_eq!(ended.ending, Ending::Stopped),
        // The component was loaded only after that.
        Error::KernelState(error) => assert_eq!(error.current_state, KernelState::Terminated),
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn of_two_who_replace_it_at_once_each_is_told() {
    let runtime = runtime();
    start(&runtime, COUNTS).await;
    let (one, other) = tokio::join!(
        runtime.replace(COUNTS, kernel(ECHO)),
        runtime.replace(COUNTS, kernel(ECHO)),
    );
    let outcomes = [one, other];
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    for outcome in outcomes {
        assert!(
            matches!(
                &outcome,
                Ok(()) | Err(Error::Replace(ReplaceError::Overtaken { .. }))
            ),
            "{outcome:?}"
        );
    }
    assert_eq!(ask(&runtime, COUNTS, "a").await, "a");
}
