//! What everybody in a simulation has at hand.

use crate::actors::arrival;
use crate::history::{DeadLetters, Event, Figures, History, Kernel};
use crate::plan::{KernelPlan, Plan};
use crate::scheduler::Stage;
use parking_lot::Mutex;
use ringhost::{KernelState, RingKernelRuntime};
use tokio::sync::watch;

/// What everybody in a simulation has at hand.
pub struct World {
    /// Who there is.
    pub plan: Plan,
    /// Where tasks are started.
    pub stage: Stage,
    /// Where everything is told.
    pub history: History,
    /// True when everybody is to go home.
    pub closing: watch::Sender<bool>,
    runtime: Mutex<Option<RingKernelRuntime>>,
}

impl World {
    /// A world with a runtime in which the plan's kernels are launched.
    pub fn new(plan: Plan, stage: Stage, runtime: RingKernelRuntime) -> Self {
        Self {
            plan,
            stage,
            history: History::begin(),
            closing: watch::Sender::new(false),
            runtime: Mutex::new(Some(runtime)),
        }
    }

    /// The runtime; `None` when it has been dropped.
    pub fn runtime(&self) -> Option<RingKernelRuntime> {
        self.runtime.lock().clone()
    }

    /// Drops this handle on the runtime.
    pub fn drop_runtime(&self) {
        let runtime = self.runtime.lock().take();
        drop(runtime);
    }

    /// Something happened.
    pub fn tell(&self, event: Event) {
        self.history.tell(event);
    }

    /// A kernel's plan.
    pub fn kernel(&self, kernel: Kernel) -> &KernelPlan {
        &self.plan.kernels[kernel]
    }

    /// A kernel's figures now.
    ///
    /// # Panics
    /// If the runtime has none.
    pub fn figures(&self, runtime: &RingKernelRuntime, kernel: Kernel) -> Figures {
        let telemetry = runtime.telemetry(&self.kernel(kernel).name);
        telemetry
            .expect("the kernel was launched")
            .expect("telemetry is on")
            .into()
    }

    /// A kernel's dead letters. They are taken.
    ///
    /// # Panics
    /// If the runtime does not know it.
    pub fn dead_letters(&self, runtime: &RingKernelRuntime, kernel: Kernel) -> DeadLetters {
        let name = &self.kernel(kernel).name;
        let telemetry = runtime.telemetry(name).expect("the kernel was launched");
        let letters = runtime.take_dead_letters(name);
        let letters = letters.expect("the kernel was launched");
        let kept = letters.iter().map(|letter| arrival(&letter.message).mark);
        DeadLetters {
            kept: kept.collect(),
            count: telemetry.expect("telemetry is on").dead_letters,
        }
    }

    /// A kernel's state now.
    ///
    /// # Panics
    /// If the runtime does not know it.
    pub fn state(&self, runtime: &RingKernelRuntime, kernel: Kernel) -> KernelState {
        runtime
            .state(&self.kernel(kernel).name)
            .expect("the kernel was launched")
    }

    /// Tells how all kernels stand.
    pub fn tell_how_all_stand(&self) {
        let Some(runtime) = self.runtime() else {
            return;
        };
        for (kernel, summary) in runtime.summary().kernels.into_iter().enumerate() {
            self.tell(Event::Stands {
                kernel,
                state: summary.state,
                input: summary.input_depth,
                output: summary.output_depth,
            });
        }
    }
}
