//! A GPU as a device, through the CUDA driver: what a space is there, and the threads that ask the driver.
//!
//! A space is an arena of device memory with a stream of its own. Its commands are asked for in batches,
//! each as long as a turn should be, and waited for; a launch that takes longer is cut into slices. So
//! spaces take turns as they do on the CPU, and a kernel on the device is never long.

mod batch;
mod blocks;
mod code;
mod desk;
mod devices;
mod driver;
mod issue;
mod place;
mod products;
mod replay;
mod resident;
mod workers;

pub(crate) use batch::Batch;
pub(crate) use devices::Gpus;
pub(crate) use place::Place;
pub(crate) use replay::Replay;
pub(crate) use resident::Loop;
pub(crate) use workers::{Turns, Workers};
