//! The rows of the table. One more is one more file, and one more line in [`all`].

mod batches;
mod compute;
mod first_load;
mod launch;
mod overhead;
mod parked;
mod pipeline;
mod pydotcompute;
mod round_trip;
mod scaling;
mod spinners;
pub(crate) mod steps;
mod stream;
mod terminate;
mod throughput;
mod trips;

use crate::row::Row;
use ringhost::Source;
use stream::Stream;
use trips::Trips;

// What rows are called that the page has more to say of.
pub(crate) const ROUND_TRIP: &str = "round trip, 16 bytes";
pub(crate) const THROUGHPUT: &str = "throughput, ";
pub(crate) const OVERHEAD: &str = "a message beside a bare wasmtime call";
pub(crate) const PARKED: &str = " parked kernels";

/// All rows, in the order of the table.
pub fn all() -> Vec<Box<dyn Row>> {
    vec![
        Box::new(round_trip::RoundTrip),
        Box::new(throughput::Throughput { size: 16 }),
        Box::new(throughput::Throughput { size: 256 }),
        Box::new(throughput::Throughput { size: 1 << 10 }),
        Box::new(throughput::Throughput { size: 4 << 10 }),
        Box::new(throughput::Throughput { size: 16 << 10 }),
        Box::new(throughput::Throughput { size: 64 << 10 }),
        Box::new(batches::Batches),
        Box::new(overhead::Overhead),
        Box::new(scaling::Scaling),
        Box::new(spinners::Spinners),
        Box::new(parked::ParkedKernels { count: 1000 }),
        Box::new(parked::ParkedKernels { count: 10_000 }),
        Box::new(parked::ParkedKernels { count: 100_000 }),
        Box::new(parked::ParkedKernels { count: 1_000_000 }),
        Box::new(launch::Launch),
        Box::new(first_load::FirstLoad),
        Box::new(terminate::Terminate),
        Box::new(pipeline::Pipeline),
        Box::new(pydotcompute::PyDotCompute),
        Box::new(compute::Compute),
        Box::new(steps::Steps),
    ]
}

/// The kernel that sends messages back, as an author writes it with the SDK.
fn echo() -> Source {
    ringhost_tests::kernel("echo")
}

/// The same in batches, without a call to the host for each message.
fn echo_bytes() -> Source {
    ringhost_tests::kernel("echo-bytes")
}
