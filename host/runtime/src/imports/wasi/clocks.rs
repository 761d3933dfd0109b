//! Clocks that stand still, for those who were not granted any. A wait for time takes its time.

use std::time::Duration;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtxBuilder};

struct StandsStill;

impl HostWallClock for StandsStill {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for StandsStill {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        0
    }
}

pub(super) fn stand_still(builder: &mut WasiCtxBuilder) {
    builder.wall_clock(StandsStill).monotonic_clock(StandsStill);
}
