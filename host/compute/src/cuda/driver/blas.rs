//! NVIDIA's cuBLAS, where the machine has it: <https://docs.nvidia.com/cuda/cublas>.

use libloading::Library;
use std::ffi::{c_int, c_void};
use std::path::PathBuf;

/// Where it is installed as a rule, unless the loader knows it.
const FOLDERS: [&str; 3] = [
    "/usr/local/cuda/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
];

pub(super) type Handle = *mut c_void;
type Of = unsafe extern "C" fn(Handle) -> c_int;
type Into<T> = unsafe extern "C" fn(*mut T) -> c_int;
type Set<T> = unsafe extern "C" fn(Handle, T) -> c_int;
type SetWorkspace = unsafe extern "C" fn(Handle, u64, usize) -> c_int;

/// A product of matrices whose columns are one behind the other: which of the factors are transposed, rows
/// and columns of the result, columns of the first factor, and where all is.
pub(super) type Multiply<T> = unsafe extern "C" fn(
    Handle,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    *const T,
    u64,
    c_int,
    u64,
    c_int,
    *const T,
    u64,
    c_int,
) -> c_int;

/// Its functions, as they are called here. Addresses of the device are numbers.
pub(crate) struct Blas {
    pub(super) create: Into<Handle>,
    pub(super) destroy: Of,
    pub(super) set_stream: Set<*mut c_void>,
    pub(super) set_workspace: SetWorkspace,
    pub(super) set_pointer_mode: Set<c_int>,
    pub(super) set_atomics_mode: Set<c_int>,
    pub(super) set_math_mode: Set<c_int>,
    pub(super) short: Multiply<f32>,
    pub(super) long: Multiply<f64>,
}

impl Blas {
    /// The newest that a driver of this version of CUDA can go with; none where there is none that can be
    /// loaded and has these functions.
    pub(crate) fn find(driver: i32) -> Option<Self> {
        // A library needs a driver that is as new.
        let names: &[&str] = match driver {
            13_000.. => &["libcublas.so.13", "libcublas.so.12", "libcublas.so"],
            _ => &["libcublas.so.12", "libcublas.so"],
        };
        let paths = FOLDERS.iter().flat_map(|folder| {
            names
                .iter()
                .map(move |name| PathBuf::from(folder).join(name))
        });
        let mut all = names.iter().map(PathBuf::from).chain(paths);
        // SAFETY: a library of NVIDIA's, from where the system has its libraries: trusted, as the driver is.
        let library = all.find_map(|path| unsafe { Library::new(path) }.ok())?;
        Self::of(library).ok()
    }

    fn of(library: Library) -> Result<Self, libloading::Error> {
        // SAFETY: each function has the type that NVIDIA documents, in which a pointer to memory of the device
        // is a number of 64 bits, as `CUdeviceptr` is.
        let blas = unsafe {
            Self {
                create: *library.get(b"cublasCreate_v2\0")?,
                destroy: *library.get(b"cublasDestroy_v2\0")?,
                set_stream: *library.get(b"cublasSetStream_v2\0")?,
                set_workspace: *library.get(b"cublasSetWorkspace_v2\0")?,
                set_pointer_mode: *library.get(b"cublasSetPointerMode_v2\0")?,
                set_atomics_mode: *library.get(b"cublasSetAtomicsMode\0")?,
                set_math_mode: *library.get(b"cublasSetMathMode\0")?,
                short: *library.get(b"cublasSgemm_v2\0")?,
                long: *library.get(b"cublasDgemm_v2\0")?,
            }
        };
        // It is never unloaded: it may have threads, and a handle in a context that was lost is never given
        // back.
        std::mem::forget(library);
        Ok(blas)
    }
}

/// What it answers when it does not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    NoMemory,
    /// It cannot do that, or not here. Nothing has happened.
    Unable(c_int),
    /// Anything else: something has gone wrong on the device, or in the library.
    Failed(c_int),
}

impl Status {
    /// What an answer says.
    pub(super) fn of(answer: c_int) -> Result<(), Self> {
        match answer {
            0 => Ok(()),
            3 => Err(Self::NoMemory),
            // Not initialised, an invalid value, a device without what is needed, not supported, no licence.
            1 | 7 | 8 | 15 | 16 => Err(Self::Unable(answer)),
            other => Err(Self::Failed(other)),
        }
    }
}
