//! What tests load in place of cuBLAS: a `libcublas.so.13` that has its functions' names.
//!
//! What they do is `cuda-stand-in`'s, which has the streams and the memory, counts their calls and has them fail:
//! here each asks it, as whatever was loaded as the driver. [`load`] puts it in place, as `cuda_stand_in::load`
//! does the driver. Linux with glibc only.

#![deny(missing_docs)]

use libloading::Library;
use std::ffi::{c_int, c_void};
use std::path::PathBuf;
use std::sync::OnceLock;

/// What cuBLAS answers where there is no driver that it can go with: not initialised.
const NO_DRIVER: c_int = 1;

/// The path of the library.
///
/// # Panics
/// Where it is not beside the executable that runs, nor in a folder of Cargo's around it.
pub fn path() -> PathBuf {
    let executable = std::env::current_exe().expect("the executable has a path");
    let folders = executable.ancestors().skip(1).take(3);
    let places = folders.flat_map(|folder| [folder.to_owned(), folder.join("deps")]);
    let mut files = places.map(|folder| folder.join("libcublas_stand_in.so"));
    files
        .find(|file| file.is_file())
        .expect("cargo builds libcublas_stand_in.so with whatever depends on cublas-stand-in")
}

/// Puts the stand-in in the place of cuBLAS in this process, for good. To be called behind
/// `cuda_stand_in::load`, and before anything asks for cuBLAS.
///
/// # Panics
/// Where the library is not found, or cannot be loaded.
pub fn load() {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    // SAFETY: the library is this crate's, and runs nothing when it is loaded.
    LIBRARY.get_or_init(|| unsafe { Library::new(path()) }.expect("the library can be loaded"));
}

/// The driver's stand-in, if that is what this process has for a driver.
fn driver() -> Option<&'static Library> {
    static DRIVER: OnceLock<Option<Library>> = OnceLock::new();
    // SAFETY: it is there already, or it is the driver itself, which may be loaded by anyone.
    let load = || unsafe { Library::new("libcuda.so") }.ok();
    DRIVER.get_or_init(load).as_ref()
}

/// Functions that ask the stand-in for the driver.
macro_rules! asked {
    ($($name:ident($($parameter:ident: $type:ty),*);)*) => { $(
        /// # Safety
        /// As cuBLAS's.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($parameter: $type),*) -> c_int {
            type Function = unsafe extern "C" fn($($type),*) -> c_int;
            let name = concat!("stand_in_", stringify!($name));
            // SAFETY: where it has the function, it has this type.
            let found = driver().and_then(|driver| unsafe { driver.get::<Function>(name).ok() });
            match found {
                // SAFETY: what the caller promises.
                Some(function) => unsafe { function($($parameter),*) },
                None => NO_DRIVER,
            }
        }
    )* };
}

asked! {
    cublasCreate_v2(place: *mut c_void);
    cublasDestroy_v2(handle: usize);
    cublasSetStream_v2(handle: usize, stream: usize);
    cublasSetWorkspace_v2(handle: usize, workspace: u64, bytes: usize);
    cublasSetPointerMode_v2(handle: usize, mode: c_int);
    cublasSetAtomicsMode(handle: usize, mode: c_int);
    cublasSetMathMode(handle: usize, mode: c_int);
    cublasSgemm_v2(
        handle: usize, turned_a: c_int, turned_b: c_int, m: c_int, n: c_int, k: c_int,
        alpha: *const f32, a: u64, a_stride: c_int, b: u64, b_stride: c_int,
        beta: *const f32, c: u64, c_stride: c_int
    );
    cublasDgemm_v2(
        handle: usize, turned_a: c_int, turned_b: c_int, m: c_int, n: c_int, k: c_int,
        alpha: *const f64, a: u64, a_stride: c_int, b: u64, b_stride: c_int,
        beta: *const f64, c: u64, c_stride: c_int
    );
}
