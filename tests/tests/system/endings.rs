//! Endings are visible.

use ringhost::{Ending, Error, KernelState, LaunchOptions, Limit, Limits};
use ringhost_tests::{
    PATIENCE, builder, component_from_core, core_kernel, kernel_path, receive_texts, runtime,
    start, start_with,
};
use std::time::Duration;

#[tokio::test]
async fn a_kernel_that_returns_at_once_is_terminated_as_returned() {
    let runtime = runtime();
    start(&runtime, "returns").await;
    assert_eq!(runtime.wait("returns").await.unwrap(), Ending::Returned);
    assert_eq!(runtime.state("returns").unwrap(), KernelState::Terminated);
}

#[tokio::test]
async fn an_error_that_a_kernel_returns_is_its_ending() {
    let runtime = runtime();
    start(&runtime, "fails").await;
    let ending = runtime.wait("fails").await.unwrap();
    assert_eq!(ending, Ending::Failed("no luck".to_owned()));
    assert!(ending.is_failure());
    // Whoever sends learns it at once.
    let error = runtime.send("fails", "m").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "send is not valid for kernel \"fails\", which is TERMINATED (it returned the error \
         \"no luck\"); it needs LAUNCHED or ACTIVE or DEACTIVATED"
    );
}

#[tokio::test]
async fn what_a_kernel_sent_before_it_ended_is_received_and_then_the_ending() {
    let runtime = runtime();
    start(&runtime, "leaves").await;
    assert_eq!(runtime.wait("leaves").await.unwrap(), Ending::Returned);
    assert_eq!(receive_texts(&runtime, "leaves", 3).await, ["0", "1", "2"]);
    for _ in 0..2 {
        let error = runtime.receive("leaves").await.unwrap_err();
        let Error::KernelEnded(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.ending, Ending::Returned);
    }
}

#[tokio::test]
async fn a_kernel_that_fails_at_its_third_message_leaves_the_answers_to_the_first_two() {
    let runtime = runtime();
    for (name, trapped) in [("third", false), ("traps-third", true)] {
        runtime
            .launch_from(name, ringhost_tests::kernel(name))
            .await
            .unwrap();
        runtime
            .send_batch(name, ["1", "2", "3", "4", "5"])
            .await
            .unwrap();
        runtime.activate(name).await.unwrap();
        let ending = runtime.wait(name).await.unwrap();
        assert_eq!(matches!(ending, Ending::Trapped(_)), trapped, "{ending}");
        assert_eq!(runtime.state(name).unwrap(), KernelState::Terminated);
        assert_eq!(receive_texts(&runtime, name, 2).await, ["1", "2"]);
        let telemetry = runtime.telemetry(name).unwrap().unwrap();
        assert_eq!(
            (telemetry.messages_received, telemetry.messages_processed),
            (3, 2)
        );
        assert_eq!((telemetry.input.dropped_at_end, telemetry.errors), (2, 1));
        assert!(telemetry.last_error.is_some());
    }
}

#[tokio::test]
async fn a_panic_is_a_trap_with_its_message_and_a_backtrace_with_names() {
    let runtime = runtime();
    start(&runtime, "panics").await;
    runtime.send("panics", "go").await.unwrap();
    let Ending::Trapped(trap) = runtime.wait("panics").await.unwrap() else {
        panic!("no trap")
    };
    assert!(trap.reason.contains("unreachable"), "{}", trap.reason);
    let message = trap.message.unwrap();
    assert!(message.contains("panics.rs:"), "{message}");
    let names: Vec<_> = trap
        .backtrace
        .iter()
        .map(|frame| frame.function.as_str())
        .collect();
    assert!(
        names.iter().any(|name| name.contains("panics::panics")),
        "{names:?}"
    );
}

#[tokio::test]
async fn callers_who_wait_for_a_kernel_that_traps_wake_with_its_ending() {
    let runtime = runtime();
    start(&runtime, "panics").await;
    let receiver = {
        let runtime = runtime.clone();
        tokio::spawn(async move { runtime.receive("panics").await })
    };
    let error = runtime.call("panics", "go").await.unwrap_err();
    assert!(matches!(error, Error::KernelEnded(_)), "{error}");
    let error = receiver.await.unwrap().unwrap_err();
    let Error::KernelEnded(error) = error else {
        panic!("{error}")
    };
    assert!(matches!(error.ending, Ending::Trapped(_)));
}

#[tokio::test]
async fn a_kernel_that_takes_too_much_memory_exceeds_its_limit() {
    let runtime = runtime();
    let limits = Limits {
        memory_bytes: 16 << 20,
        ..Limits::default()
    };
    start_with(
        &runtime,
        "allocates",
        LaunchOptions::default().limits(limits),
    )
    .await;
    runtime.send("allocates", "go").await.unwrap();
    let ending = runtime.wait("allocates").await.unwrap();
    let Ending::LimitExceeded {
        limit: Limit::Memory { allowed, requested },
        ..
    } = ending
    else {
        panic!("{ending}")
    };
    assert_eq!(allowed, 16 << 20);
    assert!(requested > allowed);
    let telemetry = runtime.telemetry("allocates").unwrap().unwrap();
    assert!(telemetry.memory_bytes <= allowed);
}

