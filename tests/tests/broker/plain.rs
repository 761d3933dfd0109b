//! Products of matrices in a broker that finds no cuBLAS: by the host's own function.

#[allow(
    clippy::duplicate_mod,
    reason = "the same tests, in spaces of this module's"
)]
#[path = "../../../host/compute/tests/shared/catalogue_gemm.rs"]
mod catalogue_gemm;

use super::*;

/// A space in such a broker.
fn space(text: &str) -> Space {
    static DEVICES: OnceLock<Devices> = OnceLock::new();
    let devices = DEVICES.get_or_init(|| {
        Devices::cuda(1, Fence::Trap).with_broker(process_with(&[cuda_stand_in::path()]))
    });
    devices
        .space(Some(DeviceKind::Cuda), &program(text), 4 << 20)
        .unwrap()
}
