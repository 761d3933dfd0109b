//! The reference's page on the runtime, line by line.

use ringhost::{
    Backend, Error, KernelState, LaunchOptions, Outgoing, Overflow, RingKernelRuntime,
    TERMINATE_ALL_TIMEOUT, TERMINATE_TIMEOUT,
};
use ringhost_tests::{PATIENCE, builder, kernel, receive_texts, runtime, start, start_with};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Request {
    value: i64,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Response {
    result: i64,
}

const A_MOMENT: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_runtime_without_options_has_no_telemetry_queues_of_1000_and_backend_auto() {
    let runtime = RingKernelRuntime::builder().build().unwrap();
    let summary = runtime.summary();
    assert!(!summary.telemetry);
    assert_eq!(summary.default_queue_size, 1000);
    assert_eq!(summary.backend, Backend::Auto);
    assert_eq!(TERMINATE_TIMEOUT, Duration::from_secs(5));
    assert_eq!(TERMINATE_ALL_TIMEOUT, Duration::from_secs(10));
}

#[tokio::test]
async fn the_backend_that_was_chosen_is_reported() {
    for (name, backend) in [
        ("auto", Backend::Auto),
        ("cpu", Backend::Cpu),
        ("cuda", Backend::Cuda),
    ] {
        let runtime = builder().backend(name.parse().unwrap()).build().unwrap();
        assert_eq!(runtime.summary().backend, backend);
    }
    let error = "gpu".parse::<Backend>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "backend cannot be \"gpu\": it is auto, cpu or cuda"
    );
}

#[tokio::test]
async fn the_complete_lifecycle_of_the_doubler() {
    let runtime = runtime();
    runtime
        .scope(async |runtime| {
            // Phase 1: launch (allocate resources).
            runtime
                .launch_from("doubler", kernel("doubler"))
                .await
                .unwrap();
            // Phase 2: activate (start processing).
            runtime.activate("doubler").await.unwrap();
            // Send a request, receive the response.
            let doubler = runtime.typed::<Request, Response>("doubler").unwrap();
            doubler.send(&Request { value: 21 }).await.unwrap();
            let response = doubler.receive_timeout(PATIENCE).await.unwrap();
            assert_eq!(response.result, 42);
            // Check telemetry.
            let telemetry = runtime.telemetry("doubler").unwrap().unwrap();
            assert_eq!(telemetry.messages_processed, 1);
        })
        .await;
    // The runtime has terminated all kernels.
    assert_eq!(runtime.state("doubler").unwrap(), KernelState::Terminated);
}

#[tokio::test]
async fn several_kernels_of_one_component_are_activated_in_a_loop_over_the_ids() {
    let runtime = runtime();
    runtime.register("processor", kernel("echo")).unwrap();
    runtime
        .launch_from("processor1", ringhost::Source::registered("processor"))
        .await
        .unwrap();
    runtime
        .launch_from("processor2", ringhost::Source::registered("processor"))
        .await
        .unwrap();
    runtime
        .launch_from("aggregator", kernel("batcher"))
        .await
        .unwrap();
    runtime.remove("processor").unwrap();
    for kernel_id in runtime.kernel_ids() {
        runtime.activate(kernel_id.as_str()).await.unwrap();
    }
    let active: Vec<_> = runtime
        .active_kernels()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(active, ["processor1", "processor2", "aggregator"]);
    for name in ["processor1", "processor2"] {
        let reply = runtime.call_timeout(name, name, PATIENCE).await.unwrap();
        assert_eq!(reply.payload, name);
    }
}

#[tokio::test]
async fn launch_takes_the_registered_kernel_if_no_source_is_given() {
    let runtime = runtime();
    runtime.register("echo", kernel("echo")).unwrap();
    assert_eq!(runtime.state("echo").unwrap(), KernelState::Created);
    runtime.launch("echo").await.unwrap();
    assert_eq!(runtime.state("echo").unwrap(), KernelState::Launched);
}

