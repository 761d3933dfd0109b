//! The GPU as the peers have it: the driver called directly, through cudarc, as a program without ringhost
//! would. The driver's functions are described at <https://docs.nvidia.com/cuda/cuda-driver-api>.

use anyhow::{Context, Result, bail, ensure};
use cudarc::driver::result::{self, ctx, device, module, primary_ctx, stream};
use cudarc::driver::sys::{self, CUcontext, CUdevice_attribute, CUdeviceptr, CUmodule, CUstream};
use std::ffi::{CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Threads of a block.
const BLOCK: u32 = 256;

/// The first GPU's primary context, with the peers' kernels in it and a stream. It lasts as long as the
/// process: it is never given back.
pub(crate) struct Card {
    context: CUcontext,
    module: CUmodule,
    stream: CUstream,
    description: String,
}

/// Memory of the device.
pub(crate) struct Memory {
    card: Rc<Card>,
    address: CUdeviceptr,
    bytes: usize,
}

/// A parameter of a kernel.
pub(crate) enum Given<'a> {
    U32(u32),
    F32(f32),
    F64(f64),
    Memory(&'a Memory),
}

impl Card {
    /// Starts the driver, and has it compile the peers.
    pub(crate) fn open(ptx: &str) -> Result<Self> {
        // cudarc panics where a function is missing in the driver.
        let opened = catch_unwind(AssertUnwindSafe(|| Self::try_open(ptx)));
        opened.unwrap_or_else(|_| bail!("the driver lacks a function"))
    }

    fn try_open(ptx: &str) -> Result<Self> {
        // SAFETY: it looks for the driver's library, and loads it: trusted, as the rest of the system is.
        let is_there = unsafe { sys::is_culib_present() };
        ensure!(is_there, "there is no libcuda.so: install NVIDIA's driver");
        result::init().context("the driver does not start")?;
        let device = device::get(0).context("there is no CUDA device")?;
        // SAFETY: `get` has just returned the device; the context is made current, and never given back.
        let context = unsafe {
            let context = primary_ctx::retain(device)?;
            ctx::set_current(context)?;
            context
        };
        let text = CString::new(ptx)?;
        // SAFETY: the text ends with a zero, as the driver wants it, and is copied.
        let module = unsafe { module::load_data(text.as_ptr().cast()) };
        Ok(Self {
            context,
            module: module.context("the driver cannot compile the peers")?,
            stream: stream::create(stream::StreamKind::NonBlocking)?,
            description: describe(device)?,
        })
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Makes the context this thread's current one, which what ringhost does in its own may change.
    fn enter(&self) -> Result<()> {
        // SAFETY: it is never given back.
        Ok(unsafe { ctx::set_current(self.context) }?)
    }

    /// What the stream of the kernels is to other libraries of CUDA, in this thread's current context.
    pub(crate) fn stream(&self) -> Result<*mut c_void> {
        self.enter()?;
        Ok(self.stream.cast())
    }

    /// Memory with these bytes in it.
    pub(crate) fn memory(self: &Rc<Self>, bytes: &[u8]) -> Result<Memory> {
        self.enter()?;
        ensure!(!bytes.is_empty(), "no memory is asked for");
        // SAFETY: the memory is as long as what is copied to it, and freed with its owner.
        let address = unsafe {
            let address = result::malloc_sync(bytes.len())?;
            result::memcpy_htod_sync(address, bytes)?;
            address
        };
        Ok(Memory {
            card: self.clone(),
            address,
            bytes: bytes.len(),
        })
    }

    /// Memory with so many zeros in it.
    pub(crate) fn zeros(self: &Rc<Self>, bytes: usize) -> Result<Memory> {
        self.memory(&vec![0; bytes])
    }

    /// Has a kernel begin on so many threads, each of which has the items' number first of its parameters.
    pub(crate) fn launch(&self, kernel: &str, items: u32, given: &[Given<'_>]) -> Result<()> {
        Ok(self.kernel(kernel)?.launch(items, given)?)
    }

    /// A kernel, for launches that are to cost as little as they can.
    pub(crate) fn kernel(&self, name: &str) -> Result<Kernel<'_>> {
        self.enter()?;
        // SAFETY: the module is never unloaded.
        let function = unsafe { module::get_function(self.module, CString::new(name)?) };
        Ok(Kernel {
            card: self,
            function: function.with_context(|| format!("there is no peer {name}"))?,
        })
    }

    /// Waits for all that has begun.
    pub(crate) fn finish(&self) -> Result<()> {
        self.enter()?;
        // SAFETY: the stream is never destroyed.
        Ok(unsafe { stream::synchronize(self.stream) }?)
    }

    /// Does this so many times, one behind the other, and says how long it takes until all is done.
    pub(crate) fn time(
        &self,
        times: u32,
        mut begin: impl FnMut() -> Result<()>,
    ) -> Result<Duration> {
        let begun = Instant::now();
        for _ in 0..times {
            begin()?;
        }
        self.finish()?;
        Ok(begun.elapsed())
    }
}

/// A peer's kernel.
pub(crate) struct Kernel<'a> {
    card: &'a Card,
    function: sys::CUfunction,
}

impl Kernel<'_> {
    /// As [`Card::launch`]; the card's context is this thread's.
    pub(crate) fn launch(
        &self,
        items: u32,
        given: &[Given<'_>],
    ) -> Result<(), cudarc::driver::DriverError> {
        // Each is read as the type that the kernel declares: little-endian, from the front.
        let mut bits = vec![u64::from(items)];
        bits.extend(given.iter().map(|given| match given {
            Given::U32(number) => u64::from(*number),
            Given::F32(number) => u64::from(number.to_bits()),
            Given::F64(number) => number.to_bits(),
            Given::Memory(memory) => memory.address,
        }));
        let mut places: Vec<*mut c_void> = bits
            .iter_mut()
            .map(|bits| (&raw mut *bits).cast())
            .collect();
        // SAFETY: the kernels of `peers.cu` have as many parameters as their callers give, none longer than
        // 64 bits, and reach no further into memory than the items go, for which the callers' memory is
        // long enough. The memory is not freed before the stream is waited for.
        unsafe {
            result::launch_kernel(
                self.function,
                (items.div_ceil(BLOCK).max(1), 1, 1),
                (BLOCK, 1, 1),
                0,
                self.card.stream,
                &mut places,
            )
        }
    }
}

impl Memory {
    /// Has these bytes be put in it behind all that has begun.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<()> {
        self.card.enter()?;
        ensure!(
            bytes.len() <= self.bytes,
            "there is no room for so many bytes"
        );
        // SAFETY: there is room for them, and as memory of the host's that is not pinned the driver has copied
        // them when it returns.
        Ok(unsafe { result::memcpy_htod_async(self.address, bytes, self.card.stream) }?)
    }

    /// What is in it once all is done that has begun.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        self.card.enter()?;
        let mut bytes = vec![0; self.bytes];
        // SAFETY: the memory is as long as what is copied from it, which is waited for.
        unsafe { result::memcpy_dtoh_async(&mut bytes, self.address, self.card.stream) }?;
        self.card.finish()?;
        Ok(bytes)
    }

    /// Where it is, to other libraries of CUDA.
    pub(crate) fn address(&self) -> CUdeviceptr {
        self.address
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _ = self.card.finish();
            // SAFETY: `Card::memory` has made it, and nothing runs that could reach it.
            let _ = unsafe { result::free_sync(self.address) };
        }));
    }
}

