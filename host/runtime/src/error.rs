//! What can go wrong, each with the cause and the way out.

use crate::lifecycle::{Call, Ending, InvalidKernelIdError, KernelId, KernelState};
use crate::message::{DecodeError, EncodeError};
use crate::module::LoadError;
use crate::sandbox::GrantError;
use std::time::Duration;

/// Everything a runtime operation can answer instead of a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No kernel has this name.
    #[error(transparent)]
    KernelNotFound(#[from] KernelNotFoundError),
    /// The call is not valid in the kernel's state.
    #[error(transparent)]
    KernelState(#[from] KernelStateError),
    /// The kernel has ended, and all it had sent has been received.
    #[error(transparent)]
    KernelEnded(#[from] KernelEndedError),
    /// The name is taken.
    #[error(transparent)]
    KernelExists(#[from] KernelExistsError),
    /// No kernel can have this name.
    #[error(transparent)]
    InvalidKernelId(#[from] InvalidKernelIdError),
    /// An option has a value that cannot be meant.
    #[error(transparent)]
    InvalidOption(#[from] InvalidOptionError),
    /// The input queue stayed full.
    #[error(transparent)]
    QueueFull(#[from] QueueFullError),
    /// The input was closed, so it takes no more messages.
    #[error(transparent)]
    InputClosed(#[from] InputClosedError),
    /// Nothing came within the timeout.
    #[error(transparent)]
    Timeout(#[from] TimeoutError),
    /// The message is larger than the kernel's limit.
    #[error(transparent)]
    MessageTooLarge(#[from] MessageTooLargeError),
    /// The message of a `call` was dropped, so no reply can come.
    #[error(transparent)]
    MessageDropped(#[from] MessageDroppedError),
    /// There is no state to take out.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// No other component took the kernel's place.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// The component could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What the kernel is granted cannot be opened.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// A typed message could not be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A message is not of the expected type.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// No kernel has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kernel {kernel_id:?}; {}", listed(.known))]
pub struct KernelNotFoundError {
    /// The name that was asked for.
    pub kernel_id: String,
    /// Names that do exist, at most eight of them.
    pub known: Vec<KernelId>,
}

fn listed(names: &[KernelId]) -> String {
    if names.is_empty() {
        return "none is registered or launched yet".to_owned();
    }
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("{:?}", name.as_str()))
        .collect();
    format!("known are {}", names.join(", "))
}

/// The call is not valid in the state the kernel is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{operation} is not valid for kernel {:?}, which is {current_state}{}; it needs {}",
    .kernel_id.as_str(), ended(.ending.as_ref()), one_of(.expected_states)
)]
pub struct KernelStateError {
    /// The kernel.
    pub kernel_id: KernelId,
    /// The state it is in.
    pub current_state: KernelState,
    /// The states in which the call is valid.
    pub expected_states: &'static [KernelState],
    /// The call.
    pub operation: Call,
    /// How the kernel ended, where it has.
    pub ending: Option<Ending>,
}

fn ended(ending: Option<&Ending>) -> String {
    ending
        .map(|ending| format!(" (it {ending})"))
        .unwrap_or_default()
}

fn one_of(states: &[KernelState]) -> String {
    let names: Vec<_> = states.iter().map(KernelState::to_string).collect();
    names.join(" or ")
}

/// The kernel has ended and nothing of what it sent is left to receive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("kernel {:?} has ended and left nothing more to receive: it {ending}", .kernel_id.as_str())]
pub struct KernelEndedError {
    /// The kernel.
    pub kernel_id: KernelId,
    /// How it ended.
    pub ending: Ending,
}

/// Why a kernel's state cannot be taken out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Its component has no state that could be.
    #[error(
        "kernel {:?} has no state to take out: its component does not export snapshot (ring:kernel/state@0.1.0), which only a handler can",
        .kernel_id.as_str()
    )]
    NotExported {
        /// The kernel.
        kernel_id: KernelId,
    },
    /// The kernel gave none.
    #[error("kernel {:?} gave no state: {reason}", .kernel_id.as_str())]
    Refused {
        /// The kernel.
        kernel_id: KernelId,
        /// What it said, or that it died.
        reason: String,
    },
}

/// Why no other component took a kernel's place. The kernel goes on as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplaceError {
    /// It has a state, and the other component could not take it on.
    #[error(
        "kernel {:?} has a state that the new component cannot take on: it does not export restore (ring:kernel/state@0.1.0); replace it without its state, or export that",
        .kernel_id.as_str()
    )]
    Stateless {
        /// The kernel.
        kernel_id: KernelId,
    },
    /// It did not give its state in time.
    #[error(
        "kernel {:?} did not give its state within {waited:?}; give it longer, or replace it without its state",
        .kernel_id.as_str()
    )]
    NoState {
        /// The kernel.
        kernel_id: KernelId,
        /// How long it had.
        waited: Duration,
    },
    /// Somebody replaced it by yet another component at the same time.
    #[error("kernel {:?} was given another replacement meanwhile", .kernel_id.as_str())]
    Overtaken {
        /// The kernel.
        kernel_id: KernelId,
    },
}

