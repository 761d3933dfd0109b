//! Somebody who sends messages and calls.

use super::arrival;
use super::patience::{Patience, a_while};
use crate::history::{Calling, Event, Kernel, Sending};
use crate::plan::{LABELS, SenderPlan};
use crate::world::World;
use fastrand::Rng;
use ringhost::{DropCause, Error, Message, Outgoing, Priority, RingKernelRuntime};
use std::sync::Arc;
use std::time::Duration;
use test_kernels::order::{Command, Order};

/// Somebody who sends messages and calls, one after the other.
pub struct Sender {
    world: Arc<World>,
    plan: SenderPlan,
    next_label: u32,
    chance: Rng,
}

impl Sender {
    /// The sender of this number.
    pub fn new(world: Arc<World>, number: usize, chance: Rng) -> Self {
        Self {
            plan: world.plan.senders[number],
            next_label: number as u32 * LABELS,
            world,
            chance,
        }
    }

    /// Does what it has to do.
    pub async fn work(mut self) {
        for _ in 0..self.plan.deeds {
            if self.chance.bool() {
                tokio::time::sleep(a_while(&mut self.chance)).await;
            }
            let Some(runtime) = self.world.runtime() else {
                return;
            };
            match self.chance.u32(..8) {
                0..4 => self.send(&runtime).await,
                4 | 5 => self.send_batch(&runtime).await,
                _ => self.call(&runtime).await,
            }
        }
    }

    async fn send(&mut self, runtime: &RingKernelRuntime) {
        let (label, message) = self.message(false);
        let (timeout, patience) = (self.timeout(), Patience::of(&mut self.chance));
        let name = self.name();
        let sent = patience.wait(async {
            match timeout {
                None => runtime.send(&name, message).await,
                Some(timeout) => runtime.send_timeout(&name, message, timeout).await,
            }
        });
        match sent.await {
            Some(Ok(id)) => self.offered(label, Sending::Accepted(Some(id.0))),
            Some(Err(error)) => self.refused(runtime, label, &error),
            None => self.gave_up(runtime, vec![label]),
        }
    }

    async fn send_batch(&mut self, runtime: &RingKernelRuntime) {
        let count = self.chance.usize(1..=6);
        let (labels, messages): (Vec<_>, Vec<_>) = (0..count).map(|_| self.message(false)).unzip();
        let (timeout, patience) = (self.timeout(), Patience::of(&mut self.chance));
        let name = self.name();
        let sent = patience.wait(async {
            match timeout {
                None => runtime.send_batch(&name, messages).await,
                Some(timeout) => runtime.send_batch_timeout(&name, messages, timeout).await,
            }
        });
        match sent.await {
            Some(Ok(taken)) => {
                for (at, label) in labels.into_iter().enumerate() {
                    let sending = if at < taken {
                        Sending::Accepted(None)
                    } else {
                        Sending::Refused
                    };
                    self.offered(label, sending);
                }
            }
            Some(Err(error)) => {
                for label in labels {
                    self.refused(runtime, label, &error);
                }
            }
            None => self.gave_up(runtime, labels),
        }
    }

    async fn call(&mut self, runtime: &RingKernelRuntime) {
        let (label, message) = self.message(true);
        let (timeout, patience) = (self.timeout(), Patience::of(&mut self.chance));
        let name = self.name();
        let called = patience.wait(async {
            match timeout {
                None => runtime.call(&name, message).await,
                Some(timeout) => runtime.call_timeout(&name, message, timeout).await,
            }
        });
        match called.await {
            Some(outcome) => self.called(runtime, label, outcome),
            None => self.gave_up(runtime, vec![label]),
        }
    }

    fn called(&self, runtime: &RingKernelRuntime, label: u32, outcome: Result<Message, Error>) {
        let calling = match outcome {
            Ok(message) => Calling::Answered(arrival(&message)),
            Err(Error::MessageDropped(dropped)) => match dropped.cause {
                DropCause::Overflow => Calling::Dropped,
                DropCause::DeadLetter => Calling::Died,
            },
            Err(Error::Timeout(_)) => Calling::TimedOut,
            Err(Error::KernelEnded(_)) => Calling::Ended,
            Err(error) => return self.refused(runtime, label, &error),
        };
        self.offered(label, Sending::Accepted(None));
        self.world.tell(Event::Called { label, calling });
    }

    fn refused(&self, runtime: &RingKernelRuntime, label: u32, error: &Error) {
        let sending = match error {
            Error::QueueFull(_) => Sending::Full {
                depth: self.world.figures(runtime, self.plan.kernel).input.depth as usize,
            },
            Error::InputClosed(_) => Sending::Closed,
            Error::KernelState(_) => Sending::Refused,
            error => panic!("a send was refused: {error}"),
        };
        self.offered(label, sending);
    }

    fn offered(&self, label: u32, sending: Sending) {
        let kernel = self.plan.kernel;
        self.world.tell(Event::Offered {
            kernel,
            label,
            sending,
        });
    }

    fn gave_up(&self, runtime: &RingKernelRuntime, labels: Vec<u32>) {
        let kernel = self.plan.kernel;
        let after = self.world.figures(runtime, kernel);
        self.world.tell(Event::GaveUp {
            kernel,
            labels,
            after,
        });
    }

    fn name(&self) -> String {
        self.world.kernel(self.kernel()).name.clone()
    }

    fn kernel(&self) -> Kernel {
        self.plan.kernel
    }

    /// A message that nobody has sent yet, and the event that tells of it.
    fn message(&mut self, call: bool) -> (u32, Outgoing) {
        self.next_label += 1;
        let label = self.next_label;
        let band = self.chance.choice(Priority::ALL).unwrap_or_default();
        let (command, argument) = self.command();
        let order = Order {
            label,
            serial: 0,
            command,
            argument,
        };
        self.world.tell(Event::Offers {
            kernel: self.kernel(),
            label,
            band,
            call,
        });
        (label, Outgoing::from(order.encode()).priority(band))
    }

    fn command(&mut self) -> (Command, u32) {
        if self.plan.harmful && self.chance.u32(..6) == 0 {
            let harm = [Command::Leave, Command::Fail, Command::Trap];
            return (self.chance.choice(harm).unwrap_or(Command::Trap), 0);
        }
        match self.chance.u32(..10) {
            0 => (Command::Forget, 0),
            1 | 2 => (Command::Split, self.chance.u32(..5)),
            3 | 4 => (Command::Compute, self.chance.u32(..2000)),
            5 => (Command::Hurry, 0),
            _ => (Command::Answer, 0),
        }
    }

    fn timeout(&mut self) -> Option<Duration> {
        (self.chance.u32(..3) == 0).then(|| a_while(&mut self.chance))
    }
}
