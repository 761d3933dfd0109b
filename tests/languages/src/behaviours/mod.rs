//! What every kernel is held to.

mod endings;
mod lifecycle;
mod messages;
mod queues;
mod state;

use crate::Subject;
use anyhow::Result;
use std::future::Future;
use std::pin::Pin;

type Checked = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// One thing that a kernel is held to.
pub struct Behaviour {
    /// What it is called in the matrix.
    pub name: &'static str,
    /// Holds a kernel to it.
    pub check: fn(Subject) -> Checked,
}

macro_rules! behaviours {
    ($($name:literal: $check:path,)*) => {
        [$(Behaviour { name: $name, check: |subject| Box::pin($check(subject)) },)*]
    };
}

/// All of them, in the order of the matrix.
pub const BEHAVIOURS: [Behaviour; 28] = behaviours![
    "echo": messages::echo,
    "empty message": messages::empty,
    "UTF-8": messages::utf8,
    "any bytes": messages::any_bytes,
    "1 MiB message": messages::one_mebibyte,
    "too large": messages::too_large,
    "batch": messages::batch,
    "envelope and priority": messages::priority,
    "correlation": messages::correlation,
    "later answer": messages::later_answer,
    "receive with a timeout": queues::timeout,
    "full queue": queues::full,
    "queue that refuses": queues::refuses,
    "backpressure": queues::backpressure,
    "100 000 messages, memory": queues::memory,
    "kernel id, activity": lifecycle::asks,
    "pause in a wait": lifecycle::pause_in_a_wait,
    "pause in a loop": lifecycle::pause_in_a_loop,
    "terminate in receive": lifecycle::terminate_in_receive,
    "terminate when asked": lifecycle::terminate_when_asked,
    "stopped by force": lifecycle::stopped_by_force,
    "end of input": endings::end_of_input,
    "error": endings::error,
    "trap": endings::trap,
    "log": endings::log,
    "print": endings::print,
    "handler": state::handler,
    "snapshot and restore": state::snapshot_and_restore,
];