/// The name is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the kernel id {:?} is taken: that kernel is {current_state}; remove it first or choose another id",
    .kernel_id.as_str()
)]
pub struct KernelExistsError {
    /// The name.
    pub kernel_id: KernelId,
    /// The state of the kernel that has it.
    pub current_state: KernelState,
}

/// An option has a value that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{option} cannot be {value}: {reason}")]
pub struct InvalidOptionError {
    /// The option.
    pub option: &'static str,
    /// Its value.
    pub value: String,
    /// Why not, and what to give instead.
    pub reason: &'static str,
}

/// The queue stayed full for the whole timeout, or is set to refuse at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the input queue of kernel {:?} is full (it holds {capacity} messages, {capacity_bytes} bytes){}; wait longer, launch it with a larger queue, or have the kernel receive faster",
    .kernel_id.as_str(), after(*.waited)
)]
pub struct QueueFullError {
    /// The kernel.
    pub kernel_id: KernelId,
    /// How many messages its queue holds.
    pub capacity: usize,
    /// How many bytes its queue holds.
    pub capacity_bytes: usize,
    /// How long the sender waited; `None` where the queue refuses at once.
    pub waited: Option<Duration>,
}

fn after(waited: Option<Duration>) -> String {
    waited
        .map(|waited| format!(" and stayed so for {waited:?}"))
        .unwrap_or_default()
}

/// The input was closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the input of kernel {:?} was closed; it takes no more messages", .kernel_id.as_str())]
pub struct InputClosedError {
    /// The kernel.
    pub kernel_id: KernelId,
}

/// Nothing came within the timeout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("kernel {:?} sent {what} within {timeout:?}", .kernel_id.as_str())]
pub struct TimeoutError {
    /// The kernel.
    pub kernel_id: KernelId,
    /// What was waited for: "no message" or "no reply".
    pub what: &'static str,
    /// How long the caller waited.
    pub timeout: Duration,
}

/// The message is larger than the kernel takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a message of {length} bytes is over the limit of kernel {:?}, {limit} bytes; split it, or launch the kernel with a larger message limit",
    .kernel_id.as_str()
)]
pub struct MessageTooLargeError {
    /// The kernel.
    pub kernel_id: KernelId,
    /// The message's length in bytes.
    pub length: usize,
    /// The limit in bytes.
    pub limit: usize,
}

/// The message of a `call` was dropped, so no reply can come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the call to kernel {:?} {cause}", .kernel_id.as_str())]
pub struct MessageDroppedError {
    /// The kernel.
    pub kernel_id: KernelId,
    /// Why it was dropped.
    pub cause: DropCause,
}

/// Why a call's message was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DropCause {
    /// The queue was full, and its overflow rule says so.
    #[error(
        "was dropped by its full queue; call again, or launch the kernel with a queue that waits"
    )]
    Overflow,
    /// The kernel died with it in hand.
    #[error("was in its hand when it died; it is among its dead letters")]
    DeadLetter,
}
