//! cuBLAS, whose handles belong to the driver's contexts and whose work is done by its streams. Its functions
//! have names of their own here, for the driver has none of them: `cublas-stand-in` has the names.

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::memory::check;
use super::product::{Factor, Floats, Product};
use super::state::{Context, of, state, take};
use super::stream::submit;
use super::work::Work;
use super::{Code, context, enter, give};

/// A status, as cuBLAS numbers them.
type Status = c_int;

const INVALID: Status = 7;
const FAILED: Status = 13;
const UNSUPPORTED: Status = 15;

/// What a workspace begins at a multiple of.
const ALIGN: u64 = 256;

/// A handle.
#[derive(Debug, Default)]
pub struct Multiplier {
    stream: usize,
    /// Where the caller's workspace is, and how long; the next stream takes it away.
    workspace: Option<(u64, u64)>,
    /// Modes that are not cuBLAS's own at first, of which none is done here.
    modes: [c_int; 3],
}

/// A function of cuBLAS's that works in the thread's context.
fn within(name: &str, body: impl FnOnce(&Arc<Context>) -> Result<(), Status>) -> Status {
    let entered = enter(name).and_then(|()| {
        let context = context::current()?;
        context.check()?;
        Ok(context)
    });
    match entered.map_err(status) {
        Ok(context) => body(&context).err().unwrap_or(0),
        Err(status) => status,
    }
}

/// The status for a code of the driver's. What a test wants is a status already.
fn status(code: Code) -> Status {
    if code < 100 { code } else { FAILED }
}

/// Does something to a handle.
fn with<T>(
    context: &Arc<Context>,
    handle: usize,
    body: impl FnOnce(&mut Multiplier) -> T,
) -> Result<T, Status> {
    let mut state = state();
    let multiplier = of(&mut state.multipliers, context, handle).map_err(|_| INVALID)?;
    Ok(body(multiplier))
}

/// # Safety
/// As cuBLAS's.
#[unsafe(no_mangle)]
unsafe extern "C" fn stand_in_cublasCreate_v2(place: *mut usize) -> Status {
    within("cublasCreate_v2", |context| {
        let mut state = state();
        let handle = state.handle();
        let multiplier = (context.clone(), Multiplier::default());
        state.multipliers.insert(handle, multiplier);
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }.map_err(|_| INVALID)
    })
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_cublasDestroy_v2(handle: usize) -> Status {
    within("cublasDestroy_v2", |context| {
        let taken = take(&mut state().multipliers, context, handle);
        taken.map(drop).map_err(|_| INVALID)
    })
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_cublasSetStream_v2(handle: usize, stream: usize) -> Status {
    within("cublasSetStream_v2", |context| {
        with(context, handle, |multiplier| {
            multiplier.stream = stream;
            multiplier.workspace = None;
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_cublasSetWorkspace_v2(
    handle: usize,
    workspace: u64,
    bytes: usize,
) -> Status {
    within("cublasSetWorkspace_v2", |context| {
        let bytes = bytes as u64;
        if !workspace.is_multiple_of(ALIGN) || check(workspace, bytes).is_err() {
            return Err(INVALID);
        }
        with(context, handle, |multiplier| {
            multiplier.workspace = Some((workspace, bytes));
        })
    })
}

/// Sets one of the modes, of which only the first is done here.
fn set_mode(name: &str, handle: usize, number: usize, mode: c_int) -> Status {
    within(name, |context| {
        with(context, handle, |multiplier| {
            multiplier.modes[number] = mode
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_cublasSetPointerMode_v2(handle: usize, mode: c_int) -> Status {
    set_mode("cublasSetPointerMode_v2", handle, 0, mode)
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_cublasSetAtomicsMode(handle: usize, mode: c_int) -> Status {
    set_mode("cublasSetAtomicsMode", handle, 1, mode)
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_cublasSetMathMode(handle: usize, mode: c_int) -> Status {
    set_mode("cublasSetMathMode", handle, 2, mode)
}

/// What both kinds of product are given, but for the scalars.
struct Given {
    handle: usize,
    turned: [c_int; 2],
    sizes: [c_int; 3],
    places: [u64; 3],
    strides: [c_int; 3],
}

fn multiply(
    context: &Arc<Context>,
    given: &Given,
    floats: Floats,
    scalars: [f64; 2],
) -> Result<(), Status> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut sizes = [0; 3];
    for (to, from) in sizes.iter_mut().zip(given.sizes) {
        *to = u64::try_from(from).map_err(|_| INVALID)?;
    }
    let [m, n, k] = sizes;
    let factor = |index: usize, turned: c_int, rows: u64, columns: u64| {
        let is_transposed = turned == 1;
        let (rows, columns) = match turned {
            0 => (rows, columns),
            1 => (columns, rows),
            _ => return Err(INVALID),
        };
        let (address, stride) = (given.places[index], given.strides[index]);
        let stride = u64::try_from(stride).map_err(|_| INVALID)?;
        // Elements off their alignment are a fault on the device, and not an answer.
        if stride < rows.max(1) {
            return Err(INVALID);
        }
        Ok(Factor {
            address,
            stride,
            rows,
            columns,
            is_transposed,
        })
    };
    let [turned_a, turned_b] = given.turned;
    let (a, b) = (factor(0, turned_a, m, k)?, factor(1, turned_b, k, n)?);
    let c = factor(2, 0, m, n)?;
    let (stream, workspace, modes) = with(context, given.handle, |multiplier| {
        (multiplier.stream, multiplier.workspace, multiplier.modes)
    })?;
    if modes != [0; 3] {
        return Err(UNSUPPORTED);
    }
    let product = Product {
        floats,
        depth: k,
        a,
        b,
        c,
        scalars,
        workspace,
        mark: LAST.fetch_add(1, Ordering::Relaxed),
    };
    submit(context, stream, Work::Product(product)).map_err(|_| FAILED)
}

/// The functions of a kind of element.
macro_rules! products {
    ($($name:ident, $called:literal, $float:ty, $floats:expr;)*) => { $(
        /// # Safety
        /// As cuBLAS's.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            handle: usize,
            turned_a: c_int,
            turned_b: c_int,
            m: c_int,
            n: c_int,
            k: c_int,
            alpha: *const $float,
            a: u64,
            a_stride: c_int,
            b: u64,
            b_stride: c_int,
            beta: *const $float,
            c: u64,
            c_stride: c_int,
        ) -> Status {
            within($called, |context| {
                // SAFETY: what the caller promises, as the pointer mode is the host's.
                let scalars = unsafe { [f64::from(*alpha), f64::from(*beta)] };
                let given = Given {
                    handle,
                    turned: [turned_a, turned_b],
                    sizes: [m, n, k],
                    places: [a, b, c],
                    strides: [a_stride, b_stride, c_stride],
                };
                multiply(context, &given, $floats, scalars)
            })
        }
    )* };
}

products! {
    stand_in_cublasSgemm_v2, "cublasSgemm_v2", f32, Floats::Short;
    stand_in_cublasDgemm_v2, "cublasDgemm_v2", f64, Floats::Long;
}
