//! Kernels that stand and fall together.

use ringhost::{
    Aftermath, Ending, Error, KernelState, LaunchOptions, Restart, RestartWhen, RingKernelRuntime,
    Strategy, Supervision,
};
use ringhost_tests::{PATIENCE, eventually, kernel, receive_texts, runtime};
use std::time::Duration;

const IDS: [&str; 3] = ["a", "b", "c"];

fn supervision(strategy: Strategy, budget: u32) -> Supervision {
    let restart = Restart {
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(1),
        budget,
        ..Restart::on_failure()
    };
    Supervision { strategy, restart }
}

/// Three kernels that have answered one message each.
async fn group(supervision: Supervision) -> RingKernelRuntime {
    let runtime = runtime();
    for id in IDS {
        runtime.launch_from(id, kernel("obeys")).await.unwrap();
    }
    runtime.supervise(&IDS, supervision).unwrap();
    for id in IDS {
        runtime.activate(id).await.unwrap();
        assert_eq!(answer(&runtime, id).await, "1 m");
    }
    runtime
}

async fn answer(runtime: &RingKernelRuntime, id: &str) -> String {
    runtime.send(id, "m").await.unwrap();
    receive_texts(runtime, id, 1).await.remove(0)
}

fn restarts(runtime: &RingKernelRuntime) -> [u64; 3] {
    IDS.map(|id| runtime.status(id).unwrap().restarts)
}

#[tokio::test]
async fn one_for_one_starts_the_failed_one_again_and_leaves_the_others() {
    let runtime = group(supervision(Strategy::OneForOne, 5)).await;
    runtime.send("b", "trap").await.unwrap();
    eventually("it starts again", || restarts(&runtime) == [0, 1, 0]).await;
    assert_eq!(answer(&runtime, "a").await, "2 m");
    assert_eq!(answer(&runtime, "b").await, "1 m");
    assert_eq!(answer(&runtime, "c").await, "2 m");
}

#[tokio::test]
async fn all_for_one_starts_all_again_with_what_waits_in_their_queues() {
    let runtime = group(supervision(Strategy::AllForOne, 5)).await;
    // One that computes for ever, and one that is paused with messages waiting.
    runtime.send("a", "spin").await.unwrap();
    eventually("it spins", || depth(&runtime, "a") == 0).await;
    runtime.deactivate("c").await.unwrap();
    runtime.send("c", "waits").await.unwrap();
    runtime.send("b", "trap").await.unwrap();
    eventually("all start again", || restarts(&runtime) == [1, 1, 1]).await;
    assert_eq!(answer(&runtime, "a").await, "1 m");
    assert_eq!(answer(&runtime, "b").await, "1 m");
    assert_eq!(runtime.state("c").unwrap(), KernelState::Deactivated);
    runtime.reactivate("c").await.unwrap();
    assert_eq!(receive_texts(&runtime, "c", 1).await, ["1 waits"]);

    let report = runtime.death_report("a").unwrap().unwrap();
    let ending = report.ending.to_string();
    assert_eq!(
        ending,
        "was ended with its group, in which kernel \"b\" failed"
    );
    assert!(matches!(report.aftermath, Aftermath::Restarted { .. }));
    // Its message was in hand.
    let letters = runtime.take_dead_letters("a").unwrap();
    assert_eq!(letters[0].message.payload, "spin");
    assert!(runtime.take_dead_letters("c").unwrap().is_empty());
}

fn depth(runtime: &RingKernelRuntime, id: &str) -> usize {
    let kernels = runtime.summary().kernels;
    let kernel = kernels
        .iter()
        .find(|kernel| kernel.kernel_id.as_str() == id);
    kernel.unwrap().input_depth
}

#[tokio::test]
async fn members_that_all_fail_at_once_all_start_again() {
    let runtime = group(supervision(Strategy::AllForOne, 1000)).await;
    for round in 0..20 {
        for id in IDS {
            runtime.send(id, "trap").await.unwrap();
        }
        eventually("nothing waits", || {
            IDS.iter().all(|id| depth(&runtime, id) == 0)
        })
        .await;
        for id in IDS {
            assert_eq!(
                answer(&runtime, id).await.split(' ').nth(1),
                Some("m"),
                "{round}"
            );
        }
    }
}

