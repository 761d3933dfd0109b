//! Contexts, and which one a thread works in.

use std::cell::Cell;
use std::ffi::{c_int, c_uint, c_void};
use std::sync::atomic::AtomicI32;
use std::sync::{Arc, RwLock};

use super::device::only;
use super::state::{Context, state};
use super::stream::wait_for_all;
use super::{Code, DEVICE_UNAVAILABLE, INVALID_CONTEXT, UNKNOWN, anywhere, give, within};

thread_local! {
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

/// The thread's context.
pub fn current() -> Result<Arc<Context>, Code> {
    let handle = CURRENT.get();
    let contexts = &state().contexts;
    contexts.get(&handle).cloned().ok_or(INVALID_CONTEXT)
}

fn make() -> Result<Arc<Context>, Code> {
    let mut state = state();
    if state.lost {
        return Err(DEVICE_UNAVAILABLE);
    }
    let context = Arc::new(Context {
        handle: state.handle(),
        broken: AtomicI32::new(0),
        running: RwLock::default(),
    });
    state.contexts.insert(context.handle, context.clone());
    Ok(context)
}

fn destroy(context: &Arc<Context>) {
    end(context);
    state().clear(context);
}

/// Breaks a context, and waits for what runs in it, which ends where it is: its memory may be another
/// context's next, at the same address.
pub fn end(context: &Context) {
    context.fail(UNKNOWN);
    drop(context.running.write());
}

/// # Safety
/// As the driver's.
unsafe fn create(place: *mut usize, device: c_int) -> Result<(), Code> {
    only(device)?;
    let context = make()?;
    CURRENT.set(context.handle);
    // SAFETY: what the caller promises.
    unsafe { give(place, context.handle) }
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuCtxCreate_v2(place: *mut usize, _flags: c_uint, device: c_int) -> Code {
    // SAFETY: what the caller promises.
    anywhere("cuCtxCreate_v2", || unsafe { create(place, device) })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuCtxCreate_v3(
    place: *mut usize,
    _parameters: *mut c_void,
    _count: c_int,
    _flags: c_uint,
    device: c_int,
) -> Code {
    // SAFETY: what the caller promises.
    anywhere("cuCtxCreate_v3", || unsafe { create(place, device) })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuCtxCreate_v4(
    place: *mut usize,
    _parameters: *mut c_void,
    _flags: c_uint,
    device: c_int,
) -> Code {
    // SAFETY: what the caller promises.
    anywhere("cuCtxCreate_v4", || unsafe { create(place, device) })
}

#[unsafe(no_mangle)]
extern "C" fn cuCtxDestroy_v2(handle: usize) -> Code {
    anywhere("cuCtxDestroy_v2", || {
        let context = state().contexts.get(&handle).cloned();
        let context = context.ok_or(INVALID_CONTEXT)?;
        destroy(&context);
        if CURRENT.get() == handle {
            CURRENT.set(0);
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuCtxSetCurrent(handle: usize) -> Code {
    anywhere("cuCtxSetCurrent", || {
        if handle != 0 && !state().contexts.contains_key(&handle) {
            return Err(INVALID_CONTEXT);
        }
        CURRENT.set(handle);
        Ok(())
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuCtxGetCurrent(place: *mut usize) -> Code {
    // SAFETY: what the caller promises.
    anywhere("cuCtxGetCurrent", || unsafe { give(place, CURRENT.get()) })
}

#[unsafe(no_mangle)]
extern "C" fn cuCtxSynchronize() -> Code {
    within("cuCtxSynchronize", |context| wait_for_all(context, false))
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuCtxGetStreamPriorityRange(least: *mut c_int, greatest: *mut c_int) -> Code {
    within("cuCtxGetStreamPriorityRange", |_| {
        // SAFETY: what the caller promises.
        unsafe { give(least, 0) }?;
        // SAFETY: what the caller promises.
        unsafe { give(greatest, -5) }
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDevicePrimaryCtxRetain(place: *mut usize, device: c_int) -> Code {
    anywhere("cuDevicePrimaryCtxRetain", || {
        only(device)?;
        let known = state().primary.clone();
        let (context, count) = match known {
            Some((context, count)) => (context, count + 1),
            None => (make()?, 1),
        };
        let handle = context.handle;
        state().primary = Some((context, count));
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuDevicePrimaryCtxRelease_v2(device: c_int) -> Code {
    anywhere("cuDevicePrimaryCtxRelease_v2", || {
        only(device)?;
        let primary = state().primary.take().ok_or(INVALID_CONTEXT)?;
        match primary {
            (context, 1) => destroy(&context),
            (context, count) => state().primary = Some((context, count - 1)),
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuDevicePrimaryCtxReset_v2(device: c_int) -> Code {
    anywhere("cuDevicePrimaryCtxReset_v2", || {
        only(device)?;
        let primary = state().primary.take();
        if let Some((context, _)) = primary {
            destroy(&context);
        }
        Ok(())
    })
}
