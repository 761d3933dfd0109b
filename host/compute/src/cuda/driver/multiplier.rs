//! What multiplies matrices in a context, by cuBLAS.

use super::blas::{Blas, Handle, Multiply, Status};
use super::{Context, Fault, Memory, Stream};
use std::ffi::c_int;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// The host has the factors before the sums, and no part of a result is added up in an order that chance gives.
const OF_HOST: c_int = 0;
const WITHOUT_ATOMICS: c_int = 0;

/// Floats of 32 bits are multiplied as such, and not as shorter ones.
const EXACT: c_int = 0;

/// What NVIDIA advises for the workspace, for compute capability 9.0 and later, and for others.
const WORKSPACE: u64 = 32 << 20;
const SMALL_WORKSPACE: u64 = 4 << 20;

/// A handle of cuBLAS's and memory that it works in. One thread at a time uses it, and has waited for what it
/// asked for when another does.
pub(crate) struct Multiplier {
    raw: Handle,
    blas: Arc<Blas>,
    workspace: Memory,
    workspace_bytes: usize,
    context: Arc<Context>,
}

// SAFETY: a handle belongs to no thread; it may be used by one at a time, and only what has `&mut` of a desk, or
// owns one, comes to it.
unsafe impl Send for Multiplier {}

/// `c = alpha * a * b + beta * c`, for matrices in one memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Product {
    /// Whether elements have 64 bits, and not 32.
    pub(crate) is_long: bool,
    pub(crate) m: u32,
    pub(crate) n: u32,
    pub(crate) k: u32,
    pub(crate) alpha: f64,
    pub(crate) a: Operand,
    pub(crate) b: Operand,
    pub(crate) beta: f64,
    pub(crate) c: Operand,
}

/// A matrix, whose rows are in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operand {
    /// Where in the memory it begins.
    pub(crate) at: u64,
    /// Elements from the beginning of one row, as it is stored, to that of the next.
    pub(crate) stride: u32,
    /// Whether its rows, as they are stored, are its columns.
    pub(crate) is_transposed: bool,
}

/// Why there is no product.
#[derive(Debug)]
pub(crate) enum Refused {
    /// There is no memory for it. What was asked for may have been done in part.
    NoMemory,
    /// cuBLAS cannot do that here, and has done nothing.
    Unable(String),
    /// The context is lost.
    Lost(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoMemory => Self::NoMemory,
            fault => Self::Lost(fault),
        }
    }
}

impl Multiplier {
    /// In a context that the thread has entered, on a card of this compute capability.
    pub(crate) fn new(
        blas: &Arc<Blas>,
        context: &Arc<Context>,
        capability: u32,
    ) -> Result<Self, Refused> {
        let bytes = if capability >= 90 {
            WORKSPACE
        } else {
            SMALL_WORKSPACE
        };
        let stream = Arc::new(Stream::new(context)?);
        let workspace = Memory::new(&stream, bytes)?;
        // From here on it is there for every stream.
        stream.wait()?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the context is the current one; the place is written.
        let made = unsafe { (blas.create)(&raw mut raw) };
        Status::of(made).map_err(|status| match status {
            Status::NoMemory => Refused::NoMemory,
            // What is wrong with the context, if it is, the driver tells with the next call.
            Status::Unable(code) | Status::Failed(code) => Refused::Unable(words(code)),
        })?;
        let multiplier = Self {
            raw,
            blas: blas.clone(),
            workspace,
            workspace_bytes: usize::try_from(bytes).unwrap_or(0),
            context: context.clone(),
        };
        // SAFETY: the handle is alive, as `multiplier` is.
        let answers = unsafe {
            [
                (blas.set_pointer_mode)(raw, OF_HOST),
                (blas.set_atomics_mode)(raw, WITHOUT_ATOMICS),
                (blas.set_math_mode)(raw, EXACT),
            ]
        };
        for answer in answers {
            multiplier.asked(answer)?;
        }
        Ok(multiplier)
    }