#[tokio::test]
async fn a_group_whose_budget_is_spent_goes_down_as_a_whole() {
    for strategy in [Strategy::OneForOne, Strategy::AllForOne] {
        let runtime = group(supervision(strategy, 2)).await;
        // The budget is the group's, whoever fails.
        for id in IDS {
            runtime.send(id, "fail").await.unwrap();
            let dies = || {
                runtime
                    .death_report(id)
                    .unwrap()
                    .is_some_and(|report| matches!(report.ending, Ending::Failed(_)))
            };
            eventually("it dies", dies).await;
        }
        for id in ["a", "b"] {
            let ending = runtime.wait(id).await.unwrap();
            let kernel_id = "c".to_owned().try_into().unwrap();
            assert_eq!(ending, Ending::WithGroup { kernel_id });
            assert!(ending.is_failure());
        }
        let ending = runtime.wait("c").await.unwrap();
        assert_eq!(ending, Ending::Failed("as told".to_owned()));
        let report = runtime.death_report("c").unwrap().unwrap();
        let window = Duration::from_secs(60);
        assert_eq!(
            report.aftermath,
            Aftermath::BudgetSpent {
                restarts: 2,
                window
            }
        );
    }
}

#[tokio::test]
async fn a_group_that_is_never_started_again_fails_together_if_it_is_all_for_one() {
    let never = |strategy| Supervision {
        strategy,
        restart: Restart {
            when: RestartWhen::Never,
            ..Restart::default()
        },
    };
    let runtime = group(never(Strategy::AllForOne)).await;
    runtime.send("a", "fail").await.unwrap();
    for id in ["b", "c"] {
        let ending = runtime.wait(id).await.unwrap();
        assert!(matches!(ending, Ending::WithGroup { .. }), "{ending}");
    }
    let runtime = group(never(Strategy::OneForOne)).await;
    runtime.send("a", "fail").await.unwrap();
    runtime.wait("a").await.unwrap();
    assert_eq!(answer(&runtime, "b").await, "2 m");
}

#[tokio::test]
async fn members_that_are_not_running_hold_nobody_up() {
    let runtime = runtime();
    for id in IDS {
        runtime.launch_from(id, kernel("obeys")).await.unwrap();
    }
    runtime
        .supervise(&IDS, supervision(Strategy::AllForOne, 1))
        .unwrap();
    for id in ["a", "b"] {
        runtime.activate(id).await.unwrap();
    }
    runtime.terminate("b").await.unwrap();
    runtime.send("a", "trap").await.unwrap();
    eventually("it starts again", || restarts(&runtime) == [1, 0, 0]).await;
    assert_eq!(answer(&runtime, "a").await, "1 m");
    // When the group goes down, one that was never activated does, too.
    runtime.send("a", "trap").await.unwrap();
    let ending = runtime.wait("c").await.unwrap();
    assert!(matches!(ending, Ending::WithGroup { .. }), "{ending}");
    assert!(runtime.activate("c").await.is_err());
}

#[tokio::test]
async fn a_group_that_is_resting_can_be_terminated() {
    let hour = Duration::from_secs(3600);
    let mut rests = supervision(Strategy::AllForOne, 5);
    (rests.restart.backoff, rests.restart.longest_backoff) = (hour, hour);
    let runtime = group(rests).await;
    runtime.send("a", "trap").await.unwrap();
    eventually("all are down", || restarts(&runtime) == [1, 1, 1]).await;
    let endings = runtime.terminate_all_timeout(PATIENCE).await;
    assert_eq!(endings.len(), 3);
    assert!(matches!(endings[0].ending, Ending::Trapped(_)));
}

#[tokio::test]
async fn groups_that_cannot_be_meant_are_refused() {
    let runtime = group(supervision(Strategy::OneForOne, 1)).await;
    let again = || supervision(Strategy::AllForOne, 1);
    let error = runtime.supervise(&["a"], again()).unwrap_err().to_string();
    assert_eq!(
        error,
        "kernels of a group cannot be \"a\": each kernel is in one group, once"
    );
    let error = runtime.supervise(&[], again()).unwrap_err().to_string();
    assert!(error.contains("a group has at least one kernel"), "{error}");
    let options = LaunchOptions::default();
    for id in ["d", "e"] {
        runtime
            .launch_with(id, kernel("obeys"), options.clone())
            .await
            .unwrap();
    }
    assert!(runtime.supervise(&["d", "d"], again()).is_err());
    // A refusal leaves the others free.
    assert!(runtime.supervise(&["d", "a"], again()).is_err());
    let error = runtime.supervise(&["d", "f"], again()).unwrap_err();
    assert!(matches!(error, Error::KernelNotFound(_)), "{error}");
    let none = supervision(Strategy::AllForOne, 0);
    assert!(runtime.supervise(&["d"], none).is_err());
    runtime.supervise(&["d", "e"], again()).unwrap();
}
