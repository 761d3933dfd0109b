//! Memory of the device and of the host, and what moves between.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{c_uint, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::state::{Context, state};
use super::stream::{submit, wait_for_all};
use super::work::{Source, Work};
use super::{Code, INVALID_VALUE, OUT_OF_MEMORY, give, within};

/// What memory holds before anything is written to it.
const UNWRITTEN: u8 = 0xcd;
/// Allocations start at multiples of this.
const ALIGN: usize = 512;

/// Memory that was handed out. Its address is the same on the device and on the host.
#[derive(Debug)]
pub struct Allocation {
    pub context: Arc<Context>,
    pub address: u64,
    pub bytes: u64,
    /// Whether it is the host's, which copies may read and write later.
    pub host: bool,
    freed: AtomicBool,
}

impl Allocation {
    /// Nobody may come to it from now on. What runs may hold it still.
    pub fn free(&self) {
        self.freed.store(true, Ordering::SeqCst);
    }

    /// Whether so many bytes from there on are in it.
    pub fn holds(&self, address: u64, bytes: u64) -> bool {
        let Some(offset) = address.checked_sub(self.address) else {
            return false;
        };
        let inside = offset
            .checked_add(bytes)
            .is_some_and(|end| end <= self.bytes);
        inside && !self.freed.load(Ordering::SeqCst)
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        if let Ok(layout) = Layout::from_size_align(self.bytes as usize, ALIGN) {
            // SAFETY: it was made with this layout, and this is the last that knew of it.
            unsafe { dealloc(self.address as *mut u8, layout) };
        }
    }
}

fn allocate(context: &Arc<Context>, bytes: u64, host: bool) -> Result<u64, Code> {
    if bytes == 0 {
        return Err(INVALID_VALUE);
    }
    let mut state = state();
    let used = |state: &super::state::State| -> u64 {
        let device = state.allocations.values().filter(|one| !one.host);
        device.map(|one| one.bytes).sum()
    };
    let room = state.memory.saturating_sub(used(&state));
    if !host && bytes > room {
        return Err(OUT_OF_MEMORY);
    }
    let layout = Layout::from_size_align(bytes as usize, ALIGN).map_err(|_| OUT_OF_MEMORY)?;
    // SAFETY: the layout is not empty.
    let memory = unsafe { alloc(layout) };
    if memory.is_null() {
        return Err(OUT_OF_MEMORY);
    }
    // SAFETY: the memory is as long as its layout.
    unsafe { memory.write_bytes(UNWRITTEN, bytes as usize) };
    let allocation = Allocation {
        context: context.clone(),
        address: memory as u64,
        bytes,
        host,
        freed: AtomicBool::new(false),
    };
    let address = allocation.address;
    state.allocations.insert(address, Arc::new(allocation));
    Ok(address)
}

/// The allocation that so many bytes from there on are in.
pub fn find(address: u64, bytes: u64) -> Option<Arc<Allocation>> {
    let state = state();
    let (_, allocation) = state.allocations.range(..=address).next_back()?;
    allocation.holds(address, bytes).then(|| allocation.clone())
}

/// Fails where these are not bytes that a device can come to.
pub fn check(address: u64, bytes: u64) -> Result<(), Code> {
    if bytes == 0 || find(address, bytes).is_some() {
        Ok(())
    } else {
        Err(INVALID_VALUE)
    }
}

/// Takes an allocation away that starts there.
pub fn release(address: u64, host: bool) -> Result<(), Code> {
    let mut state = state();
    match state.allocations.get(&address) {
        Some(allocation) if allocation.host == host => allocation.free(),
        _ => return Err(INVALID_VALUE),
    }
    state.allocations.remove(&address);
    Ok(())
}

