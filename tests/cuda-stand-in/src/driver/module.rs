//! Modules, their kernels, and launches.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ptx_machine::{Grid, Kernel, Type};

use super::device::THREADS;
use super::state::{Context, of, state, take};
use super::stream::submit;
use super::work::Work;
use super::{
    Code, INVALID_HANDLE, INVALID_PTX, INVALID_VALUE, NO_BINARY, NOT_FOUND, NOT_SUPPORTED, give,
    within,
};

/// A kernel that was loaded.
#[derive(Debug)]
pub struct Loaded {
    pub kernel: Kernel,
    /// The most threads of a block.
    most: u32,
    /// Whether its module is there still.
    alive: AtomicBool,
}

impl Loaded {
    /// Whether it may be launched.
    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }
}

/// A module, with its kernels by their names.
#[derive(Debug)]
pub struct Module {
    kernels: HashMap<String, Arc<Loaded>>,
}

impl Drop for Module {
    fn drop(&mut self) {
        for kernel in self.kernels.values() {
            kernel.alive.store(false, Ordering::SeqCst);
        }
    }
}

/// What a kernel's handle stands for.
#[derive(Debug)]
pub struct Function(Arc<Loaded>);

/// What code begins with that was compiled. The rest of it is the PTX, and a zero.
pub const COMPILED: &str = "compiled by the stand-in\n";

/// Reads PTX.
pub fn parse(text: &str) -> Result<Module, Code> {
    let (_, entries) = text.split_once(".entry ").ok_or(INVALID_PTX)?;
    let mut kernels = HashMap::new();
    for entry in entries.split(".entry ") {
        // What stands before the next kernel's name.
        let (body, _) = entry.rsplit_once('}').ok_or(INVALID_PTX)?;
        let text = format!(".entry {body}}}");
        let most = text
            .split(".maxntid ")
            .nth(1)
            .and_then(|rest| rest.split(',').next()?.trim().parse().ok())
            .unwrap_or(1024);
        let kernel = catch_unwind(|| Kernel::parse(&text)).map_err(|_| INVALID_PTX)?;
        let loaded = Loaded {
            most,
            alive: AtomicBool::new(true),
            kernel,
        };
        kernels.insert(loaded.kernel.name.clone(), Arc::new(loaded));
    }
    Ok(Module { kernels })
}

/// # Safety
/// The image is text that ends with a zero, or something else that begins as such a thing does.
unsafe fn load(
    context: &Arc<Context>,
    place: *mut usize,
    image: *const c_char,
) -> Result<(), Code> {
    if image.is_null() {
        return Err(INVALID_VALUE);
    }
    // SAFETY: what the caller promises.
    let text = unsafe { CStr::from_ptr(image) };
    let text = text.to_str().map_err(|_| NO_BINARY)?;
    if text.starts_with('\u{7f}') {
        return Err(NO_BINARY);
    }
    let module = parse(text.strip_prefix(COMPILED).unwrap_or(text))?;
    let mut state = state();
    let handle = state.handle();
    state.modules.insert(handle, (context.clone(), module));
    // SAFETY: what the caller promises.
    unsafe { give(place, handle) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuModuleLoadData(place: *mut usize, image: *const c_char) -> Code {
    // SAFETY: what the caller promises.
    within("cuModuleLoadData", |context| unsafe {
        load(context, place, image)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuModuleUnload(module: usize) -> Code {
    within("cuModuleUnload", |context| {
        take(&mut state().modules, context, module).map(drop)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuModuleGetFunction(
    place: *mut usize,
    module: usize,
    name: *const c_char,
) -> Code {
    within("cuModuleGetFunction", |context| {
        // SAFETY: what the caller promises.
        let name = unsafe { CStr::from_ptr(name) };
        let name = name.to_str().map_err(|_| NOT_FOUND)?;
        let mut state = state();
        let module = of(&mut state.modules, context, module)?;
        let kernel = module.kernels.get(name).cloned().ok_or(NOT_FOUND)?;
        let handle = state.handle();
        let function = (context.clone(), Function(kernel));
        state.functions.insert(handle, function);
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }
    })
}

/// The kernel of a handle, whose module is there still.
fn find(context: &Arc<Context>, function: usize) -> Result<Arc<Loaded>, Code> {
    let mut state = state();
    let Function(kernel) = of(&mut state.functions, context, function)?;
    if kernel.is_alive() {
        Ok(kernel.clone())
    } else {
        Err(INVALID_HANDLE)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuFuncGetAttribute(
    value: *mut c_int,
    attribute: c_int,
    function: usize,
) -> Code {
    within("cuFuncGetAttribute", |context| {
        let kernel = find(context, function)?;
        let number = match attribute {
            0 => kernel.most as c_int,
            // Registers.
            4 => 32,
            5 | 6 => 90,
            _ => 0,
        };
        // SAFETY: what the caller promises.
        unsafe { give(value, number) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuOccupancyMaxActiveBlocksPerMultiprocessor(
    blocks: *mut c_int,
    function: usize,
    threads: c_int,
    _shared: usize,
) -> Code {
    within("cuOccupancyMaxActiveBlocksPerMultiprocessor", |context| {
        find(context, function)?;
        if threads <= 0 {
            return Err(INVALID_VALUE);
        }
        // SAFETY: what the caller promises.
        unsafe { give(blocks, THREADS / threads) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuLaunchKernel(
    function: usize,
    blocks_x: c_uint,
    blocks_y: c_uint,
    blocks_z: c_uint,
    threads_x: c_uint,
    threads_y: c_uint,
    threads_z: c_uint,
    shared: c_uint,
    stream: usize,
    parameters: *const *const c_void,
    extra: *const *const c_void,
) -> Code {
    within("cuLaunchKernel", |context| {
        let kernel = find(context, function)?;
        if blocks_x == 0 || threads_x == 0 || threads_x > kernel.most {
            return Err(INVALID_VALUE);
        }
        let others = [blocks_y, blocks_z, threads_y, threads_z];
        if others != [1; 4] || shared != 0 || !extra.is_null() {
            return Err(NOT_SUPPORTED);
        }
        let mut bits = Vec::new();
        for (number, (_, ty)) in kernel.kernel.parameters.iter().enumerate() {
            let ty = Type::parse(ty).ok_or(INVALID_PTX)?;
            let mut bytes = [0; 8];
            // SAFETY: the caller has a pointer for each parameter, to something as long as that.
            unsafe {
                let place: *const u8 = (*parameters.add(number)).cast();
                place.copy_to_nonoverlapping(bytes.as_mut_ptr(), ty.bits as usize / 8);
            }
            bits.push(u64::from_le_bytes(bytes));
        }
        let grid = Grid {
            blocks: blocks_x,
            threads: threads_x,
            backwards: false,
        };
        let parameters = bits;
        let work = Work::Launch {
            kernel,
            grid,
            parameters,
        };
        submit(context, stream, work)
    })
}
