//! Works for ever before its `run` is called: while the component is being instantiated. Shows
//! that a host bounds this too.

use ringhost_sdk::prelude::*;

/// A component calls the function of this name when it is instantiated.
// SAFETY: no other item of the component has this name, and its signature is that of the
// convention: no parameters, no result.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub extern "C" fn _initialize() {
    test_kernels::spin()
}

#[ring_kernel]
pub fn slow_start(context: &mut Context) -> Result<()> {
    context.receive()?;
    Ok(())
}
