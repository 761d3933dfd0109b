//! Somebody who starts a kernel, pauses it, and ends it.

use super::patience::{Patience, a_while};
use crate::history::{Event, Kernel};
use crate::world::World;
use fastrand::Rng;
use ringhost::{Call, RingKernelRuntime};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// Operates a kernel for a while.
pub async fn work(world: Arc<World>, kernel: Kernel, mut chance: Rng) {
    tokio::time::sleep(a_while(&mut chance)).await;
    // Seldom it forgets to.
    let mut next = (chance.u32(..16) > 0).then_some(Call::Activate);
    for _ in 0..world.kernel(kernel).deeds + 1 {
        let Some(runtime) = world.runtime() else {
            return;
        };
        let call = next.take().unwrap_or_else(|| deed(&mut chance));
        match call {
            Call::Terminate => {
                let deadline = Duration::from_millis(chance.u64(..10));
                let patience = Patience::of(&mut chance);
                terminate(&world, &runtime, kernel, deadline, patience).await;
            }
            // Not a call: the executor drops the kernel's task.
            Call::Remove if chance.u32(..4) == 0 => {
                world.stage.drop_task(&world.kernel(kernel).name);
                world.tell(Event::TaskDropped { kernel });
            }
            call => operate(&world, &runtime, kernel, call).await,
        }
        drop(runtime);
        if call == Call::Deactivate && chance.u32(..4) > 0 {
            next = Some(Call::Reactivate);
        }
        if chance.bool() {
            tokio::time::sleep(a_while(&mut chance)).await;
        }
    }
}

/// Mostly a pause.
fn deed(chance: &mut Rng) -> Call {
    match chance.u32(..32) {
        0..22 => Call::Deactivate,
        22..27 => Call::Reactivate,
        27 => Call::CloseInput,
        28 => Call::Terminate,
        29 => Call::Activate,
        _ => Call::Remove,
    }
}

/// Makes a call that takes no time.
pub async fn operate(world: &World, runtime: &RingKernelRuntime, kernel: Kernel, call: Call) {
    let name = &world.kernel(kernel).name;
    let before = world.state(runtime, kernel);
    if call == Call::Remove && call.is_valid_in(before) {
        // Kept, so that its last figures can be read when all is over.
        return;
    }
    // The kernel's task is the one that its activation starts.
    let starts = call == Call::Activate && call.is_valid_in(before);
    world.stage.name_next(starts.then(|| name.clone()));
    let outcome = match call {
        Call::Activate => runtime.activate(name).await,
        Call::Deactivate => runtime.deactivate(name).await,
        Call::Reactivate => runtime.reactivate(name).await,
        Call::CloseInput => runtime.close_input(name).await,
        _ => runtime.remove(name),
    };
    world.tell(Event::Operates {
        kernel,
        call,
        before,
        done: outcome.is_ok(),
        after: world.figures(runtime, kernel),
    });
}

/// Terminates a kernel, or drops that future.
pub async fn terminate(
    world: &World,
    runtime: &RingKernelRuntime,
    kernel: Kernel,
    deadline: Duration,
    patience: Patience,
) {
    let name = &world.kernel(kernel).name;
    let mut terminate = pin!(runtime.terminate_timeout(name, deadline));
    let first = std::future::poll_fn(|context| Poll::Ready(terminate.as_mut().poll(context))).await;
    world.tell(Event::AsksToEnd {
        kernel,
        deadline,
        after: world.figures(runtime, kernel),
    });
    let outcome = match first {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => patience.wait(terminate).await,
    };
    match outcome {
        None => world.tell(Event::GaveUp {
            kernel,
            labels: vec![],
            after: world.figures(runtime, kernel),
        }),
        Some(outcome) => world.tell(Event::Ended {
            kernel,
            done: outcome.is_ok(),
            after: world.figures(runtime, kernel),
        }),
    }
}
