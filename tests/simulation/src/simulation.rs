//! One simulation, from its seed to its trace.

use crate::actors;
use crate::history::{Event, Record};
use crate::listener::{Ear, listen};
use crate::plan::Plan;
use crate::scheduler::{Hung, Scheduler, Stage};
use crate::world::World;
use fastrand::Rng;
use ringhost::Source;
use ringhost_tests::kernel_path;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::OnceLock;

/// Everything that a simulation did.
#[derive(Debug, PartialEq)]
pub struct Trace {
    /// Who there was.
    pub plan: Plan,
    /// Whose turn it was, turn by turn.
    pub turns: Vec<u32>,
    /// What happened.
    pub records: Vec<Record>,
    /// The tasks that came to no end.
    pub hung: Vec<String>,
}

impl Trace {
    /// One number that stands for all of it.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.turns.hash(&mut hasher);
        for record in &self.records {
            record.to_string().hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// Runs the simulation of this seed.
///
/// # Panics
/// If the kernel has not been built, or something happened that cannot.
pub fn simulate(seed: u64) -> Trace {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("there are threads left");
    tokio.block_on(run(Rng::with_seed(seed)))
}

async fn run(mut chance: Rng) -> Trace {
    let plan = Plan::of(&mut chance);
    let stage = Stage::default();
    let world = Arc::new(set_up(plan, stage.clone()).await);
    listen(Some(Ear {
        history: world.history.clone(),
        longest_write: world.plan.longest_write,
        chance: chance.fork(),
    }));
    actors::enter(&world, &mut chance);
    let mut scheduler = Scheduler::new(stage, chance, || world.tell_how_all_stand());
    let ended = (&mut scheduler).await;
    let turns = std::mem::take(&mut scheduler.turns);
    // What is left of it is dropped where it can still be heard.
    drop(scheduler);
    listen(None);
    tell_what_is_left(&world);
    Trace {
        plan: world.plan.clone(),
        turns,
        records: world.history.take(),
        hung: ended.err().map(|Hung(tasks)| tasks).unwrap_or_default(),
    }
}

/// Launches everything. Loading takes threads of its own, on which chance has no hand: it is done
/// before anything else begins.
async fn set_up(plan: Plan, stage: Stage) -> World {
    let runtime = ringhost_tests::builder()
        .executor(stage.executor())
        .build()
        .expect("a runtime with these options can be built");
    for kernel in &plan.kernels {
        runtime
            .launch_with(&kernel.name, component(), kernel.options.clone())
            .await
            .expect("the kernel launches");
    }
    World::new(plan, stage, runtime)
}

/// The kernel's component, read once.
fn component() -> Source {
    static COMPONENT: OnceLock<Source> = OnceLock::new();
    let read = || {
        let bytes = std::fs::read(kernel_path("simulated")).expect("the kernel can be read");
        Source::bytes(bytes)
    };
    COMPONENT.get_or_init(read).clone()
}

fn tell_what_is_left(world: &World) {
    let Some(runtime) = world.runtime() else {
        return;
    };
    for (kernel, plan) in world.plan.kernels.iter().enumerate() {
        let status = runtime.status(&plan.name).expect("the kernel was launched");
        world.tell(Event::Over {
            kernel,
            figures: world.figures(&runtime, kernel),
            ending: status.ending,
            dead_letters: world.dead_letters(&runtime, kernel),
        });
    }
}
