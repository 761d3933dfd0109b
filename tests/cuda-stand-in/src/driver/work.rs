//! What streams do, and what kernels see of memory while they run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use ptx_machine::{Fault, Grid, Memory};

use super::memory::{Allocation, find, release};
use super::module::Loaded;
use super::product::Product;
use super::state::{Context, state};
use super::{Code, ILLEGAL_ADDRESS, ILLEGAL_INSTRUCTION, LAUNCH_FAILED, MISALIGNED_ADDRESS};

/// What a copy takes from the host.
#[derive(Debug, Clone)]
pub enum Source {
    /// What was there when it was asked for.
    Now(Vec<u8>),
    /// What is in an allocation when it is done.
    Kept(u64, u64),
}

/// Something that a stream does. It has all that it needs, so it can be done again.
#[derive(Debug, Clone)]
pub enum Work {
    ToDevice {
        to: u64,
        from: Source,
    },
    ToHost {
        to: u64,
        from: u64,
        bytes: u64,
    },
    Copy {
        to: u64,
        from: u64,
        bytes: u64,
    },
    Fill {
        to: u64,
        pattern: Vec<u8>,
        count: u64,
    },
    Launch {
        kernel: Arc<Loaded>,
        grid: Grid,
        parameters: Vec<u64>,
    },
    Product(Product),
    Free(u64),
}

impl Work {
    /// Does it, unless the context is broken, which it may be then.
    pub fn run(&self, context: &Arc<Context>) {
        let _running = context.running.read();
        if context.check().is_ok()
            && let Err(code) = self.attempt(context)
        {
            context.fail(code);
        }
    }

    fn attempt(&self, context: &Arc<Context>) -> Result<(), Code> {
        match self {
            Self::ToDevice { to, from } => match from {
                Source::Now(bytes) => put(*to, bytes),
                Source::Kept(from, bytes) => put(*to, &get(*from, *bytes)?),
            },
            Self::ToHost { to, from, bytes } => {
                let found = get(*from, *bytes)?;
                if find(*to, *bytes).is_some() {
                    return put(*to, &found);
                }
                // SAFETY: who asked for it said that so many bytes can be written there until it is
                // done, for which `cuMemcpyDtoHAsync` waits.
                unsafe {
                    (*to as *mut u8).copy_from_nonoverlapping(found.as_ptr(), found.len());
                };
                Ok(())
            }
            Self::Copy { to, from, bytes } => put(*to, &get(*from, *bytes)?),
            Self::Fill { to, pattern, count } => put(*to, &pattern.repeat(*count as usize)),
            Self::Product(product) => product.run(),
            Self::Free(address) => release(*address, false).map_err(|_| ILLEGAL_ADDRESS),
            Self::Launch {
                kernel,
                grid,
                parameters,
            } => launch(context, kernel, *grid, parameters),
        }
    }
}

fn launch(
    context: &Arc<Context>,
    kernel: &Loaded,
    grid: Grid,
    parameters: &[u64],
) -> Result<(), Code> {
    let mut view = View {
        all: state().allocations.values().cloned().collect(),
        last: 0,
        context,
    };
    let run = || ptx_machine::run(&kernel.kernel, &mut view, grid, parameters);
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(()) | Err(Fault::Stopped(_))) => Ok(()),
        Ok(Err(fault)) => {
            eprintln!("CUDA stand-in: {fault}");
            Err(match fault {
                Fault::Unmapped(..) => ILLEGAL_ADDRESS,
                Fault::Misaligned(..) => MISALIGNED_ADDRESS,
                _ => ILLEGAL_INSTRUCTION,
            })
        }
        Err(_) => Err(LAUNCH_FAILED),
    }
}

/// What there is, as a kernel sees it. All of it is read and written atomically, since other threads
/// may come to the same.
struct View<'a> {
    all: Vec<Arc<Allocation>>,
    /// Where the last access was.
    last: usize,
    context: &'a Arc<Context>,
}

impl View<'_> {
    fn place(&mut self, address: u64, bytes: u64) -> Result<u64, Fault> {
        if !address.is_multiple_of(bytes) {
            return Err(Fault::Misaligned(address, bytes));
        }
        let holds = |one: &Arc<Allocation>| one.holds(address, bytes);
        if !self.all.get(self.last).is_some_and(holds) {
            let at = self.all.iter().position(holds);
            self.last = at.ok_or(Fault::Unmapped(address, bytes))?;
        }
        Ok(address)
    }
}