/// The device and its driver, in words.
fn describe(device: sys::CUdevice) -> Result<String> {
    let number = |attribute| {
        // SAFETY: the driver has named the device.
        unsafe { device::get_attribute(device, attribute) }
    };
    let major = number(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
    let minor = number(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
    let processors = number(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?;
    // SAFETY: as above.
    let memory = unsafe { device::total_mem(device) }? >> 30;
    let mut version = 0;
    // SAFETY: there is room for a number.
    unsafe { sys::cuDriverGetVersion(&raw mut version) }.result()?;
    let name = device::get_name(device)?;
    let cuda = format!("CUDA {}.{}", version / 1000, version % 1000 / 10);
    // NVIDIA's own number, where its kernel module tells it.
    let driver = std::fs::read_to_string("/proc/driver/nvidia/version").unwrap_or_default();
    let is_number = |word: &&str| {
        word.contains('.') && word.starts_with(|letter: char| letter.is_ascii_digit())
    };
    let driver = match driver.split_whitespace().find(is_number) {
        Some(number) => format!("driver {number} ({cuda})"),
        None => format!("a driver of {cuda}"),
    };
    Ok(format!(
        "{name}, compute capability {major}.{minor}, {processors} multiprocessors, {memory} GiB, {driver}"
    ))
}
