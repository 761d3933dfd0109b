//! What a kernel leaves behind in figures. Without telemetry there is no [`Meter`] and nothing of
//! this costs anything; the counts of the queues are kept in any case.

mod meter;
mod snapshot;

pub(crate) use meter::Meter;
pub use snapshot::{KernelTelemetry, LatencySummary};
