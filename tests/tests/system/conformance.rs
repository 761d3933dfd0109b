//! Every state × call pair, driven from the transition table on real kernels.

use ringhost::{Call, Ending, Error, KernelState, RingKernelRuntime, Shape, SnapshotError, Source};
use ringhost_tests::{builder, eventually, kernel};
use std::time::Duration;

const ID: &str = "subject";

/// Brings a kernel of a shape into a state.
async fn subject(shape: Shape, state: KernelState) -> RingKernelRuntime {
    let runtime = builder().build().unwrap();
    let component = match (shape, state) {
        (Shape::Loop, KernelState::Terminating) => "ignores-terminate",
        (Shape::Loop, _) => "echo",
        (Shape::Handler, KernelState::Terminating) => "handler-commands",
        (Shape::Handler, _) => "handler-echo",
        (Shape::StatefulHandler, _) => "handler-commands",
    };
    runtime.register(ID, kernel(component)).unwrap();
    if state == KernelState::Created {
        return runtime;
    }
    runtime.launch(ID).await.unwrap();
    if state == KernelState::Launched {
        return runtime;
    }
    if state == KernelState::Terminating && shape != Shape::Loop {
        runtime.send(ID, "spin").await.unwrap();
    }
    runtime.activate(ID).await.unwrap();
    match state {
        KernelState::Deactivated => runtime.deactivate(ID).await.unwrap(),
        KernelState::Terminated => drop(runtime.terminate(ID).await.unwrap()),
        KernelState::Terminating => {
            eventually("it has what it is to do", || {
                let depth = runtime.telemetry(ID).unwrap().unwrap().input.depth;
                depth == 0
            })
            .await;
            let clone = runtime.clone();
            tokio::spawn(async move { clone.terminate_timeout(ID, Duration::from_secs(60)).await });
            eventually("it is TERMINATING", || runtime.state(ID).unwrap() == state).await;
        }
        _ => {}
    }
    assert_eq!(runtime.state(ID).unwrap(), state);
    runtime
}

async fn make(runtime: &RingKernelRuntime, call: Call) -> Result<(), Error> {
    match call {
        Call::Launch => runtime.launch(ID).await,
        Call::Activate => runtime.activate(ID).await,
        Call::Deactivate => runtime.deactivate(ID).await,
        Call::Reactivate => runtime.reactivate(ID).await,
        Call::Terminate => runtime
            .terminate_timeout(ID, Duration::from_millis(10))
            .await
            .map(drop),
        Call::Send => runtime.send(ID, "m").await.map(drop),
        Call::Receive => runtime
            .receive_timeout(ID, Duration::from_millis(1))
            .await
            .map(drop),
        Call::CloseInput => runtime.close_input(ID).await,
        Call::Remove => runtime.remove(ID),
        Call::Snapshot => runtime.snapshot(ID).await.map(drop),
        Call::Replace => runtime.replace(ID, Source::registered(ID)).await,
    }
}

#[tokio::test]
async fn every_call_in_every_state_does_what_the_table_says() {
    for shape in [Shape::Loop, Shape::Handler, Shape::StatefulHandler] {
        check_table(shape).await;
    }
}

async fn check_table(shape: Shape) {
    let mut pairs = 0;
    for state in KernelState::ALL {
        for call in Call::ALL {
            pairs += 1;
            let runtime = subject(shape, state).await;
            let result = make(&runtime, call).await;
            let pair = format!("{call} in {state} on a {shape}: {result:?}");
            if !call.is_valid_in(state) {
                let Err(Error::KernelState(error)) = result else {
                    panic!("{pair}")
                };
                assert_eq!(error.kernel_id.as_str(), ID, "{pair}");
                assert_eq!(error.current_state, state, "{pair}");
                assert_eq!(error.expected_states, call.expects(), "{pair}");
                assert_eq!(error.operation, call, "{pair}");
                assert_eq!(
                    error.ending.is_some(),
                    state == KernelState::Terminated,
                    "{pair}"
                );
                assert_eq!(runtime.state(ID).unwrap(), state, "{pair}");
                continue;
            }
            match (call, result) {
                // Valid, and there is nothing to receive.
                (Call::Receive, Err(Error::Timeout(_))) if state != KernelState::Terminated => {}
                (Call::Receive, Err(Error::KernelEnded(error))) => {
                    assert_eq!(error.ending, Ending::Returned, "{pair}");
                }
                (
                    Call::Snapshot,
                    Err(Error::Snapshot(SnapshotError::NotExported { kernel_id })),
                ) => {
                    assert_ne!(shape, Shape::StatefulHandler, "{pair}");
                    assert_eq!(kernel_id.as_str(), ID, "{pair}");
                }
                (Call::Snapshot, Ok(())) => assert_eq!(shape, Shape::StatefulHandler, "{pair}"),
                (_, result) => assert!(result.is_ok(), "{pair}"),
            }
            let expected = match call {
                Call::Remove => {
                    assert!(
                        matches!(runtime.state(ID), Err(Error::KernelNotFound(_))),
                        "{pair}"
                    );
                    continue;
                }
                Call::Terminate => KernelState::Terminated,
                call => call.leads_to().unwrap_or(state),
            };
            if call == Call::CloseInput && state == KernelState::Active {
                // The kernel learns that its input is closed, and returns.
                assert_eq!(runtime.wait(ID).await.unwrap(), Ending::Returned, "{pair}");
                continue;
            }
            assert_eq!(runtime.state(ID).unwrap(), expected, "{pair}");
        }
    }
    assert_eq!(pairs, KernelState::ALL.len() * Call::ALL.len());
}

#[test]
fn the_table_is_the_one_of_the_reference() {
    use KernelState::*;
    // From, action, to; no state stands for "not valid".
    let reference = [
        (Created, Call::Launch, Some(Launched)),
        (Created, Call::Activate, None),
        (Launched, Call::Activate, Some(Active)),
        (Launched, Call::Deactivate, None),
        (Active, Call::Deactivate, Some(Deactivated)),
        (Active, Call::Launch, None),
        (Deactivated, Call::Reactivate, Some(Active)),
        (Deactivated, Call::Activate, None),
    ];
    for (from, call, to) in reference {
        assert_eq!(call.is_valid_in(from), to.is_some(), "{call} in {from}");
        if to.is_some() {
            assert_eq!(call.leads_to(), to, "{call} in {from}");
        }
    }
    // TERMINATED: no call that would change it.
    for call in Call::ALL
        .into_iter()
        .filter(|call| call.leads_to().is_some())
    {
        assert!(!call.is_valid_in(Terminated), "{call}");
    }
    for running in [Launched, Active, Deactivated] {
        assert!(Call::Terminate.is_valid_in(running));
    }
}
