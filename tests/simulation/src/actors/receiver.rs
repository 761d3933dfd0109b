//! Somebody who receives what a kernel sends.

use super::arrival;
use super::patience::{Patience, a_while};
use crate::history::{Event, Kernel, Receiving};
use crate::world::World;
use fastrand::Rng;
use ringhost::Error;
use std::sync::Arc;

/// Receives until the kernel has ended.
///
/// # Panics
/// If receiving fails for a reason that it cannot have.
pub async fn work(world: Arc<World>, kernel: Kernel, receiver: u32, mut chance: Rng) {
    let name = &world.kernel(kernel).name;
    loop {
        if chance.u32(..3) == 0 {
            tokio::time::sleep(a_while(&mut chance)).await;
        }
        let Some(runtime) = world.runtime() else {
            return;
        };
        let timeout = (chance.u32(..4) == 0).then(|| a_while(&mut chance));
        world.tell(Event::Receives { kernel, receiver });
        let received = Patience::of(&mut chance).wait(async {
            match timeout {
                None => runtime.receive(name).await,
                Some(timeout) => runtime.receive_timeout(name, timeout).await,
            }
        });
        let receiving = match received.await {
            Some(Ok(message)) => Receiving::Message(arrival(&message)),
            Some(Err(Error::Timeout(_))) => Receiving::Nothing,
            Some(Err(Error::KernelEnded(_))) => Receiving::Ended,
            Some(Err(error)) => panic!("a receive failed: {error}"),
            None => Receiving::GaveUp,
        };
        let ended = receiving == Receiving::Ended;
        world.tell(Event::Received {
            kernel,
            receiver,
            receiving,
        });
        if ended {
            return;
        }
    }
}
