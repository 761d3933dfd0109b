//! Any sequence of calls against a model of the lifecycle: the table, and what is in the queues.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use ringhost::{Call, Error, KernelState, RingKernelRuntime};
use ringhost_tests::{builder, kernel};
use std::time::Duration;

const NAMES: [&str; 3] = ["a", "b", "c"];

#[derive(Debug, Clone, Copy)]
enum Step {
    Register,
    Call(Call),
}

/// What the model knows of one name.
#[derive(Debug, Clone, Copy, Default)]
struct Model {
    /// `None` while the name is free.
    state: Option<KernelState>,
    closed: bool,
    sent: u64,
    received: u64,
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let call = (0..Call::ALL.len()).prop_map(|at| Step::Call(Call::ALL[at]));
    // Terminate and remove end what the others build up, so they come seldom.
    let call = call.prop_filter("seldom", |step| {
        !matches!(
            step,
            Step::Call(Call::Terminate | Call::Remove | Call::CloseInput)
        )
    });
    let ends = prop_oneof![
        Just(Step::Call(Call::Terminate)),
        Just(Step::Call(Call::Remove)),
        Just(Step::Call(Call::CloseInput)),
    ];
    let step = prop_oneof![3 => Just(Step::Register), 20 => call, 2 => ends];
    vec((0..NAMES.len(), step), 1..120)
}

async fn make(runtime: &RingKernelRuntime, name: &str, call: Call) -> Result<(), Error> {
    match call {
        Call::Launch => runtime.launch(name).await,
        Call::Activate => runtime.activate(name).await,
        Call::Deactivate => runtime.deactivate(name).await,
        Call::Reactivate => runtime.reactivate(name).await,
        Call::Terminate => runtime.terminate(name).await.map(drop),
        Call::Send => runtime.send(name, "m").await.map(drop),
        Call::Receive => runtime
            .receive_timeout(name, Duration::ZERO)
            .await
            .map(drop),
        Call::CloseInput => runtime.close_input(name).await,
        Call::Remove => runtime.remove(name),
    }
}

impl Model {
    /// Compares a call's outcome with what the table says, and takes the step.
    async fn check(
        &mut self,
        runtime: &RingKernelRuntime,
        name: &str,
        call: Call,
        outcome: Result<(), Error>,
    ) {
        let context = format!("{call} on {name}, {self:?}: {outcome:?}");
        let Some(state) = self.state else {
            assert!(
                matches!(outcome, Err(Error::KernelNotFound(_))),
                "{context}"
            );
            return;
        };
        if !call.is_valid_in(state) {
            assert!(matches!(outcome, Err(Error::KernelState(_))), "{context}");
            return;
        }
        match (call, &outcome) {
            (Call::Send, Ok(())) if !self.closed => self.sent += 1,
            (Call::Send, Err(Error::InputClosed(_))) => assert!(self.closed, "{context}"),
            (Call::Receive, Ok(())) => self.received += 1,
            (Call::Receive, Err(Error::Timeout(_))) => {
                assert_ne!(state, KernelState::Terminated, "{context}");
            }
            (Call::Receive, Err(Error::KernelEnded(_))) => {
                assert_eq!(state, KernelState::Terminated, "{context}");
            }
            (_, outcome) => assert!(outcome.is_ok(), "{context}"),
        }
        match call {
            Call::Remove => *self = Self::default(),
            Call::Terminate => self.state = Some(KernelState::Terminated),
            Call::CloseInput => self.closed = true,
            call => self.state = call.leads_to().or(self.state),
        }
        // A running kernel whose input is closed ends by itself.
        if self.closed && self.state == Some(KernelState::Active) {
            runtime.wait(name).await.unwrap();
            self.state = Some(KernelState::Terminated);
        }
    }

    /// Compares the figures with what was done.
    fn check_figures(&self, runtime: &RingKernelRuntime, name: &str) {
        let Some(state) = self.state else {
            assert!(matches!(runtime.state(name), Err(Error::KernelNotFound(_))));
            return;
        };
        assert_eq!(runtime.state(name).unwrap(), state, "{name}");
        let Some(telemetry) = runtime.telemetry(name).unwrap() else {
            return;
        };
        let (input, output) = (telemetry.input, telemetry.output);
        assert_eq!(input.accepted, self.sent, "{name}: {input:?}");
        assert_eq!(output.received, self.received, "{name}: {output:?}");
        for counts in [input, output] {
            let gone = counts.received + counts.dropped_at_end + counts.depth;
            assert_eq!(counts.accepted, gone, "{name}: {counts:?}");
        }
        if state == KernelState::Terminated {
            assert_eq!(input.depth, 0, "{name}: {input:?}");
        }
    }
}

async fn run(steps: Vec<(usize, Step)>) {
    let runtime = builder().build().unwrap();
    let mut models = [Model::default(); NAMES.len()];
    for (at, step) in steps {
        let (name, model) = (NAMES[at], &mut models[at]);
        match step {
            Step::Register => {
                let outcome = runtime.register(name, kernel("echo"));
                assert_eq!(outcome.is_ok(), model.state.is_none(), "{outcome:?}");
                if outcome.is_ok() {
                    model.state = Some(KernelState::Created);
                }
            }
            Step::Call(call) => {
                let outcome = make(&runtime, name, call).await;
                model.check(&runtime, name, call, outcome).await;
            }
        }
        model.check_figures(&runtime, name);
    }
    let named: Vec<_> = (0..NAMES.len())
        .filter(|&at| models[at].state.is_some())
        .collect();
    assert_eq!(runtime.kernel_ids().len(), named.len());
    runtime.terminate_all().await;
}

#[test]
fn any_sequence_of_calls_agrees_with_the_model() {
    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            executor.block_on(run(steps));
            Ok(())
        })
        .unwrap();
}