    /// Has a product computed on a stream, none of whose sizes is zero. The thread has entered the context.
    ///
    /// # Errors
    /// If a matrix is not in the memory, off its elements' alignment, or cuBLAS refuses.
    pub(crate) fn multiply(
        &self,
        stream: &Stream,
        memory: &Memory,
        product: &Product,
    ) -> Result<(), Refused> {
        // A stream takes a workspace from the handle's own, so each time it is told anew.
        // SAFETY: the handle and the stream are alive. The workspace is, too: who has the desk waits for what was
        // asked for before it is dropped or used for another stream.
        let answers = unsafe {
            [
                (self.blas.set_stream)(self.raw, stream.raw().cast()),
                (self.blas.set_workspace)(self.raw, self.workspace.address(), self.workspace_bytes),
            ]
        };
        for answer in answers {
            self.asked(answer)?;
        }
        if product.is_long {
            self.call(self.blas.long, memory, product, |scalar| scalar)
        } else {
            self.call(self.blas.short, memory, product, |scalar| scalar as f32)
        }
    }

    fn call<T>(
        &self,
        multiply: Multiply<T>,
        memory: &Memory,
        product: &Product,
        scalar: impl Fn(f64) -> T,
    ) -> Result<(), Refused> {
        let Product { m, n, k, .. } = *product;
        let bytes = size_of::<T>();
        let place = |operand: &Operand, rows: u32, columns: u32| {
            let at = memory.part(operand.at, operand.bytes(rows, columns, bytes)?)?;
            if at.is_multiple_of(bytes as u64) {
                Ok(at)
            } else {
                Err(Refused::Unable("a matrix off its alignment".to_owned()))
            }
        };
        let a = place(&product.a, m, k)?;
        let b = place(&product.b, k, n)?;
        let c = place(&product.c, m, n)?;
        let (alpha, beta) = (scalar(product.alpha), scalar(product.beta));
        // What has its rows in order is, with its columns in order, the transposed matrix: so the factors change
        // places.
        // SAFETY: each of the three matrices is in the memory, by its own rows, columns and stride, as `place` has
        // checked; the memory is freed on its stream and so behind this, or when nothing runs. The scalars are
        // read before it returns, as its pointer mode has it.
        let answer = unsafe {
            multiply(
                self.raw,
                c_int::from(product.b.is_transposed),
                c_int::from(product.a.is_transposed),
                number(n)?,
                number(m)?,
                number(k)?,
                &raw const alpha,
                b,
                number(product.b.stride)?,
                a,
                number(product.a.stride)?,
                &raw const beta,
                c,
                number(product.c.stride)?,
            )
        };
        self.asked(answer)
    }

    fn asked(&self, answer: c_int) -> Result<(), Refused> {
        Status::of(answer).map_err(|status| match status {
            Status::NoMemory => Refused::NoMemory,
            Status::Unable(code) => Refused::Unable(words(code)),
            Status::Failed(code) => {
                self.context.lose();
                Refused::Lost(Fault::Lost(words(code)))
            }
        })
    }
}

impl Operand {
    /// Bytes from the first element to the last, of so many rows and columns.
    fn bytes(&self, rows: u32, columns: u32, each: usize) -> Result<usize, Refused> {
        let (stored, length) = if self.is_transposed {
            (columns, rows)
        } else {
            (rows, columns)
        };
        let before = u64::from(stored.saturating_sub(1)) * u64::from(self.stride);
        before
            .checked_add(length.into())
            .and_then(|elements| elements.checked_mul(each as u64))
            .and_then(|bytes| usize::try_from(bytes).ok())
            .filter(|_| length <= self.stride)
            .ok_or_else(|| Refused::Unable("a matrix that is too large".to_owned()))
    }
}

fn number(value: u32) -> Result<c_int, Refused> {
    c_int::try_from(value).map_err(|_| Refused::Unable("a matrix that is too large".to_owned()))
}

fn words(code: c_int) -> String {
    format!("cuBLAS answers with status {code}")
}

impl Drop for Multiplier {
    fn drop(&mut self) {
        let (raw, destroy) = (AssertUnwindSafe(self.raw), self.blas.destroy);
        self.context.free(move || {
            // SAFETY: `new` has made it, and who has the desk has waited for what was asked for.
            let _ = unsafe { destroy(*raw) };
        });
    }
}