#[tokio::test]
async fn an_endless_recursion_exceeds_the_limit_of_the_stack() {
    let runtime = runtime();
    start(&runtime, "recurses").await;
    runtime.send("recurses", "go").await.unwrap();
    let ending = runtime.wait("recurses").await.unwrap();
    assert!(
        matches!(
            ending,
            Ending::LimitExceeded {
                limit: Limit::Stack { allowed: 524_288 },
                ..
            }
        ) || matches!(&ending, Ending::Trapped(trap) if trap.reason.contains("out of bounds")),
        "{ending}"
    );
}

#[tokio::test]
async fn a_recursion_on_the_engine_s_own_stack_exceeds_its_limit() {
    let recursion = component_from_core(&core_kernel(
        1,
        r#"(func $deeper (param i64) (result i64)
            (i64.add (local.get 0) (call $deeper (i64.add (local.get 0) (i64.const 1)))))"#,
        "(drop (call $deeper (i64.const 0))) (i32.const 0)",
    ));
    let runtime = runtime();
    runtime.launch_from("deep", recursion).await.unwrap();
    runtime.activate("deep").await.unwrap();
    let ending = runtime.wait("deep").await.unwrap();
    assert!(
        matches!(
            ending,
            Ending::LimitExceeded {
                limit: Limit::Stack { allowed: 524_288 },
                ..
            }
        ),
        "{ending}"
    );
}

#[tokio::test]
async fn an_ending_survives_serde() {
    let runtime = runtime();
    start(&runtime, "panics").await;
    runtime.send("panics", "go").await.unwrap();
    let ending = runtime.wait("panics").await.unwrap();
    let json = serde_json::to_string(&ending).unwrap();
    assert_eq!(serde_json::from_str::<Ending>(&json).unwrap(), ending);
}

#[tokio::test]
async fn one_kernel_s_death_does_not_touch_its_neighbours() {
    let runtime = builder().build().unwrap();
    start(&runtime, "echo").await;
    for name in ["panics", "recurses", "traps-third"] {
        start(&runtime, name).await;
        for _ in 0..3 {
            // It may be dead already.
            let _ = runtime
                .send_timeout(name, "go", Duration::from_millis(100))
                .await;
        }
        assert!(runtime.wait(name).await.unwrap().is_failure());
        let reply = runtime.call_timeout("echo", name, PATIENCE).await.unwrap();
        assert_eq!(reply.payload, name);
    }
}

#[tokio::test]
async fn a_kernel_that_grows_its_tables_without_end_exceeds_their_limit() {
    let fields = "(table $table 1 funcref)";
    let run = r#"(loop $again
            (br_if $again (i32.ge_s
                (table.grow $table (ref.null func) (i32.const 500)) (i32.const 0))))
        unreachable"#;
    let runtime = runtime();
    let limits = Limits {
        table_elements: 1200,
        ..Limits::default()
    };
    let options = LaunchOptions::default().limits(limits);
    let component = component_from_core(&core_kernel(1, fields, run));
    runtime
        .launch_with("tables", component, options)
        .await
        .unwrap();
    runtime.activate("tables").await.unwrap();
    let ending = runtime.wait("tables").await.unwrap();
    let Ending::LimitExceeded { limit, .. } = &ending else {
        panic!("{ending}")
    };
    assert_eq!(
        *limit,
        Limit::TableElements {
            allowed: 1200,
            requested: 1501
        }
    );
}

#[tokio::test]
async fn death_is_a_report_with_telemetry_or_without() {
    for telemetry in [true, false] {
        let runtime = builder().telemetry(telemetry).build().unwrap();
        start(&runtime, "traps-third").await;
        assert_eq!(runtime.death_report("traps-third").unwrap(), None);
        let mut sent = Vec::new();
        for text in ["1", "2", "3"] {
            sent.push(runtime.send("traps-third", text).await.unwrap());
        }
        let ending = runtime.wait("traps-third").await.unwrap();
        let report = runtime.death_report("traps-third").unwrap().unwrap();
        assert_eq!(report.kernel_id.as_str(), "traps-third");
        assert_eq!(report.ending, ending);
        assert_eq!(report.last_message, sent.last().copied());
        let bytes = std::fs::read(kernel_path("traps-third")).unwrap();
        assert_eq!(report.component, ringhost::Digest::of(&bytes));
        assert!(report.fuel_consumed > 1000, "{}", report.fuel_consumed);
        assert!(report.memory_bytes >= 65_536, "{}", report.memory_bytes);
        assert!(report.uptime > Duration::ZERO);
        assert!(
            report
                .log
                .iter()
                .any(|line| line.text.contains("panicked at"))
        );
        let text = report.to_string();
        assert!(
            text.contains("trapped") && text.contains("log            ERROR panicked"),
            "{text}"
        );
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(
            serde_json::from_str::<ringhost::DeathReport>(&json).unwrap(),
            report
        );
    }
}
