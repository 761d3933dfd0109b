//! Somebody who sees to it that it all ends.

use super::operator::operate;
use super::patience::a_while;
use crate::history::Event;
use crate::plan::Finale;
use crate::world::World;
use fastrand::Rng;
use ringhost::{Call, RingKernelRuntime};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// Links what is to be linked, waits until closing time, and ends everything.
pub async fn work(world: Arc<World>, mut chance: Rng) {
    let Some(runtime) = world.runtime() else {
        return;
    };
    if let Some((from, to)) = world.plan.link {
        let (from_name, to_name) = (&world.kernel(from).name, &world.kernel(to).name);
        if let Ok(link) = runtime.connect(from_name, to_name) {
            let world_of_link = world.clone();
            world.stage.spawn("link's end", async move {
                let report = link.wait().await;
                world_of_link.tell(Event::LinkEnded {
                    forwarded: report.forwarded,
                    undelivered: report.undelivered,
                });
            });
        }
    }
    match world.plan.finale {
        Finale::DropScope => {
            let in_scope = runtime.clone();
            let mut scope = Box::pin(async move {
                in_scope
                    .scope(async |_| std::future::pending::<()>().await)
                    .await;
            });
            // It begins; and it is dropped at closing time.
            let begun = std::future::poll_fn(|context| {
                Poll::Ready(scope.as_mut().poll(context).is_pending())
            });
            assert!(begun.await);
            tokio::time::sleep(world.plan.closing).await;
            world.tell(Event::StopsAll);
            drop(scope);
            // A scope orders kernels that run to stop, and leaves alone those that never did.
            terminate_all(&world, &runtime, Duration::ZERO).await;
        }
        Finale::TerminateAll(deadline) => {
            tokio::time::sleep(world.plan.closing).await;
            terminate_all(&world, &runtime, deadline).await;
        }
        Finale::CloseInputs => {
            tokio::time::sleep(world.plan.closing).await;
            close_inputs(&world, &runtime, &mut chance).await;
        }
        Finale::DropRuntime => {
            drop(runtime);
            tokio::time::sleep(world.plan.closing).await;
            world.tell(Event::AllGoHome);
            world.closing.send_replace(true);
            // When everybody else has gone home.
            world.closing.closed().await;
            world.tell(Event::StopsAll);
            world.drop_runtime();
        }
    }
}

async fn close_inputs(world: &World, runtime: &RingKernelRuntime, chance: &mut Rng) {
    for kernel in 0..world.plan.kernels.len() {
        // So that all that can end by itself does.
        for call in [Call::Activate, Call::Reactivate, Call::CloseInput] {
            operate(world, runtime, kernel, call).await;
        }
        tokio::time::sleep(a_while(chance)).await;
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    terminate_all(world, runtime, Duration::from_millis(5)).await;
}

async fn terminate_all(world: &World, runtime: &RingKernelRuntime, deadline: Duration) {
    let mut terminate = pin!(runtime.terminate_all_timeout(deadline));
    let first = std::future::poll_fn(|context| Poll::Ready(terminate.as_mut().poll(context))).await;
    for kernel in 0..world.plan.kernels.len() {
        world.tell(Event::AsksToEnd {
            kernel,
            deadline,
            after: world.figures(runtime, kernel),
        });
    }
    if first.is_pending() {
        terminate.await;
    }
    for kernel in 0..world.plan.kernels.len() {
        world.tell(Event::Ended {
            kernel,
            done: true,
            after: world.figures(runtime, kernel),
        });
    }
}
