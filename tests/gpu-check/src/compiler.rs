//! The peers' CUDA C, and NVIDIA's compiler for it, NVRTC, which needs no GPU.

use anyhow::{Context, Result, bail, ensure};
use libloading::Library;
use ringhost_toolchain::pypi::Packages;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};

/// What the kernels compute, in CUDA C.
pub const SOURCE: &str = include_str!("peers/peers.cu");

/// For the oldest GPU that ringhost takes; the driver compiles it further for the one that is there. Without
/// fused products and sums results are those of WebAssembly, bit for bit.
pub(crate) const OPTIONS: [&str; 2] = ["--gpu-architecture=compute_80", "--fmad=false"];

/// The functions of NVRTC that are used, of <https://docs.nvidia.com/cuda/nvrtc>.
struct Nvrtc(Library);

type Program = *mut c_void;
type Create = unsafe extern "C" fn(
    *mut Program,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> c_int;
type Compile = unsafe extern "C" fn(Program, c_int, *const *const c_char) -> c_int;
type Size = unsafe extern "C" fn(Program, *mut usize) -> c_int;
type Get = unsafe extern "C" fn(Program, *mut c_char) -> c_int;
type Destroy = unsafe extern "C" fn(*mut Program) -> c_int;

/// Where NVRTC is: fetched from PyPI where it is not yet. It is of CUDA 12, so that drivers from there on take
/// what it writes.
///
/// # Errors
/// If there is no Python with pip, or it cannot be fetched.
pub fn nvrtc() -> Result<PathBuf> {
    let packages = Packages {
        name: "nvrtc",
        requirements: "nvidia-cuda-nvrtc-cu12==12.4.127\n",
        what: "NVRTC, the compiler of CUDA C (25 MB)",
    };
    Ok(packages
        .find_or_fetch()?
        .join("nvidia/cuda_nvrtc/lib/libnvrtc.so.12"))
}

/// Compiles CUDA C, as [`SOURCE`], to PTX by the NVRTC of this path.
///
/// # Errors
/// If it is no NVRTC, or what it has to say of the source.
pub fn compile(nvrtc: &Path, source: &str) -> Result<String> {
    // SAFETY: NVRTC of NVIDIA's own package, which runs nothing that harms when it is loaded.
    let library = unsafe { Library::new(nvrtc) };
    let nvrtc = Nvrtc(library.with_context(|| format!("cannot load {}", nvrtc.display()))?);
    let source = CString::new(source)?;
    let mut program: Program = std::ptr::null_mut();
    // SAFETY: the texts end with zeros and outlive the call; there are no headers.
    let code = unsafe {
        nvrtc.function::<Create>("nvrtcCreateProgram")?(
            &raw mut program,
            source.as_ptr(),
            c"peers.cu".as_ptr(),
            0,
            std::ptr::null(),
            std::ptr::null(),
        )
    };
    ensure!(code == 0, "nvrtcCreateProgram: error {code}");
    let compiled = nvrtc.compiled(program);
    // SAFETY: it was created above, and nobody uses it any more.
    unsafe { nvrtc.function::<Destroy>("nvrtcDestroyProgram")?(&raw mut program) };
    compiled
}

impl Nvrtc {
    fn function<F: Copy>(&self, name: &str) -> Result<F> {
        // SAFETY: each caller gives the type that NVIDIA documents for the function.
        let symbol = unsafe { self.0.get::<F>(name) };
        Ok(*symbol.with_context(|| format!("NVRTC has no {name}"))?)
    }

    fn compiled(&self, program: Program) -> Result<String> {
        let options = OPTIONS
            .map(CString::new)
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let options: Vec<_> = options.iter().map(|option| option.as_ptr()).collect();
        let count = c_int::try_from(options.len())?;
        // SAFETY: there are so many options, whose texts end with zeros and outlive the call.
        let code = unsafe {
            self.function::<Compile>("nvrtcCompileProgram")?(program, count, options.as_ptr())
        };
        if code != 0 {
            let log = self.text(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog")?;
            bail!("NVRTC refuses the peers, error {code}:\n{log}");
        }
        self.text(program, "nvrtcGetPTXSize", "nvrtcGetPTX")
    }

    fn text(&self, program: Program, size: &str, get: &str) -> Result<String> {
        let mut bytes = 0;
        // SAFETY: the program is there, and so is room for a number.
        let code = unsafe { self.function::<Size>(size)?(program, &raw mut bytes) };
        ensure!(code == 0, "{size}: error {code}");
        let mut text = vec![0_u8; bytes];
        // SAFETY: there is as much room as it has said that it needs.
        let code = unsafe { self.function::<Get>(get)?(program, text.as_mut_ptr().cast()) };
        ensure!(code == 0, "{get}: error {code}");
        Ok(CStr::from_bytes_until_nul(&text)?.to_str()?.to_owned())
    }
}
