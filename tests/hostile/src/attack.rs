//! What an attack is.

use crate::Promise;
use bytes::Bytes;
use ringhost::{Grants, KernelTelemetry, LaunchOptions, Limits, LogLine, Restart, Tier};
use std::time::Duration;

/// Whether a limit was hit, by the attacker's figures at its end and the last lines that it logged.
pub type Evidence = fn(&KernelTelemetry, &[LogLine]) -> bool;

/// The memory that an attacker may have.
pub const MEMORY_BYTES: u64 = 64 << 20;

/// How many messages each of the attacker's queues holds.
const QUEUE: usize = 32;

/// A hostile component and what the host promises of it.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What it attacks.
    pub group: &'static str,
    /// Its name, unique among all.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// What the host makes of it.
    pub promise: Promise,
    /// The component.
    pub component: Bytes,
    /// True where somebody receives all that it sends.
    pub drained: bool,
    /// True where somebody asks for its state, again and again.
    pub snapshots: bool,
    /// How it is launched.
    pub options: LaunchOptions,
    /// How many files the folder holds that it is granted beside what the options grant, to write, as
    /// `/data`; `None` where it is granted none.
    pub files: Option<usize>,
    /// The key of the manifest that sets the limit it hits, where it is made for one.
    pub limit: Option<&'static str>,
    /// What its limit must have left behind, where its end does not tell.
    pub evidence: Option<Evidence>,
}

impl Attack {
    /// An attack whose messages nobody receives.
    pub(crate) fn new(
        group: &'static str,
        name: &'static str,
        description: &'static str,
        promise: Promise,
        component: Vec<u8>,
    ) -> Self {
        Self {
            group,
            name,
            description,
            promise,
            component: component.into(),
            drained: false,
            snapshots: false,
            options: options(),
            files: None,
            limit: None,
            evidence: None,
        }
    }

    /// The same with these grants.
    pub(crate) fn granted(mut self, grants: Grants) -> Self {
        self.options.grants = grants;
        self
    }

    /// The same with a folder of so many files.
    pub(crate) fn in_a_folder_of(self, files: usize) -> Self {
        Self {
            files: Some(files),
            ..self
        }
    }

    /// The same with somebody who receives all that it sends.
    pub(crate) fn drained(self) -> Self {
        Self {
            drained: true,
            ..self
        }
    }

    /// The same with somebody who asks for its state, again and again.
    pub(crate) fn asked_for_its_state(self) -> Self {
        Self {
            snapshots: true,
            ..self
        }
    }

    /// The same, launched with a state.
    pub(crate) fn given_a_state(mut self) -> Self {
        self.options = self.options.state("a state");
        self
    }

    /// The same with another limit, which it hits; with the key that sets it in the manifest.
    pub(crate) fn hits(mut self, key: &'static str, set: impl FnOnce(&mut LaunchOptions)) -> Self {
        set(&mut self.options);
        self.limit = Some(key);
        self
    }

    /// The same, started again when it has ended, as this says.
    pub(crate) fn restarting(mut self, restart: Restart) -> Self {
        self.options.restart = restart;
        self
    }

    /// The same in the dense tier.
    pub fn in_dense(mut self) -> Self {
        self.options.tier = Tier::Dense;
        self
    }

    /// The same with what the limit must have left behind.
    pub(crate) fn leaving(self, evidence: Evidence) -> Self {
        let evidence = Some(evidence);
        Self { evidence, ..self }
    }
}

/// How an attacker is launched that is not after a certain limit.
fn options() -> LaunchOptions {
    let limits = Limits {
        memory_bytes: MEMORY_BYTES,
        // A tenth of a second or so; the default is for honest initialisers.
        initialiser_fuel: 100_000_000,
        initialiser_time: Duration::from_millis(500),
        ..Limits::default()
    };
    LaunchOptions::default().queue_size(QUEUE).limits(limits)
}
