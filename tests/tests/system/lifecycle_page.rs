//! The reference's page on the lifecycle, line by line.

use ringhost::{Ending, Error, KernelState};
use ringhost_tests::{PATIENCE, eventually, kernel, receive_texts, runtime, start};
use std::time::Duration;

#[tokio::test]
async fn created_the_kernel_is_known_and_nothing_is_allocated() {
    let runtime = runtime();
    runtime.register("worker", kernel("echo")).unwrap();
    assert_eq!(runtime.state("worker").unwrap(), KernelState::Created);
    assert!(runtime.send("worker", "m").await.is_err());
}

#[tokio::test]
async fn launched_the_queues_exist_and_no_code_runs() {
    let runtime = runtime();
    runtime
        .launch_from("worker", kernel("leaves"))
        .await
        .unwrap();
    assert_eq!(runtime.state("worker").unwrap(), KernelState::Launched);
    runtime.send("worker", "waits").await.unwrap();
    // `leaves` sends as soon as it runs, and ends.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(runtime.state("worker").unwrap(), KernelState::Launched);
    let telemetry = runtime.telemetry("worker").unwrap().unwrap();
    assert_eq!((telemetry.messages_sent, telemetry.input.depth), (0, 1));
}

#[tokio::test]
async fn active_the_kernel_processes_messages() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    assert_eq!(runtime.state("echo").unwrap(), KernelState::Active);
    runtime.send("echo", "m").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 1).await, ["m"]);
}

#[tokio::test]
async fn the_actor_loop_sees_a_pause_its_end_and_the_request_to_end() {
    let runtime = runtime();
    start(&runtime, "observer").await;
    // A kernel that is paused before it has run at all stands still and sees nothing.
    eventually("it runs", || {
        runtime
            .telemetry("observer")
            .unwrap()
            .unwrap()
            .fuel_consumed
            > 0
    })
    .await;
    runtime.deactivate("observer").await.unwrap();
    assert_eq!(runtime.state("observer").unwrap(), KernelState::Deactivated);
    assert_eq!(receive_texts(&runtime, "observer", 1).await, ["paused"]);
    runtime.reactivate("observer").await.unwrap();
    assert_eq!(receive_texts(&runtime, "observer", 1).await, ["resumed"]);
    let last_words = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.receive("observer").await })
    };
    tokio::task::yield_now().await;
    runtime.terminate("observer").await.unwrap();
    assert_eq!(last_words.await.unwrap().unwrap().payload, "terminating");
}

#[tokio::test]
async fn pause_and_resume_keep_what_is_queued() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.send_batch("echo", ["1", "2", "3"]).await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 3).await, ["1", "2", "3"]);

    runtime.deactivate("echo").await.unwrap();
    runtime.send_batch("echo", ["4", "5", "6"]).await.unwrap();
    let nothing = runtime
        .receive_timeout("echo", Duration::from_millis(50))
        .await;
    assert!(matches!(nothing, Err(Error::Timeout(_))));
    assert_eq!(runtime.telemetry("echo").unwrap().unwrap().input.depth, 3);

    runtime.reactivate("echo").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 3).await, ["4", "5", "6"]);
}

#[tokio::test]
async fn terminated_the_queues_are_cleared_and_the_kernel_cannot_restart() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.deactivate("echo").await.unwrap();
    runtime.send_batch("echo", ["1", "2"]).await.unwrap();
    let termination = runtime.terminate("echo").await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
    assert_eq!(
        (termination.dropped_input, termination.dropped_output),
        (2, 0)
    );
    let status = runtime.status("echo").unwrap();
    assert_eq!(
        (status.state, status.ending),
        (KernelState::Terminated, Some(Ending::Returned))
    );
    assert!(matches!(
        runtime.launch("echo").await,
        Err(Error::KernelState(_))
    ));
    assert!(matches!(
        runtime.activate("echo").await,
        Err(Error::KernelState(_))
    ));
    assert!(matches!(
        runtime.receive("echo").await,
        Err(Error::KernelEnded(_))
    ));
    // Removing it frees its name.
    runtime.remove("echo").unwrap();
    start(&runtime, "echo").await;
    assert_eq!(
        runtime
            .call_timeout("echo", "again", PATIENCE)
            .await
            .unwrap()
            .payload,
        "again"
    );
}

#[tokio::test]
async fn kernels_launch_first_and_are_activated_together() {
    let runtime = runtime();
    let names = ["kernel_a", "kernel_b", "kernel_c"];
    for name in names {
        runtime.launch_from(name, kernel("echo")).await.unwrap();
    }
    for name in names {
        assert_eq!(runtime.state(name).unwrap(), KernelState::Launched);
        runtime.send(name, "before").await.unwrap();
    }
    for name in names {
        runtime.activate(name).await.unwrap();
    }
    for name in names {
        assert_eq!(receive_texts(&runtime, name, 1).await, ["before"]);
    }
}

#[tokio::test]
async fn activating_a_kernel_that_is_not_launched_names_the_states() {
    let runtime = runtime();
    runtime.register("worker", kernel("echo")).unwrap();
    let error = runtime.activate("worker").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "activate is not valid for kernel \"worker\", which is CREATED; it needs LAUNCHED"
    );
    let Error::KernelState(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.current_state, KernelState::Created);
    assert_eq!(error.expected_states, [KernelState::Launched]);
}

#[tokio::test]
async fn terminate_works_from_every_running_state() {
    let runtime = runtime();
    for name in ["launched", "active", "deactivated"] {
        runtime.launch_from(name, kernel("echo")).await.unwrap();
    }
    runtime.activate("active").await.unwrap();
    runtime.activate("deactivated").await.unwrap();
    runtime.deactivate("deactivated").await.unwrap();
    for (name, ending) in [
        ("launched", Ending::NeverActivated),
        ("active", Ending::Returned),
        ("deactivated", Ending::Returned),
    ] {
        assert_eq!(
            runtime.terminate(name).await.unwrap().ending,
            ending,
            "{name}"
        );
        assert_eq!(runtime.state(name).unwrap(), KernelState::Terminated);
    }
}

#[tokio::test]
async fn terminating_is_visible_while_the_kernel_takes_its_time() {
    let runtime = runtime();
    start(&runtime, "ignores-terminate").await;
    let termination = {
        let runtime = runtime.clone();
        let timeout = Duration::from_millis(300);
        tokio::spawn(async move {
            runtime
                .terminate_timeout("ignores-terminate", timeout)
                .await
        })
    };
    eventually("the kernel is TERMINATING", || {
        runtime.state("ignores-terminate").unwrap() == KernelState::Terminating
    })
    .await;
    assert_eq!(termination.await.unwrap().unwrap().ending, Ending::Stopped);
}

#[tokio::test]
async fn states_can_be_monitored() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    runtime.launch_from("second", kernel("echo")).await.unwrap();
    let seen: Vec<_> = runtime
        .kernel_ids()
        .iter()
        .map(|id| format!("{id}: {}", runtime.state(id.as_str()).unwrap()))
        .collect();
    assert_eq!(seen, ["echo: ACTIVE", "second: LAUNCHED"]);
}
