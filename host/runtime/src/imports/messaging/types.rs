//! The types of the interface, as wasmtime lifts and lowers them.

use crate::message::Priority;
use bytes::Bytes;
use wasmtime::component::{ComponentType, Lift, Lower, WasmList};

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum Band {
    #[component(name = "low")]
    Low,
    #[component(name = "normal")]
    Normal,
    #[component(name = "high")]
    High,
    #[component(name = "urgent")]
    Urgent,
}

/// The record `message`.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Incoming {
    pub(super) id: u64,
    pub(super) correlation: u64,
    pub(super) priority: Band,
    pub(super) payload: Bytes,
}

/// The record `outgoing`, as a handler returns it: when the host sees it, the handler may have taken
/// its memory back.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Returned {
    pub(in crate::imports) payload: Bytes,
    pub(in crate::imports) correlation: Option<u64>,
    pub(in crate::imports) priority: Option<Band>,
}

/// The record `outgoing`. Its payload is still in the kernel's memory.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct FromKernel {
    pub(super) payload: WasmList<u8>,
    pub(super) correlation: Option<u64>,
    pub(super) priority: Option<Band>,
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub(super) enum ReceiveError {
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "closed")]
    Closed,
    #[component(name = "terminating")]
    Terminating,
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(variant)]
pub(in crate::imports) enum SendError {
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "full")]
    Full,
    #[component(name = "closed")]
    Closed,
    #[component(name = "terminating")]
    Terminating,
    #[component(name = "too-large")]
    TooLarge(u64),
}

/// The record `unsent`.
#[derive(ComponentType, Lower, Clone, Copy)]
#[component(record)]
pub(super) struct Unsent {
    pub(super) taken: u32,
    pub(super) error: SendError,
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(variant)]
pub(super) enum ExchangeError {
    #[component(name = "send")]
    Send(Unsent),
    #[component(name = "receive")]
    Receive(ReceiveError),
}

impl From<Priority> for Band {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Urgent => Self::Urgent,
        }
    }
}

impl From<Band> for Priority {
    fn from(band: Band) -> Self {
        match band {
            Band::Low => Self::Low,
            Band::Normal => Self::Normal,
            Band::High => Self::High,
            Band::Urgent => Self::Urgent,
        }
    }
}
