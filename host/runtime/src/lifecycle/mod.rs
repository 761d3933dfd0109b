//! The states of a kernel's life and the calls that move it from one to the next.
//!
//! ```text
//!            launch            activate           deactivate
//!  CREATED ─────────► LAUNCHED ─────────► ACTIVE ◄──────────► DEACTIVATED
//!                        │                  │      reactivate      │
//!                        │ terminate        │ terminate            │ terminate
//!                        ▼                  ▼                      │
//!                   TERMINATED ◄────── TERMINATING ◄───────────────┘
//! ```
//!
//! A kernel that ends by itself goes from ACTIVE, DEACTIVATED or TERMINATING to TERMINATED.
//! [`Call::expects`] is the whole table; the runtime and the tests both read it.

mod ending;
mod id;
mod status;

use serde::{Deserialize, Serialize};
use std::fmt;

pub use ending::{Ending, Frame, Limit, TrapReport};
pub use id::{InvalidKernelIdError, KernelId};
pub use status::Status;
pub(crate) use status::StatusCell;

/// Where a kernel is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KernelState {
    /// Known by name; nothing is allocated.
    Created,
    /// Compiled, instantiated, its queues allocated. None of its code runs yet, but messages may
    /// be sent to it.
    Launched,
    /// Running.
    Active,
    /// Paused: its code stands still, messages wait.
    Deactivated,
    /// Asked to end.
    Terminating,
    /// Ended. It stays visible with how it ended, until it is removed.
    Terminated,
}

impl KernelState {
    /// All states, in the order of life.
    pub const ALL: [Self; 6] = [
        Self::Created,
        Self::Launched,
        Self::Active,
        Self::Deactivated,
        Self::Terminating,
        Self::Terminated,
    ];

    /// True in ACTIVE and DEACTIVATED: the kernel was started, and nobody has asked it to end.
    pub(crate) fn is_running(self) -> bool {
        matches!(self, Self::Active | Self::Deactivated)
    }
}

impl fmt::Display for KernelState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Created => "CREATED",
            Self::Launched => "LAUNCHED",
            Self::Active => "ACTIVE",
            Self::Deactivated => "DEACTIVATED",
            Self::Terminating => "TERMINATING",
            Self::Terminated => "TERMINATED",
        })
    }
}

/// What a caller may ask of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Allocate: compile, instantiate, make the queues.
    Launch,
    /// Start processing.
    Activate,
    /// Pause.
    Deactivate,
    /// End a pause.
    Reactivate,
    /// Ask to end, and see to it.
    Terminate,
    /// Put a message on the input queue.
    Send,
    /// Take a message from the output queue.
    Receive,
    /// Say that no more messages will be sent.
    CloseInput,
    /// Free the name.
    Remove,
    /// Take its state out.
    Snapshot,
    /// Run another component in its place.
    Replace,
}

impl Call {
    /// All calls.
    pub const ALL: [Self; 11] = [
        Self::Launch,
        Self::Activate,
        Self::Deactivate,
        Self::Reactivate,
        Self::Terminate,
        Self::Send,
        Self::Receive,
        Self::CloseInput,
        Self::Remove,
        Self::Snapshot,
        Self::Replace,
    ];

    /// The transition table: the states in which this call is valid.
    pub const fn expects(self) -> &'static [KernelState] {
        use KernelState::{Active, Created, Deactivated, Launched, Terminated, Terminating};
        match self {
            Self::Launch => &[Created],
            Self::Activate => &[Launched],
            // Replace: not DEACTIVATED, for a new instance runs its initialisers.
            Self::Deactivate | Self::Replace => &[Active],
            Self::Reactivate => &[Deactivated],
            // Terminating: a second caller waits for the same end.
            Self::Terminate => &[Launched, Active, Deactivated, Terminating],
            Self::Send | Self::CloseInput => &[Launched, Active, Deactivated],
            // Terminated: what the kernel left is drained, then the ending is reported.
            Self::Receive => &[Launched, Active, Deactivated, Terminating, Terminated],
            Self::Remove => &[Created, Terminated],
            // Not LAUNCHED: nothing of the kernel runs yet, and its state is what it was given.
            Self::Snapshot => &[Active, Deactivated],
        }
    }

    /// The state in which a valid call leaves the kernel; `None` where it changes nothing. (A
    /// kernel that was never activated is TERMINATED as soon as it is TERMINATING, since there is
    /// nothing to wait for.)
    pub const fn leads_to(self) -> Option<KernelState> {
        match self {
            Self::Launch => Some(KernelState::Launched),
            Self::Activate | Self::Reactivate => Some(KernelState::Active),
            Self::Deactivate => Some(KernelState::Deactivated),
            Self::Terminate => Some(KernelState::Terminating),
            Self::Send
            | Self::Receive
            | Self::CloseInput
            | Self::Remove
            | Self::Snapshot
            | Self::Replace => None,
        }
    }

    /// True if the call is valid in this state.
    pub fn is_valid_in(self, state: KernelState) -> bool {
        self.expects().contains(&state)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Launch => "launch",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::Reactivate => "reactivate",
            Self::Terminate => "terminate",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::CloseInput => "close_input",
            Self::Remove => "remove",
            Self::Snapshot => "snapshot",
            Self::Replace => "replace",
        })
    }
}
