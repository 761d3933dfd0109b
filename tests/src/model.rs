//! A model of the lifecycle, the table and what is in the queues, that any sequence of calls is
//! compared with.

use ringhost::{Call, Error, KernelState, RingKernelRuntime, SnapshotError, Source};
use std::time::Duration;

/// The names of the kernels that the steps are about.
pub const NAMES: [&str; 3] = ["a", "b", "c"];

/// What is done to one kernel.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Give the component this name.
    Register,
    /// Launch the component under this name, registered or not.
    LaunchFrom,
    /// Make this call.
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
        Call::Snapshot => runtime.snapshot(name).await.map(drop),
        Call::Replace => runtime.replace(name, Source::registered(name)).await,
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
            // Whoever made the component knows whether it has a state.
            (Call::Snapshot, Err(Error::Snapshot(SnapshotError::NotExported { .. }))) => {}
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
            runtime.wait(name).await.expect("it was launched");
            self.state = Some(KernelState::Terminated);
        }
    }

    /// Compares the figures with what was done.
    fn check_figures(&self, runtime: &RingKernelRuntime, name: &str) {
        let Some(state) = self.state else {
            assert!(matches!(runtime.state(name), Err(Error::KernelNotFound(_))));
            return;
        };
        let found = runtime.state(name).expect("the name is known");
        assert_eq!(found, state, "{name}");
        let Some(telemetry) = runtime.telemetry(name).expect("the name is known") else {
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

/// Takes each step, a name's index with what is done to it, and compares what comes of it with the
/// model. The component sends back what it receives. The runtime has telemetry on and none of the
/// names, neither before nor after.
///
/// # Panics
/// If the runtime and the model disagree.
pub async fn run_steps(
    runtime: &RingKernelRuntime,
    echo: &Source,
    steps: impl IntoIterator<Item = (usize, Step)>,
) {
    let mut models = [Model::default(); NAMES.len()];
    for (at, step) in steps {
        let (name, model) = (NAMES[at], &mut models[at]);
        match step {
            Step::Register => {
                let outcome = runtime.register(name, echo.clone());
                assert_eq!(outcome.is_ok(), model.state.is_none(), "{outcome:?}");
                if outcome.is_ok() {
                    model.state = Some(KernelState::Created);
                }
            }
            Step::LaunchFrom => {
                let outcome = runtime.launch_from(name, echo.clone()).await;
                let free = matches!(model.state, None | Some(KernelState::Created));
                assert_eq!(outcome.is_ok(), free, "{outcome:?}");
                if free {
                    model.state = Some(KernelState::Launched);
                }
            }
            Step::Call(call) => {
                let outcome = make(runtime, name, call).await;
                model.check(runtime, name, call, outcome).await;
            }
        }
        model.check_figures(runtime, name);
    }
    let ids = runtime.kernel_ids();
    for (name, model) in NAMES.into_iter().zip(models) {
        let known = ids.iter().any(|id| id.as_str() == name);
        assert_eq!(known, model.state.is_some(), "{name} in {ids:?}");
        if model
            .state
            .is_some_and(|state| Call::Terminate.is_valid_in(state))
        {
            runtime.terminate(name).await.expect("it is alive");
        }
        if known {
            runtime.remove(name).expect("it is not alive");
        }
    }
}
