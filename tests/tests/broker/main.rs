//! The GPUs in a process of their own: the same functions with the same results as in this one, and what
//! becomes of kernels where that process ends.
//!
//! The broker's driver and cuBLAS are the stand-ins, and this process has neither.

#[path = "../../../host/compute/tests/shared/catalogue.rs"]
mod catalogue;
#[path = "../../../host/compute/tests/shared/catalogue_gemm.rs"]
mod catalogue_gemm;
#[path = "../../../host/compute/tests/shared/help.rs"]
mod help;
#[path = "../../../host/compute/tests/shared/hostile.rs"]
mod hostile;
mod kernels;
#[path = "../../../host/compute/tests/shared/launches.rs"]
mod launches;
mod lost;
#[path = "../../../host/compute/tests/shared/order.rs"]
mod order;
mod plain;
#[path = "../../../host/compute/tests/shared/resident.rs"]
mod resident;

use help::*;
use ringhost_compute::{
    Argument, BrokerProcess, Buffer, Command, ComputeError, DeviceKind, Devices, Event, Fence,
    Launch, Program, Space, Stats,
};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// A broker that has the stand-in for the driver, and the one for cuBLAS.
fn process() -> BrokerProcess {
    process_with(&[cuda_stand_in::path(), cublas_stand_in::path()])
}

/// A broker that has these libraries from the beginning.
fn process_with(libraries: &[PathBuf]) -> BrokerProcess {
    let mut process = BrokerProcess::new(env!("CARGO_BIN_EXE_broker"));
    let libraries = std::env::join_paths(libraries).unwrap();
    process.environment.push(("LD_PRELOAD".into(), libraries));
    process
}

fn devices() -> &'static Devices {
    static DEVICES: OnceLock<Devices> = OnceLock::new();
    DEVICES.get_or_init(|| Devices::cuda(1, Fence::Trap).with_broker(process()))
}

/// A space for a program with room for 4 MiB: in the broker, where what is the same on any number of threads
/// is compared with one of the CPU's.
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
