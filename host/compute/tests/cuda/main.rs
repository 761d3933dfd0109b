//! Compute functions on a GPU: the real backend, over a stand-in for the driver whose device is a machine
//! that runs PTX. With `RINGHOST_GPU` set in the environment it is a real GPU: `cargo xtask gpu-check`.

#[path = "../shared/help.rs"]
mod help;
#[path = "../shared/hostile.rs"]
mod hostile;
#[path = "../shared/launches.rs"]
mod launches;
#[path = "../shared/order.rs"]
mod order;

use help::*;
use ringhost_compute::{
    Argument, Buffer, Command, ComputeError, DeviceKind, Devices, Event, Fence, Launch, Program,
    Space, Stats,
};
use std::sync::OnceLock;
use std::time::Duration;

/// The GPU, on which an access that is out of bounds is a trap, as it is on the CPU.
fn devices() -> &'static Devices {
    static DEVICES: OnceLock<Devices> = OnceLock::new();
    DEVICES.get_or_init(|| {
        if std::env::var_os("RINGHOST_GPU").is_none() {
            cuda_stand_in::load();
        }
        Devices::cuda(1, Fence::Trap)
    })
}

/// A space for a program with room for 4 MiB: on the GPU, where what is the same on any number of threads is
/// compared with one of the CPU's.
fn space_on(threads: usize, program: &Program) -> Space {
    let kind = if threads == 1 {
        DeviceKind::Cpu
    } else {
        DeviceKind::Cuda
    };
    devices().space(Some(kind), program, 4 << 20).unwrap()
}

fn space(text: &str) -> Space {
    space_on(2, &program(text))
}
