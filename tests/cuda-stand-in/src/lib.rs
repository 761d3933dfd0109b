//! What tests load in place of the CUDA driver: a `libcuda.so` whose device is a machine for PTX.
//!
//! Device memory is memory of the process, filled with `0xCD` when it is handed out. Work on a stream is
//! done by a thread of the stream's own, so a test can write to what a running kernel reads. A kernel
//! that comes to memory which is not there, or off its alignment, breaks its context, as on hardware:
//! every call fails with error 700 or 716 until the context is destroyed, or the primary one is reset.
//! What it cannot do that the driver can, it refuses with an error; it has the functions only that
//! `ringhost-compute` calls. Those of cuBLAS that it calls are here, too: `cublas-stand-in` has their names.
//!
//! [`load`] puts it in the driver's place. Cargo builds the library with a test that has this crate as a
//! dev-dependency, as `libcuda_stand_in.so` in the folder of the test's own executable. It has the name
//! `libcuda.so` written in it (its *soname*): so once it is loaded by its path, glibc gives it to
//! whoever in the process asks for `libcuda.so`, which is the first that cudarc asks for, and neither
//! environment nor a second process is needed. Linux with glibc only.

#![deny(missing_docs)]

mod driver;

use std::ffi::{CString, c_char};
use std::path::PathBuf;
use std::sync::OnceLock;

use libloading::Library;

/// The path of the library.
///
/// # Panics
/// Where it is not beside the executable that runs, nor in a folder of Cargo's around it.
pub fn path() -> PathBuf {
    let executable = std::env::current_exe().expect("the executable has a path");
    let folders = executable.ancestors().skip(1).take(3);
    let places = folders.flat_map(|folder| [folder.to_owned(), folder.join("deps")]);
    let mut files = places.map(|folder| folder.join("libcuda_stand_in.so"));
    files
        .find(|file| file.is_file())
        .expect("cargo builds libcuda_stand_in.so with whatever depends on cuda-stand-in")
}

/// Puts the stand-in in the driver's place in this process, for good. To be called before anything asks
/// for the driver.
///
/// # Panics
/// Where the library is not found, cannot be loaded, or is not what then is found as the driver.
pub fn load() -> StandIn {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        // SAFETY: the library is this crate's, and runs nothing when it is loaded.
        unsafe { Library::new(path()) }.expect("the library can be loaded")
    });
    let stand_in = StandIn { library };
    // SAFETY: the library is there already, or the driver itself is, which may be loaded by anyone.
    let found = unsafe { Library::new("libcuda.so") }.expect("the driver is found by its name");
    // SAFETY: a symbol's address is compared, and nothing called.
    let [ours, theirs] = [library, &found].map(|library| unsafe {
        let symbol = library.get::<unsafe extern "C" fn()>("stand_in_reset");
        symbol.map(|symbol| *symbol as usize).ok()
    });
    assert_eq!(ours, theirs, "another libcuda.so was loaded before");
    stand_in
}

/// The stand-in's controls, which are plain C functions of the library too, `stand_in_NAME`.
#[derive(Debug, Clone, Copy)]
pub struct StandIn {
    library: &'static Library,
}

/// How a device is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// With its contexts: those that are made from then on are good.
    Contexts,
    /// Until [`StandIn::reset`].
    ForGood,
}

impl StandIn {
    /// Has the `nth` call from now (1 is the next one) of the driver's function of that name fail with
    /// the code, and do nothing. A code that breaks a context, as 700, breaks it. For cuBLAS it is a status of
    /// its own, or a code of the driver's, which becomes one.
    pub fn fail(&self, name: &str, nth: u64, code: i32) {
        let name = CString::new(name).expect("a name without zeros");
        type Fail = unsafe extern "C" fn(*const c_char, u64, i32);
        // SAFETY: the function has this type, and the name ends with a zero.
        unsafe { (self.function::<Fail>("stand_in_fail"))(name.as_ptr(), nth, code) };
    }

    /// Takes back every call of `fail` that has not come true.
    pub fn heal(&self) {
        // SAFETY: the function has this type.
        unsafe { (self.function::<unsafe extern "C" fn()>("stand_in_heal"))() };
    }

    /// Loses the device: kernels end where they are, and the calls of contexts that are there fail with
    /// error 999.
    pub fn lose(&self, loss: Loss) {
        type Lose = unsafe extern "C" fn(i32);
        // SAFETY: the function has this type.
        unsafe { (self.function::<Lose>("stand_in_lose"))(i32::from(loss == Loss::ForGood)) };
    }

    /// Makes all as it was when the library was loaded. No handle is good any more.
    pub fn reset(&self) {
        // SAFETY: the function has this type.
        unsafe { (self.function::<unsafe extern "C" fn()>("stand_in_reset"))() };
    }

    /// How often the driver's function of that name has been called.
    pub fn calls(&self, name: &str) -> u64 {
        let name = CString::new(name).expect("a name without zeros");
        type Calls = unsafe extern "C" fn(*const c_char) -> u64;
        // SAFETY: the function has this type, and the name ends with a zero.
        unsafe { (self.function::<Calls>("stand_in_calls"))(name.as_ptr()) }
    }

    /// How many allocations, streams, events, modules, compilations, graphs, executable graphs and
    /// handles of cuBLAS there are.
    pub fn leaks(&self) -> u64 {
        // SAFETY: the function has this type.
        unsafe { (self.function::<unsafe extern "C" fn() -> u64>("stand_in_leaks"))() }
    }

    /// How much memory the device has, 1 GiB where this is not called.
    pub fn memory(&self, bytes: u64) {
        // SAFETY: the function has this type.
        unsafe { (self.function::<unsafe extern "C" fn(u64)>("stand_in_memory"))(bytes) };
    }

    fn function<F: Copy>(&self, name: &str) -> F {
        // SAFETY: each caller gives the type that the function has in `driver::control`.
        let symbol = unsafe { self.library.get::<F>(name) };
        *symbol.expect("the library has its own functions")
    }
}