/// What a copy takes from the host: what the driver may read later, or else what is there now.
///
/// # Safety
/// So many bytes can be read there.
unsafe fn source(from: *const c_void, bytes: usize) -> Source {
    if find(from as u64, bytes as u64).is_some() {
        return Source::Kept(from as u64, bytes as u64);
    }
    // SAFETY: what the caller promises.
    let now = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), bytes) };
    Source::Now(now.to_vec())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize) -> Code {
    within("cuMemGetInfo_v2", |_| {
        let (used, all) = {
            let state = state();
            let device = state.allocations.values().filter(|one| !one.host);
            (device.map(|one| one.bytes).sum::<u64>(), state.memory)
        };
        // SAFETY: what the caller promises.
        unsafe { give(free, all.saturating_sub(used) as usize) }?;
        // SAFETY: what the caller promises.
        unsafe { give(total, all as usize) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemAlloc_v2(place: *mut u64, bytes: usize) -> Code {
    within("cuMemAlloc_v2", |context| {
        let address = allocate(context, bytes as u64, false)?;
        // SAFETY: what the caller promises.
        unsafe { give(place, address) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemAllocAsync(place: *mut u64, bytes: usize, _stream: usize) -> Code {
    within("cuMemAllocAsync", |context| {
        let address = allocate(context, bytes as u64, false)?;
        // SAFETY: what the caller promises.
        unsafe { give(place, address) }
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemFree_v2(address: u64) -> Code {
    within("cuMemFree_v2", |context| {
        if address == 0 {
            return Ok(());
        }
        check(address, 1)?;
        wait_for_all(context, false)?;
        release(address, false)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemFreeAsync(address: u64, stream: usize) -> Code {
    within("cuMemFreeAsync", |context| {
        check(address, 1)?;
        submit(context, stream, Work::Free(address))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemHostAlloc(place: *mut u64, bytes: usize, _flags: c_uint) -> Code {
    within("cuMemHostAlloc", |context| {
        let address = allocate(context, bytes as u64, true)?;
        // SAFETY: what the caller promises.
        unsafe { give(place, address) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemAllocHost_v2(place: *mut u64, bytes: usize) -> Code {
    within("cuMemAllocHost_v2", |context| {
        let address = allocate(context, bytes as u64, true)?;
        // SAFETY: what the caller promises.
        unsafe { give(place, address) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemHostGetDevicePointer_v2(
    place: *mut u64,
    host: u64,
    _flags: c_uint,
) -> Code {
    within("cuMemHostGetDevicePointer_v2", |_| {
        check(host, 1)?;
        // SAFETY: what the caller promises.
        unsafe { give(place, host) }
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemFreeHost(address: u64) -> Code {
    within("cuMemFreeHost", |_| release(address, true))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemcpyHtoDAsync_v2(
    to: u64,
    from: *const c_void,
    bytes: usize,
    stream: usize,
) -> Code {
    within("cuMemcpyHtoDAsync_v2", |context| {
        check(to, bytes as u64)?;
        // SAFETY: what the caller promises.
        let from = unsafe { source(from, bytes) };
        submit(context, stream, Work::ToDevice { to, from })
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemcpyHtoD_v2(to: u64, from: *const c_void, bytes: usize) -> Code {
    within("cuMemcpyHtoD_v2", |context| {
        check(to, bytes as u64)?;
        // SAFETY: what the caller promises.
        let from = unsafe { source(from, bytes) };
        submit(context, 0, Work::ToDevice { to, from })
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemcpyDtoHAsync_v2(
    to: *mut c_void,
    from: u64,
    bytes: usize,
    stream: usize,
) -> Code {
    within("cuMemcpyDtoHAsync_v2", |context| {
        check(from, bytes as u64)?;
        let (to, bytes) = (to as u64, bytes as u64);
        submit(context, stream, Work::ToHost { to, from, bytes })?;
        // What is not the driver's own may be gone once this returns.
        match find(to, bytes) {
            Some(_) => Ok(()),
            None => super::stream::wait_for(context, stream),
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuMemcpyDtoH_v2(to: *mut c_void, from: u64, bytes: usize) -> Code {
    within("cuMemcpyDtoH_v2", |context| {
        check(from, bytes as u64)?;
        let (to, bytes) = (to as u64, bytes as u64);
        submit(context, 0, Work::ToHost { to, from, bytes })
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemcpyDtoDAsync_v2(to: u64, from: u64, bytes: usize, stream: usize) -> Code {
    within("cuMemcpyDtoDAsync_v2", |context| {
        let bytes = bytes as u64;
        check(to, bytes)?;
        check(from, bytes)?;
        submit(context, stream, Work::Copy { to, from, bytes })
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemsetD8Async(to: u64, value: u8, count: usize, stream: usize) -> Code {
    within("cuMemsetD8Async", |context| {
        check(to, count as u64)?;
        let pattern = vec![value];
        let count = count as u64;
        submit(context, stream, Work::Fill { to, pattern, count })
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemsetD8_v2(to: u64, value: u8, count: usize) -> Code {
    within("cuMemsetD8_v2", |context| {
        check(to, count as u64)?;
        let pattern = vec![value];
        let count = count as u64;
        submit(context, 0, Work::Fill { to, pattern, count })
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuMemsetD32Async(to: u64, value: c_uint, count: usize, stream: usize) -> Code {
    within("cuMemsetD32Async", |context| {
        let count = count as u64;
        check(to, count.saturating_mul(4))?;
        if !to.is_multiple_of(4) {
            return Err(INVALID_VALUE);
        }
        let pattern = value.to_le_bytes().to_vec();
        submit(context, stream, Work::Fill { to, pattern, count })
    })
}
