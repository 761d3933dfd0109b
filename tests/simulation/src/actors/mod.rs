//! Who there is besides the kernels.

mod janitor;
mod operator;
mod patience;
mod receiver;
mod sender;

use crate::world::World;
use fastrand::Rng;
use ringhost::Message;
use std::sync::Arc;
use test_kernels::order::Order;

use crate::history::{Arrival, Mark};

/// Puts everybody on the stage.
pub fn enter(world: &Arc<World>, chance: &mut Rng) {
    let plan = &world.plan;
    for number in 0..plan.senders.len() {
        let sender = sender::Sender::new(world.clone(), number, chance.fork());
        employ(world, &format!("sender {number}"), sender.work());
    }
    let mut receivers = 0;
    for (number, kernel) in plan.kernels.iter().enumerate() {
        for _ in 0..kernel.receivers {
            receivers += 1;
            let work = receiver::work(world.clone(), number, receivers, chance.fork());
            employ(world, &format!("receiver {receivers}"), work);
        }
        let work = operator::work(world.clone(), number, chance.fork());
        employ(world, &format!("operator {number}"), work);
    }
    let janitor = janitor::work(world.clone(), chance.fork());
    world.stage.spawn("janitor", janitor);
}

/// Starts work that is dropped at closing time, if the world has one.
fn employ(world: &World, name: &str, work: impl Future<Output = ()> + Send + 'static) {
    let mut closing = world.closing.subscribe();
    world.stage.spawn(name, async move {
        tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => {}
            () = work => {}
        }
    });
}

/// What a message is to the history.
///
/// # Panics
/// If it is none of ours.
pub fn arrival(message: &Message) -> Arrival {
    let order = Order::decode(&message.payload).expect("a kernel sends orders");
    Arrival {
        mark: Mark {
            label: order.label,
            serial: order.serial,
        },
        id: message.envelope.id.0,
        correlation: message.envelope.correlation.0,
        band: message.envelope.priority,
    }
}
