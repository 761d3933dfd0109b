//! Compute functions on the CPU, as a kernel's host uses them.

#[path = "../shared/catalogue.rs"]
mod catalogue;
#[path = "../shared/catalogue_gemm.rs"]
mod catalogue_gemm;
#[path = "../shared/catalogue_refused.rs"]
mod catalogue_refused;
mod extremes;
mod flood;
#[path = "../shared/help.rs"]
mod help;
#[path = "../shared/hostile.rs"]
mod hostile;
#[path = "../shared/launches.rs"]
mod launches;
#[path = "../shared/order.rs"]
mod order;
mod random;
#[path = "../shared/resident.rs"]
mod resident;
mod tables;
mod threads;
mod vectors;

use help::*;
use ringhost_compute::{
    Argument, Buffer, Command, ComputeError, Devices, Event, Launch, Program, Space, Stats,
};
use std::time::Duration;

/// A space for a program with room for 4 MiB, on so many threads.
fn space_on(threads: usize, program: &Program) -> Space {
    Devices::cpu(threads).space(None, program, 4 << 20).unwrap()
}

fn space(text: &str) -> Space {
    space_on(2, &program(text))
}
