//! The driver's functions, by what they are about.
//!
//! Each looks first whether a test wants it to fail, and then whether its context still works.

mod blas;
mod context;
mod control;
mod device;
mod event;
mod graph;
mod link;
mod memory;
mod module;
mod product;
mod state;
mod stream;
mod work;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use state::{Context, state};

/// A code of an error, as the driver numbers them.
pub type Code = i32;

pub const INVALID_VALUE: Code = 1;
pub const OUT_OF_MEMORY: Code = 2;
pub const DEVICE_UNAVAILABLE: Code = 46;
pub const INVALID_DEVICE: Code = 101;
pub const INVALID_CONTEXT: Code = 201;
pub const NO_BINARY: Code = 209;
pub const INVALID_PTX: Code = 218;
pub const INVALID_HANDLE: Code = 400;
pub const NOT_FOUND: Code = 500;
pub const NOT_READY: Code = 600;
pub const ILLEGAL_ADDRESS: Code = 700;
pub const ILLEGAL_INSTRUCTION: Code = 715;
pub const MISALIGNED_ADDRESS: Code = 716;
pub const LAUNCH_FAILED: Code = 719;
pub const NOT_SUPPORTED: Code = 801;
pub const CAPTURE_UNSUPPORTED: Code = 900;
pub const CAPTURE_INVALIDATED: Code = 901;
pub const CAPTURE_ISOLATION: Code = 905;
pub const CAPTURED_EVENT: Code = 907;
pub const UNKNOWN: Code = 999;

/// The codes that break a context.
const BREAKING: [Code; 12] = [46, 214, 700, 702, 710, 714, 715, 716, 717, 718, 719, 999];

/// Whether a code breaks a context.
pub fn breaks(code: Code) -> bool {
    BREAKING.contains(&code)
}

fn code(result: Result<(), Code>) -> Code {
    result.err().unwrap_or(0)
}

/// Counts a call, and fails it where a test wants that.
fn enter(name: &str) -> Result<(), Code> {
    let mut state = state();
    *state.calls.entry(name.to_owned()).or_insert(0) += 1;
    let mut wanted = None;
    state.faults.retain_mut(|fault| {
        if fault.name == name {
            fault.nth -= 1;
            if fault.nth == 0 {
                wanted = Some(fault.code);
            }
        }
        fault.nth > 0
    });
    drop(state);
    match wanted {
        None => Ok(()),
        Some(code) => {
            if let (true, Ok(context)) = (breaks(code), context::current()) {
                context.fail(code);
            }
            Err(code)
        }
    }
}

/// A function that works without a context.
fn anywhere(name: &str, body: impl FnOnce() -> Result<(), Code>) -> Code {
    code(enter(name).and_then(|()| body()))
}

/// A function that works in the thread's context.
fn within(name: &str, body: impl FnOnce(&Arc<Context>) -> Result<(), Code>) -> Code {
    code(enter(name).and_then(|()| {
        let context = context::current()?;
        context.check()?;
        body(&context)
    }))
}

/// Writes to where a caller wants a result.
///
/// # Safety
/// The pointer is null, or good to be written.
unsafe fn give<T>(place: *mut T, value: T) -> Result<(), Code> {
    if place.is_null() {
        return Err(INVALID_VALUE);
    }
    // SAFETY: what the caller promises.
    unsafe { place.write(value) };
    Ok(())
}

impl Context {
    /// Fails where the context is broken.
    pub fn check(&self) -> Result<(), Code> {
        match self.broken.load(Ordering::SeqCst) {
            0 => Ok(()),
            code => Err(code),
        }
    }

    /// Breaks the context, unless it is broken.
    pub fn fail(&self, code: Code) {
        let _ = self
            .broken
            .compare_exchange(0, code, Ordering::SeqCst, Ordering::SeqCst);
    }
}
