//! Kernels that wasm-smith makes, under tight limits, with calls at any moment.

mod outline;
mod plan;
mod tame;

use crate::drive::drive;
use crate::host::on_host;
use crate::oracle::{check_error, end};
use plan::Plan;
use ringhost::Source;

const NAME: &str = "smith";

/// Launches the kernel that the bytes decide upon and does to it what they say.
///
/// # Panics
/// If the host broke a promise.
pub fn smith(input: &[u8]) {
    // What is too short for a plan, or makes no component, says nothing about the host.
    let Some(plan) = Plan::of(input) else {
        return;
    };
    on_host(async |runtime| {
        let source = Source::bytes(plan.component);
        let launched = runtime.launch_with(NAME, source, plan.options.clone());
        match launched.await {
            Ok(()) => {
                drive(runtime, NAME, &plan.options, &plan.actions).await;
                end(runtime, NAME, &plan.options).await;
            }
            Err(error) => check_error(&error),
        }
    });
}
