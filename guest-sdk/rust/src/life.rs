//! What a handler may ask about its own life: what a [`Context`](crate::Context) tells a loop.
//!
//! In a native test the [`TestHost`](crate::testing::TestHost) that runs the kernel answers; where
//! none does, the kernel is called `test`, is active, and is not to end.

#[cfg(target_arch = "wasm32")]
use crate::guest::life as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::life as host;

/// The name under which the host launched this kernel. It never changes.
pub fn kernel_id() -> String {
    host::kernel_id()
}

/// True from the moment the host asks the kernel to end. A handler that is at work for long should
/// look at it from time to time and return soon after; past the host's deadline it is stopped
/// wherever it is.
pub fn should_terminate() -> bool {
    host::should_terminate()
}

/// False while the host has the kernel paused. The host stops a paused kernel in any case.
pub fn is_active() -> bool {
    host::is_active()
}