#[tokio::test]
async fn launch_of_a_name_that_is_not_registered_is_kernel_not_found() {
    let error = runtime().launch("nobody").await.unwrap_err();
    assert!(matches!(error, Error::KernelNotFound(_)), "{error}");
    let text = "there is no kernel \"nobody\"; none is registered or launched yet";
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn launch_of_a_kernel_that_is_launched_is_a_state_error() {
    let runtime = runtime();
    runtime.launch_from("echo", kernel("echo")).await.unwrap();
    for error in [
        runtime.launch("echo").await.unwrap_err(),
        runtime
            .launch_from("echo", kernel("echo"))
            .await
            .unwrap_err(),
    ] {
        let Error::KernelState(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.kernel_id.as_str(), "echo");
        assert_eq!(error.current_state, KernelState::Launched);
        assert_eq!(error.expected_states, [KernelState::Created]);
    }
}

#[tokio::test]
async fn a_launch_can_override_the_default_queue_size() {
    let runtime = builder().default_queue_size(2).build().unwrap();
    runtime.launch_from("two", kernel("echo")).await.unwrap();
    let options = LaunchOptions::default().queue_size(3);
    runtime
        .launch_with("three", kernel("echo"), options)
        .await
        .unwrap();
    let batch = ["m"; 10];
    assert_eq!(
        runtime
            .send_batch_timeout("two", batch, A_MOMENT)
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        runtime
            .send_batch_timeout("three", batch, A_MOMENT)
            .await
            .unwrap(),
        3
    );
}

#[tokio::test]
async fn every_operation_on_an_unknown_kernel_is_kernel_not_found() {
    let runtime = runtime();
    let errors = [
        runtime.launch("x").await.unwrap_err(),
        runtime.activate("x").await.unwrap_err(),
        runtime.deactivate("x").await.unwrap_err(),
        runtime.reactivate("x").await.unwrap_err(),
        runtime.terminate("x").await.unwrap_err(),
        runtime.send("x", "m").await.unwrap_err(),
        runtime.send_batch("x", ["m"]).await.unwrap_err(),
        runtime.receive("x").await.unwrap_err(),
        runtime.call("x", "m").await.unwrap_err(),
        runtime.close_input("x").await.unwrap_err(),
        runtime.wait("x").await.unwrap_err(),
        runtime.state("x").unwrap_err(),
        runtime.status("x").unwrap_err(),
        runtime.telemetry("x").unwrap_err(),
        runtime.log_lines("x").unwrap_err(),
        runtime.remove("x").unwrap_err(),
        runtime.connect("x", "y").unwrap_err(),
        runtime.typed::<(), ()>("x").err().unwrap(),
    ];
    for error in errors {
        assert!(matches!(error, Error::KernelNotFound(_)), "{error}");
    }
}

#[tokio::test]
async fn send_to_a_full_queue_waits_for_room() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(1);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    runtime.send("echo", "1").await.unwrap();
    let waiting = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.send("echo", "2").await })
    };
    runtime.activate("echo").await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 2).await, ["1", "2"]);
}

#[tokio::test]
async fn send_to_a_queue_that_stays_full_is_queue_full_after_the_timeout() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(1);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    runtime.send("echo", "1").await.unwrap();
    let error = runtime
        .send_timeout("echo", "2", A_MOMENT)
        .await
        .unwrap_err();
    let Error::QueueFull(error) = error else {
        panic!("{error}")
    };
    assert_eq!((error.capacity, error.waited), (1, Some(A_MOMENT)));
    // Nothing was lost and nothing was added.
    runtime.activate("echo").await.unwrap();
    assert_eq!(receive_texts(&runtime, "echo", 1).await, ["1"]);
    assert!(matches!(
        runtime.receive_timeout("echo", A_MOMENT).await,
        Err(Error::Timeout(_))
    ));
}

#[tokio::test]
async fn receive_waits_for_a_message_and_gives_up_after_its_timeout() {
    let runtime = runtime();
    start(&runtime, "echo").await;
    let error = runtime.receive_timeout("echo", A_MOMENT).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "kernel \"echo\" sent no message within 20ms"
    );
    let receiver = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.receive("echo").await })
    };
    runtime.send("echo", "late").await.unwrap();
    assert_eq!(receiver.await.unwrap().unwrap().payload, "late");
}

