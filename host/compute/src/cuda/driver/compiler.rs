//! The driver's compiler of PTX.

use super::{Context, Fault};
use cudarc::driver::DriverError;
use cudarc::driver::sys::{self, CUjit_option, CUjitInputType, CUlinkState};
use std::ffi::{CStr, CString, c_uint, c_void};
use std::sync::Arc;

/// Room for what the compiler has to say, in bytes.
const LOG: usize = 4096;

/// A compilation, and where its errors are told.
struct Link {
    state: CUlinkState,
    log: Box<[u8; LOG]>,
}

/// Has the driver compile a PTX for the context's device. The thread has entered the context.
///
/// # Errors
/// If the driver does not take it; then in its compiler's words.
pub(crate) fn compile(context: &Arc<Context>, ptx: &str) -> Result<Vec<u8>, Fault> {
    let text = CString::new(ptx);
    let text = text.map_err(|_| Fault::NoCode("there is a zero in its text".to_owned()))?;
    let mut link = Link::new().map_err(|error| context.fault(error))?;
    link.compile(&text)
        .map_err(|error| context.fault(error).with(&link.said()))
}

impl Link {
    fn new() -> Result<Self, DriverError> {
        let mut link = Self {
            state: std::ptr::null_mut(),
            log: Box::new([0; LOG]),
        };
        let mut options = [
            CUjit_option::CU_JIT_ERROR_LOG_BUFFER,
            CUjit_option::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
        ];
        // The second is a number in the place of a pointer.
        let mut values: [*mut c_void; 2] = [
            link.log.as_mut_ptr().cast(),
            std::ptr::without_provenance_mut(LOG),
        ];
        // SAFETY: each option has its value; the buffer is as long as they say, and stays where it is
        // until the state is destroyed, for `link` owns both.
        let created = unsafe {
            sys::cuLinkCreate_v2(
                options.len() as c_uint,
                options.as_mut_ptr(),
                values.as_mut_ptr(),
                &raw mut link.state,
            )
        };
        created.result()?;
        Ok(link)
    }

    fn compile(&mut self, ptx: &CStr) -> Result<Vec<u8>, DriverError> {
        let bytes = ptx.to_bytes_with_nul();
        // SAFETY: the text ends with a zero, which its length counts, and is only read.
        let added = unsafe {
            sys::cuLinkAddData_v2(
                self.state,
                CUjitInputType::CU_JIT_INPUT_PTX,
                bytes.as_ptr().cast_mut().cast(),
                bytes.len(),
                c"ringhost".as_ptr(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        };
        added.result()?;
        let (mut code, mut length) = (std::ptr::null_mut(), 0);
        // SAFETY: both places are written.
        unsafe { sys::cuLinkComplete(self.state, &raw mut code, &raw mut length) }.result()?;
        // SAFETY: the driver has written so many bytes there, and they stay until the state is destroyed.
        let code = unsafe { std::slice::from_raw_parts(code.cast::<u8>().cast_const(), length) };
        Ok(code.to_vec())
    }

    /// What the compiler has told of errors.
    fn said(&self) -> String {
        let said = CStr::from_bytes_until_nul(&*self.log).unwrap_or_default();
        said.to_string_lossy().trim().to_owned()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if !self.state.is_null() {
            // SAFETY: `new` has created it.
            let _ = unsafe { sys::cuLinkDestroy(self.state) };
        }
    }
}
