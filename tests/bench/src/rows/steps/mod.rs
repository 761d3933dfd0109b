//! What the parts of a message's way cost, each by itself: where the time of one message goes.

mod guest;
mod host;

use crate::bare::fault;
use crate::contender::{Contestant, Work};
use crate::measure::Setting;
use crate::row::Row;
use crate::target::Line;
use anyhow::Result;
use guest::{Call, Guest};
use host::Host;

/// The row's name.
pub(crate) const NAME: &str = "steps of a message";

/// A part of a message's way there and back.
pub(crate) struct Step {
    /// What it is.
    pub(crate) name: &'static str,
    /// How often it happens on the way.
    pub(crate) times: u32,
}

/// The parts, in the order in which a round finds out what they cost.
pub(crate) const STEPS: [Step; 9] = [
    step("the clock read, to time it", 1),
    step("16 bytes allocated and freed", 1),
    step("a kernel found by its name", 2),
    step("a lock taken and given back", 4),
    step("a task woken and polled", 2),
    step("a call from the kernel to the host", 1),
    step("what is more for 40 bytes each way", 1),
    step("what is more if the call may wait", 1),
    step("a fiber left and entered again", 1),
];

const fn step(name: &'static str, times: u32) -> Step {
    Step { name, times }
}

/// How often each is done in a round.
const COUNT: u32 = 2000;

/// The row.
pub(super) struct Steps;

impl Row for Steps {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        STEPS
            .iter()
            .map(|step| Line::new(step.name, "ns"))
            .collect()
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let host = executor.run(async move { Host::start(&handle).await })?;
        let guest = executor.run(async { Guest::start().await.map_err(fault) })?;
        let parts = Parts { host, guest };
        Ok(vec![Contestant::in_task("each", executor, parts)])
    }
}

struct Parts {
    host: Host,
    guest: Guest,
}

impl Work for Parts {
    async fn round(&mut self) -> Result<Vec<f64>> {
        let Self { host, guest } = self;
        let mut call = |call| guest.time(call, COUNT).map_err(fault);
        let nothing = call(Call::Nothing)?;
        let ready = call(Call::Ready)?;
        Ok(vec![
            host::clock(COUNT),
            host::allocation(COUNT),
            host.look_up(COUNT)?,
            host.lock(COUNT),
            host.wake(COUNT).await,
            nothing,
            call(Call::Exchange)? - nothing,
            ready - nothing,
            call(Call::Pending)? - ready,
        ])
    }
}
