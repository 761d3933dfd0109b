//! What the driver answers when it does not do what it was asked.

use crate::ComputeError;
use cudarc::driver::DriverError;
use cudarc::driver::sys::CUresult;

/// What the driver answers when it does not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no memory left. Nothing has happened.
    NoMemory,
    /// The driver cannot make code of a PTX. Nothing has happened.
    NoCode(String),
    /// Anything else. Some of it cannot be mended but with a new context, and what it was is not always
    /// told by the call that brought it about, so the context is given up.
    Lost(String),
}

impl Fault {
    pub(super) fn of(error: DriverError) -> Self {
        match error.0 {
            CUresult::CUDA_ERROR_OUT_OF_MEMORY => Self::NoMemory,
            CUresult::CUDA_ERROR_INVALID_PTX
            | CUresult::CUDA_ERROR_NO_BINARY_FOR_GPU
            | CUresult::CUDA_ERROR_UNSUPPORTED_PTX_VERSION
            | CUresult::CUDA_ERROR_JIT_COMPILER_NOT_FOUND
            | CUresult::CUDA_ERROR_INVALID_IMAGE => Self::NoCode(words(error)),
            _ => Self::Lost(words(error)),
        }
    }

    /// The same with what the driver's compiler said, where it did.
    pub(super) fn with(self, log: &str) -> Self {
        match self {
            Self::NoCode(reason) if !log.is_empty() => Self::NoCode(format!("{reason}: {log}")),
            other => other,
        }
    }

    /// The error that a kernel gets where so many bytes were asked for.
    pub(crate) fn into_error(self, requested: u64) -> ComputeError {
        match self {
            Self::NoMemory => ComputeError::OutOfMemory {
                requested,
                reason: "the device has no memory left; make a smaller space, or one on the CPU"
                    .to_owned(),
            },
            Self::NoCode(reason) => {
                ComputeError::NoDevice(format!("the driver cannot compile it: {reason}"))
            }
            Self::Lost(reason) => ComputeError::DeviceLost(reason),
        }
    }
}

/// The driver's own name of an error, and its words.
fn words(error: DriverError) -> String {
    let text = |words: Result<&std::ffi::CStr, DriverError>| {
        words.map_or(String::new(), |words| words.to_string_lossy().into_owned())
    };
    // Each asks the driver, which may be what fails.
    let asked = std::panic::catch_unwind(|| (text(error.error_name()), text(error.error_string())));
    match asked {
        Ok((name, meaning)) if !name.is_empty() => format!("{name}: {meaning}"),
        _ => format!("error {} of the driver", error.0 as u32),
    }
}
