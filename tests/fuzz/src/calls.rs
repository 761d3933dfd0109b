//! Any sequence of calls against the model of the lifecycle.

use crate::host::on_host;
use ringhost::{Call, Source};
use ringhost_tests::{NAMES, Step, echo_kernel, run_steps};
use std::sync::LazyLock;

static ECHO: LazyLock<Source> = LazyLock::new(|| Source::bytes(echo_kernel()));

/// Takes a step for each byte and compares what comes of it with the model.
///
/// # Panics
/// If they disagree.
pub fn calls(input: &[u8]) {
    let steps = input.iter().map(|byte| {
        let byte = usize::from(*byte);
        (byte % NAMES.len(), step(byte / NAMES.len()))
    });
    on_host(async |runtime| run_steps(runtime, &ECHO, steps).await);
}

fn step(number: usize) -> Step {
    match number % (Call::ALL.len() + 2) {
        0 => Step::Register,
        1 => Step::LaunchFrom,
        number => Step::Call(Call::ALL[number - 2]),
    }
}
