//! Any sequence of calls agrees with the model of the lifecycle.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use ringhost::Call;
use ringhost_tests::{NAMES, Step, builder, kernel, run_steps};

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
    let begins = prop_oneof![Just(Step::Register), Just(Step::LaunchFrom)];
    let step = prop_oneof![3 => begins, 20 => call, 2 => ends];
    vec((0..NAMES.len(), step), 1..120)
}

#[test]
fn any_sequence_of_calls_agrees_with_the_model() {
    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    // A loop, a handler, and one with a state.
    let component = prop_oneof![Just("echo"), Just("handler-echo"), Just("handler-commands")];
    TestRunner::new(config)
        .run(&(component, steps()), |(component, steps)| {
            executor.block_on(async {
                let runtime = builder().build().unwrap();
                run_steps(&runtime, &kernel(component), steps).await;
            });
            Ok(())
        })
        .unwrap();
}
