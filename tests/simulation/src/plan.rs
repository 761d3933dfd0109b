//! What a seed decides before anything happens: who there is.

use crate::history::Kernel;
use fastrand::Rng;
use ringhost::{InHand, LaunchOptions, Limits, Overflow, Restart, RestartWhen};
use std::time::Duration;

/// How a kernel goes about its work; see the kernel `simulated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Waits for one message at a time.
    Single,
    /// Waits a while only, and looks up from its work.
    Patient,
    /// Takes what there is.
    Batch,
    /// Answers the last first.
    Late,
    /// Ignores every sign that it should end.
    Stubborn,
}

impl Manner {
    const ALL: [Self; 5] = [
        Self::Single,
        Self::Patient,
        Self::Batch,
        Self::Late,
        Self::Stubborn,
    ];
}

/// A kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelPlan {
    /// Its name: its manner and its number.
    pub name: String,
    /// How it goes about its work.
    pub manner: Manner,
    /// How it is launched.
    pub options: LaunchOptions,
    /// How many receive what it sends.
    pub receivers: usize,
    /// How many things its operator does.
    pub deeds: usize,
}

impl KernelPlan {
    /// How many messages each of its queues holds.
    pub fn capacity(&self) -> usize {
        self.options.queue_size.unwrap_or(usize::MAX)
    }
}

/// Somebody who sends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SenderPlan {
    /// To this kernel.
    pub kernel: Kernel,
    /// How many things it does.
    pub deeds: usize,
    /// Whether it sends messages that end the kernel.
    pub harmful: bool,
}

/// How it all ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finale {
    /// All kernels are asked to end within this time.
    TerminateAll(Duration),
    /// The inputs are closed; kernels that do not end by that are terminated.
    CloseInputs,
    /// A scope is dropped.
    DropScope,
    /// The last handle on the runtime is dropped.
    DropRuntime,
}

/// Who there is.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The kernels.
    pub kernels: Vec<KernelPlan>,
    /// A link from one kernel to another.
    pub link: Option<(Kernel, Kernel)>,
    /// Who sends. The label of a sender's message is its place times [`LABELS`] and more.
    pub senders: Vec<SenderPlan>,
    /// How long writing a log line takes the host, at most.
    pub longest_write: Duration,
    /// When the end begins.
    pub closing: Duration,
    /// How it ends.
    pub finale: Finale,
}

/// Longer than a simulation: in it, restarts count to the end.
const LONG_WINDOW: Duration = Duration::from_secs(3600);

/// Labels for each sender.
pub const LABELS: u32 = 1000;

impl Plan {
    /// Throws the dice.
    pub fn of(chance: &mut Rng) -> Self {
        let count = chance.usize(1..=3);
        let mut kernels: Vec<_> = (0..count).map(|number| kernel(chance, number)).collect();
        let link = (count > 1 && chance.bool()).then_some((0, 1));
        if let Some((from, _)) = link {
            kernels[from].receivers = 0;
        }
        let shares = kernels
            .iter()
            .any(|kernel| kernel.options.limits.cpu_share.is_some());
        let restarts = |kernel: &KernelPlan| kernel.options.restart.when != RestartWhen::Never;
        let senders = (0..chance.usize(1..=5)).map(|_| {
            let to = chance.usize(..count);
            let harmful = chance.u32(..8) == 0 || restarts(&kernels[to]) && chance.bool();
            SenderPlan {
                kernel: to,
                deeds: chance.usize(1..=16),
                harmful,
            }
        });
        let senders = senders.collect();
        Self {
            senders,
            kernels,
            link,
            // Time that a kernel pays for is time that passes while it runs.
            longest_write: Duration::from_micros(if shares { 1000 } else { 0 }),
            closing: Duration::from_millis(chance.u64(5..60)),
            finale: finale(chance),
        }
    }
}

fn kernel(chance: &mut Rng, number: Kernel) -> KernelPlan {
    let manner = chance.choice(Manner::ALL).unwrap_or(Manner::Single);
    let slices = [300, 1000, 3000, 10_000];
    let limits = Limits {
        fuel_slice: chance.choice(slices).unwrap_or(1000),
        weight: chance.u32(1..=3),
        cpu_share: (chance.u32(..4) == 0).then(|| f64::from(chance.u32(1..=20)) / 20.0),
        // What a kernel logs is what the checks hear of it.
        log_bytes_per_second: u64::MAX,
        ..Limits::default()
    };
    let options = LaunchOptions::default()
        .queue_size(chance.usize(1..=8))
        .overflow(overflow(chance))
        .output_overflow(overflow(chance))
        .limits(limits)
        .restart(restart(chance));
    KernelPlan {
        name: format!("{manner:?}-{number}").to_lowercase(),
        manner,
        options,
        receivers: chance.choice([0, 1, 1, 1, 2]).unwrap_or(1),
        deeds: chance.usize(..10),
    }
}

fn restart(chance: &mut Rng) -> Restart {
    let when = match chance.u32(..6) {
        0 => RestartWhen::OnFailure,
        1 => RestartWhen::Always,
        _ => RestartWhen::Never,
    };
    let backoff = Duration::from_millis(chance.u64(1..5));
    Restart {
        when,
        backoff,
        longest_backoff: backoff * chance.u32(1..5),
        budget: chance.u32(1..6),
        window: LONG_WINDOW,
        in_hand: chance
            .choice([InHand::DeadLetter, InHand::Retry])
            .unwrap_or_default(),
        attempts: chance.u32(1..4),
    }
}

fn overflow(chance: &mut Rng) -> Overflow {
    match chance.u32(..6) {
        0 => Overflow::Reject,
        1 => Overflow::DropOldest,
        2 => Overflow::DropNewest,
        _ => Overflow::Wait,
    }
}

fn finale(chance: &mut Rng) -> Finale {
    match chance.u32(..6) {
        0 => Finale::DropScope,
        1 => Finale::DropRuntime,
        2 | 3 => Finale::CloseInputs,
        _ => Finale::TerminateAll(Duration::from_millis(chance.u64(..10))),
    }
}