impl Memory for View<'_> {
    fn read(&mut self, address: u64, bytes: u64) -> Result<u64, Fault> {
        let place = self.place(address, bytes)?;
        // SAFETY: the place is aligned, and in an allocation that the view holds on to.
        Ok(unsafe { load(place, bytes) })
    }

    fn write(&mut self, address: u64, bytes: u64, value: u64) -> Result<(), Fault> {
        let place = self.place(address, bytes)?;
        // SAFETY: as for a read.
        unsafe { store(place, bytes, value) };
        Ok(())
    }

    fn update(
        &mut self,
        address: u64,
        bytes: u64,
        new: &mut dyn FnMut(u64) -> u64,
    ) -> Result<u64, Fault> {
        let place = self.place(address, bytes)?;
        const ORDER: Ordering = Ordering::SeqCst;
        // SAFETY: as for a read.
        let found = unsafe {
            if bytes == 8 {
                let word = AtomicU64::from_ptr(place as *mut u64);
                word.fetch_update(ORDER, ORDER, |found| Some(new(found)))
            } else {
                let word = AtomicU32::from_ptr(place as *mut u32);
                let found =
                    word.fetch_update(ORDER, ORDER, |found| Some(new(u64::from(found)) as u32));
                found.map(u64::from).map_err(u64::from)
            }
        };
        Ok(found.unwrap_or_else(|found| found))
    }

    fn tick(&mut self) -> Result<(), Fault> {
        let lost = |code| Fault::Stopped(format!("the context is broken: error {code}"));
        self.context.check().map_err(lost)
    }

    fn rest(&mut self, nanoseconds: u64) {
        std::thread::sleep(Duration::from_nanos(nanoseconds));
    }
}

/// # Safety
/// The place is aligned to so many bytes, which are in memory that stays.
unsafe fn load(place: u64, bytes: u64) -> u64 {
    const ORDER: Ordering = Ordering::Relaxed;
    // SAFETY: what the caller promises; all that come to it do so atomically.
    unsafe {
        match bytes {
            1 => u64::from(AtomicU8::from_ptr(place as *mut u8).load(ORDER)),
            2 => u64::from(AtomicU16::from_ptr(place as *mut u16).load(ORDER)),
            4 => u64::from(AtomicU32::from_ptr(place as *mut u32).load(ORDER)),
            _ => AtomicU64::from_ptr(place as *mut u64).load(ORDER),
        }
    }
}

/// # Safety
/// As [`load`].
unsafe fn store(place: u64, bytes: u64, value: u64) {
    const ORDER: Ordering = Ordering::Relaxed;
    // SAFETY: what the caller promises; all that come to it do so atomically.
    unsafe {
        match bytes {
            1 => AtomicU8::from_ptr(place as *mut u8).store(value as u8, ORDER),
            2 => AtomicU16::from_ptr(place as *mut u16).store(value as u16, ORDER),
            4 => AtomicU32::from_ptr(place as *mut u32).store(value as u32, ORDER),
            _ => AtomicU64::from_ptr(place as *mut u64).store(value, ORDER),
        }
    }
}

/// The steps in which so many bytes from there on are come to: words where that can be.
fn steps(address: u64, bytes: u64) -> impl Iterator<Item = (u64, u64)> {
    let mut at = address;
    let end = address + bytes;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let step = if at.is_multiple_of(8) && end - at >= 8 {
            8
        } else {
            1
        };
        at += step;
        Some((at - step, step))
    })
}

/// What is in memory that was handed out.
pub fn get(from: u64, bytes: u64) -> Result<Vec<u8>, Code> {
    let mut found = Vec::with_capacity(bytes as usize);
    if bytes > 0 {
        let _held = find(from, bytes).ok_or(ILLEGAL_ADDRESS)?;
        for (at, step) in steps(from, bytes) {
            // SAFETY: it is aligned, and in the allocation, which is held.
            let word = unsafe { load(at, step) }.to_le_bytes();
            found.extend(&word[..step as usize]);
        }
    }
    Ok(found)
}

/// Writes to memory that was handed out.
pub fn put(to: u64, bytes: &[u8]) -> Result<(), Code> {
    if bytes.is_empty() {
        return Ok(());
    }
    let _held = find(to, bytes.len() as u64).ok_or(ILLEGAL_ADDRESS)?;
    for (at, step) in steps(to, bytes.len() as u64) {
        let mut word = [0; 8];
        word[..step as usize].copy_from_slice(&bytes[(at - to) as usize..][..step as usize]);
        // SAFETY: it is aligned, and in the allocation, which is held.
        unsafe { store(at, step, u64::from_le_bytes(word)) };
    }
    Ok(())
}
