//! The GPUs in a process of their own, the broker: what fails there beyond repair, as a driver that hangs
//! or crashes, ends that process and not the host.
//!
//! The host keeps all that a space is but its memory: buffers, poison, and what has been asked for in which
//! order. What is next of a space is sent to the broker, which does a turn of it, as it would be done here,
//! and answers what became of it. Where the broker ends, its spaces answer `device-lost`, and the next
//! space is in a new one.

mod frame;
mod link;
mod place;
mod process;
mod rebuilt;
mod resident;
mod serve;
mod spaces;
mod wire;

pub(crate) use place::{Place, Registered};
pub use process::{BrokerProcess, is_broker};
pub use serve::broker;
pub(crate) use spaces::Broker;
