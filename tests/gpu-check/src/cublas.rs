//! NVIDIA's cuBLAS, where the machine has it: <https://docs.nvidia.com/cuda/cublas>.

use crate::card::{Card, Memory};
use anyhow::{Context, Result, ensure};
use libloading::Library;
use std::ffi::{c_int, c_void};
use std::path::PathBuf;
use std::rc::Rc;

/// What it is called: by CUDA 13 and 12, and by who sets LD_LIBRARY_PATH. Ringhost has the same order.
const NAMES: [&str; 3] = ["libcublas.so.13", "libcublas.so.12", "libcublas.so"];

/// Where it is installed as a rule, unless the loader knows it.
const FOLDERS: [&str; 2] = ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu"];

/// What asks Python for the folders of NVIDIA's packages.
const OF_PYTHON: &str = "import glob, site\nfor folder in site.getsitepackages():\n for file in glob.glob(folder + '/nvidia/c*/lib'): print(file)";

type Handle = *mut c_void;
type Create = unsafe extern "C" fn(*mut Handle) -> c_int;
type SetStream = unsafe extern "C" fn(Handle, *mut c_void) -> c_int;
type Multiply = unsafe extern "C" fn(
    Handle,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    *const f32,
    u64,
    c_int,
    u64,
    c_int,
    *const f32,
    u64,
    c_int,
) -> c_int;

/// cuBLAS on the stream of a card. It lasts as long as the process.
pub(crate) struct Cublas {
    card: Rc<Card>,
    handle: Handle,
    multiply: Multiply,
}

impl Cublas {
    /// # Errors
    /// If it is not there.
    pub(crate) fn open(card: Rc<Card>) -> Result<Self> {
        let stream = card.stream()?;
        // Never unloaded, for its handle is never destroyed.
        let library = Box::leak(Box::new(
            find().context("there is no cuBLAS on this machine")?,
        ));
        let mut handle = std::ptr::null_mut();
        // SAFETY: each function has the type that NVIDIA documents; the context of the card is this
        // thread's current one, and the stream is of it and never destroyed.
        unsafe {
            let code = library.get::<Create>("cublasCreate_v2")?(&raw mut handle);
            ensure!(code == 0, "cublasCreate: error {code}");
            let code = library.get::<SetStream>("cublasSetStream_v2")?(handle, stream);
            ensure!(code == 0, "cublasSetStream: error {code}");
            Ok(Self {
                card,
                handle,
                multiply: *library.get::<Multiply>("cublasSgemm_v2")?,
            })
        }
    }

    /// Has a product of matrices begin, row by row and `size` long and wide. Its default mode uses no
    /// tensor cores for `f32`.
    pub(crate) fn multiply(
        &self,
        size: u32,
        left: &Memory,
        right: &Memory,
        product: &Memory,
    ) -> Result<()> {
        self.card.stream()?;
        let size = c_int::try_from(size)?;
        let (one, zero) = (1_f32, 0_f32);
        // SAFETY: each of the three matrices has `size` times `size` elements. cuBLAS has them column by
        // column, so that it sees the transposed ones: the right one is its left one.
        let code = unsafe {
            (self.multiply)(
                self.handle,
                0,
                0,
                size,
                size,
                size,
                &raw const one,
                right.address(),
                size,
                left.address(),
                size,
                &raw const zero,
                product.address(),
                size,
            )
        };
        ensure!(code == 0, "cublasSgemm: error {code}");
        Ok(())
    }
}

/// The folder that it is in, where the loader does not know it.
pub(crate) fn folder() -> Option<PathBuf> {
    let mut folders = folders().into_iter();
    folders.find(|folder| NAMES.iter().any(|name| folder.join(name).is_file()))
}

fn find() -> Option<Library> {
    let paths = folders().into_iter();
    let paths = paths.flat_map(|folder| NAMES.map(|name| folder.join(name)));
    let all = NAMES.map(PathBuf::from).into_iter().chain(paths);
    // SAFETY: a library of NVIDIA's, where the system or Python's packages have it.
    all.into_iter()
        .find_map(|path| unsafe { Library::new(path) }.ok())
}

/// Where it may be installed.
fn folders() -> Vec<PathBuf> {
    let python = std::process::Command::new("python3")
        .args(["-c", OF_PYTHON])
        .output();
    let folders = python.map_or_else(
        |_| String::new(),
        |said| String::from_utf8_lossy(&said.stdout).into_owned(),
    );
    let folders = FOLDERS.into_iter().chain(folders.lines());
    folders.map(PathBuf::from).collect()
}
