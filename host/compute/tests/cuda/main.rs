//! Compute functions on a GPU: the real backend, over a stand-in for the driver whose device is a machine
//! that runs PTX, and for cuBLAS. With `RINGHOST_GPU` set in the environment they are those of this machine, and its GPU:
//! `cargo xtask gpu-check`.

mod accesses;
mod beside;
#[path = "../shared/catalogue.rs"]
mod catalogue;
#[path = "../shared/catalogue_gemm.rs"]
mod catalogue_gemm;
#[path = "../shared/catalogue_refused.rs"]
mod catalogue_refused;
#[path = "../shared/help.rs"]
mod help;
#[path = "../shared/hostile.rs"]
mod hostile;
#[path = "../shared/launches.rs"]
mod launches;
mod operators;
#[path = "../shared/order.rs"]
mod order;
mod products;
#[path = "../shared/resident.rs"]
mod resident;
mod resident_on_gpu;

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
    DEVICES.get_or_init(|| fenced(Fence::Trap))
}

/// The GPU with these fences, in a context of its own.
fn fenced(fence: Fence) -> Devices {
    if std::env::var_os("RINGHOST_GPU").is_none() {
        cuda_stand_in::load();
        cublas_stand_in::load();
    }
    Devices::cuda(1, fence)
}

/// Many where the GPU is real, and few where it is not, or they are to be few: `RINGHOST_GPU=few`.
fn many_or_few<T>(many: T, few: T) -> T {
    match std::env::var_os("RINGHOST_GPU") {
        Some(wanted) if wanted != "few" => many,
        _ => few,
    }
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
