//! The driver itself, and its one device.

use std::ffi::{c_char, c_int, c_uint};

use super::{Code, INVALID_DEVICE, INVALID_VALUE, NOT_FOUND, anywhere, give};
use crate::driver::state::state;

/// Multiprocessors of the device, and threads that each can run at a time: few, so that grids are.
const PROCESSORS: c_int = 4;
pub const THREADS: c_int = 512;

/// The names of errors that it has.
const NAMES: [(Code, &str); 22] = [
    (0, "CUDA_SUCCESS\0"),
    (1, "CUDA_ERROR_INVALID_VALUE\0"),
    (2, "CUDA_ERROR_OUT_OF_MEMORY\0"),
    (46, "CUDA_ERROR_DEVICE_UNAVAILABLE\0"),
    (101, "CUDA_ERROR_INVALID_DEVICE\0"),
    (201, "CUDA_ERROR_INVALID_CONTEXT\0"),
    (209, "CUDA_ERROR_NO_BINARY_FOR_GPU\0"),
    (218, "CUDA_ERROR_INVALID_PTX\0"),
    (400, "CUDA_ERROR_INVALID_HANDLE\0"),
    (500, "CUDA_ERROR_NOT_FOUND\0"),
    (600, "CUDA_ERROR_NOT_READY\0"),
    (700, "CUDA_ERROR_ILLEGAL_ADDRESS\0"),
    (702, "CUDA_ERROR_LAUNCH_TIMEOUT\0"),
    (715, "CUDA_ERROR_ILLEGAL_INSTRUCTION\0"),
    (716, "CUDA_ERROR_MISALIGNED_ADDRESS\0"),
    (719, "CUDA_ERROR_LAUNCH_FAILED\0"),
    (801, "CUDA_ERROR_NOT_SUPPORTED\0"),
    (900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED\0"),
    (901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED\0"),
    (905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION\0"),
    (907, "CUDA_ERROR_CAPTURED_EVENT\0"),
    (999, "CUDA_ERROR_UNKNOWN\0"),
];

#[unsafe(no_mangle)]
extern "C" fn cuInit(_flags: c_uint) -> Code {
    anywhere("cuInit", || Ok(()))
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDriverGetVersion(version: *mut c_int) -> Code {
    // SAFETY: what the caller promises.
    anywhere("cuDriverGetVersion", || unsafe { give(version, 13_000) })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDeviceGetCount(count: *mut c_int) -> Code {
    // SAFETY: what the caller promises.
    anywhere("cuDeviceGetCount", || unsafe { give(count, 1) })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDeviceGet(device: *mut c_int, ordinal: c_int) -> Code {
    anywhere("cuDeviceGet", || {
        only(ordinal)?;
        // SAFETY: what the caller promises.
        unsafe { give(device, 0) }
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDeviceGetName(name: *mut c_char, length: c_int, device: c_int) -> Code {
    anywhere("cuDeviceGetName", || {
        only(device)?;
        let text = c"CUDA stand-in".to_bytes_with_nul();
        let room = usize::try_from(length).map_err(|_| INVALID_VALUE)?;
        if name.is_null() || room < text.len() {
            return Err(INVALID_VALUE);
        }
        // SAFETY: the caller promises that there is room for so many, which is enough.
        unsafe { name.copy_from_nonoverlapping(text.as_ptr().cast(), text.len()) };
        Ok(())
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDeviceTotalMem_v2(bytes: *mut usize, device: c_int) -> Code {
    anywhere("cuDeviceTotalMem_v2", || {
        only(device)?;
        let memory = state().memory;
        // SAFETY: what the caller promises.
        unsafe { give(bytes, memory as usize) }
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDeviceGetUuid_v2(uuid: *mut [u8; 16], device: c_int) -> Code {
    anywhere("cuDeviceGetUuid_v2", || {
        only(device)?;
        // SAFETY: what the caller promises.
        unsafe { give(uuid, *b"ringhost stand-i") }
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuDeviceGetAttribute(
    value: *mut c_int,
    attribute: c_int,
    device: c_int,
) -> Code {
    anywhere("cuDeviceGetAttribute", || {
        only(device)?;
        let number = match attribute {
            // Threads of a block, in all and in its first dimension; the others.
            1 | 2 => 1024,
            3 => 1024,
            4 => 64,
            // Blocks of a grid, by dimension.
            5 => c_int::MAX,
            6 | 7 => 65535,
            // Threads of a warp.
            10 => 32,
            16 => PROCESSORS,
            // Kernels run at a time on several streams, and host memory is mapped, at the same addresses.
            19 | 31 | 41 => 1,
            39 => THREADS,
            40 => 2,
            // Compute capability 9.0.
            75 => 9,
            76 => 0,
            // Asynchronous allocation.
            115 => 1,
            _ => 0,
        };
        // SAFETY: what the caller promises.
        unsafe { give(value, number) }
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuGetErrorName(error: Code, name: *mut *const c_char) -> Code {
    anywhere("cuGetErrorName", || {
        let known = NAMES.iter().find(|(code, _)| *code == error);
        let (_, text) = known.ok_or(INVALID_VALUE)?;
        // SAFETY: what the caller promises.
        unsafe { give(name, text.as_ptr().cast()) }
    })
}

/// # Safety
/// As the driver's.
#[unsafe(no_mangle)]
unsafe extern "C" fn cuGetErrorString(error: Code, text: *mut *const c_char) -> Code {
    anywhere("cuGetErrorString", || {
        let known = NAMES.iter().find(|(code, _)| *code == error);
        let (_, name) = known.ok_or(INVALID_VALUE)?;
        // SAFETY: what the caller promises.
        unsafe { give(text, name.as_ptr().cast()) }
    })
}

/// There is nothing to be had this way: all functions are symbols.
#[unsafe(no_mangle)]
extern "C" fn cuGetProcAddress_v2(
    _symbol: *const c_char,
    _function: *mut *mut std::ffi::c_void,
    _version: c_int,
    _flags: u64,
    _status: *mut c_int,
) -> Code {
    anywhere("cuGetProcAddress_v2", || Err(NOT_FOUND))
}

/// Fails for all devices but the first.
pub fn only(device: c_int) -> Result<(), Code> {
    if device == 0 {
        Ok(())
    } else {
        Err(INVALID_DEVICE)
    }
}