#[tokio::test]
async fn send_batch_tells_how_many_were_taken() {
    let runtime = runtime();
    let options = LaunchOptions::default().queue_size(5);
    runtime
        .launch_with("echo", kernel("echo"), options)
        .await
        .unwrap();
    let batch: Vec<_> = (0..8)
        .map(|number| Outgoing::from(number.to_string()))
        .collect();
    let taken = runtime
        .send_batch_timeout("echo", batch, A_MOMENT)
        .await
        .unwrap();
    assert_eq!(taken, 5);
    runtime.activate("echo").await.unwrap();
    assert_eq!(
        receive_texts(&runtime, "echo", 5).await,
        ["0", "1", "2", "3", "4"]
    );
    // With a kernel that receives, all are taken.
    let batch: Vec<_> = (0..100).map(|number| number.to_string()).collect();
    let drain = receive_texts(&runtime, "echo", 100);
    let (taken, texts) = tokio::join!(runtime.send_batch("echo", batch.clone()), drain);
    assert_eq!(taken.unwrap(), 100);
    assert_eq!(texts, batch);
}

#[tokio::test]
async fn kernel_ids_lists_all_and_active_kernels_those_that_run() {
    let runtime = runtime();
    assert!(runtime.kernel_ids().is_empty());
    runtime.register("created", kernel("echo")).unwrap();
    runtime
        .launch_from("launched", kernel("echo"))
        .await
        .unwrap();
    start_with(
        &runtime,
        "echo",
        LaunchOptions::default().overflow(Overflow::Reject),
    )
    .await;
    let all: Vec<_> = runtime
        .kernel_ids()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(all, ["created", "launched", "echo"]);
    let active: Vec<_> = runtime
        .active_kernels()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(active, ["echo"]);
}

#[tokio::test]
async fn telemetry_is_none_when_it_is_off() {
    let runtime = builder().telemetry(false).build().unwrap();
    start(&runtime, "echo").await;
    assert_eq!(runtime.telemetry("echo").unwrap(), None);
}

#[tokio::test]
async fn a_scope_ends_all_kernels_when_its_closure_returns() {
    let runtime = runtime();
    let value = runtime
        .scope(async |runtime| {
            start(runtime, "echo").await;
            7
        })
        .await;
    assert_eq!(value, 7);
    assert_eq!(runtime.state("echo").unwrap(), KernelState::Terminated);
}

#[tokio::test]
async fn a_scope_ends_all_kernels_when_its_closure_fails() {
    let runtime = runtime();
    let result: Result<(), Error> = runtime
        .scope(async |runtime| {
            start(runtime, "echo").await;
            runtime.launch("nobody").await
        })
        .await;
    assert!(matches!(result, Err(Error::KernelNotFound(_))));
    assert_eq!(runtime.state("echo").unwrap(), KernelState::Terminated);
}

#[tokio::test]
async fn a_scope_ends_all_kernels_when_its_closure_panics_and_passes_the_panic_on() {
    let runtime = runtime();
    let scope = {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            runtime
                .scope(async |runtime| {
                    start(runtime, "echo").await;
                    panic!("on purpose");
                })
                .await
        })
    };
    let panic = scope.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    assert_eq!(runtime.state("echo").unwrap(), KernelState::Terminated);
}

#[tokio::test]
async fn a_scope_that_is_given_up_stops_its_kernels() {
    let runtime = runtime();
    let started = tokio::sync::Notify::new();
    let scope = runtime.scope(async |runtime| {
        start(runtime, "echo").await;
        started.notify_one();
        std::future::pending::<()>().await;
    });
    tokio::select! {
        () = scope => unreachable!("its closure does not return"),
        () = started.notified() => {}
    }
    let ending = runtime.wait("echo").await.unwrap();
    assert_eq!(ending, ringhost::Ending::Stopped);
}
