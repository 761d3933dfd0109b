//! The devices of this process.

use crate::cpu::{Compiled, Pool, THREADS, engine};
use crate::space::Space;
use crate::{ComputeError, Program};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// The threads of this process.
    Cpu,
    /// A card of NVIDIA's.
    Cuda,
}

/// What there is to know of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What its maker calls it.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// The most bytes of a space on it.
    pub memory_bytes: u64,
    /// How many items it runs at once.
    pub lanes: u32,
}

/// The devices of this process; cheap to clone. Its threads start with the first space and end with the
/// last handle to it and to its spaces.
#[derive(Clone)]
pub struct Devices(Arc<Inner>);

struct Inner {
    threads: usize,
    started: Mutex<Option<Arc<Pool>>>,
    /// Programs that spaces hold, compiled, by their modules.
    compiled: Mutex<HashMap<Arc<[u8]>, Weak<Compiled>>>,
}

impl Devices {
    /// The CPU, with so many threads: 128 at most, and as many as there are cores for zero.
    #[must_use]
    pub fn cpu(threads: usize) -> Self {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            given => given,
        };
        Self(Arc::new(Inner {
            threads: threads.min(THREADS),
            started: Mutex::default(),
            compiled: Mutex::default(),
        }))
    }

    /// What there is, the best first.
    #[must_use]
    pub fn list(&self) -> Vec<DeviceInfo> {
        vec![info(self.0.threads)]
    }

    /// A space for a program, with room for so many bytes of buffers: on a device of this kind, or on the
    /// best. A program that is new here is compiled first, which takes a thread for a while.
    ///
    /// # Errors
    /// If there is no such device or no memory for it, or the program cannot be compiled.
    pub fn space(
        &self,
        kind: Option<DeviceKind>,
        program: &Program,
        bytes: u64,
    ) -> Result<Space, ComputeError> {
        if kind == Some(DeviceKind::Cuda) {
            let reason = "this host has no CUDA device; leave the kind out, or ask for the CPU";
            return Err(ComputeError::NoDevice(reason.to_owned()));
        }
        let pool = self.0.pool()?;
        let compiled = self.0.compiled(&pool, program)?;
        Space::new(pool, compiled, info(self.0.threads), bytes)
    }
}

impl Inner {
    fn pool(&self) -> Result<Arc<Pool>, ComputeError> {
        let mut started = self.started.lock();
        if let Some(pool) = &*started {
            return Ok(pool.clone());
        }
        let pool = Arc::new(Pool::new(engine()?, self.threads)?);
        Ok(started.insert(pool).clone())
    }

    fn compiled(&self, pool: &Pool, program: &Program) -> Result<Arc<Compiled>, ComputeError> {
        let known = self
            .compiled
            .lock()
            .get(program.module())
            .map(Weak::upgrade);
        if let Some(Some(compiled)) = known {
            return Ok(compiled);
        }
        let compiled = Arc::new(Compiled::new(&pool.turns.engine, program)?);
        let mut all = self.compiled.lock();
        all.retain(|_, compiled| compiled.strong_count() > 0);
        all.insert(program.module().into(), Arc::downgrade(&compiled));
        Ok(compiled)
    }
}

fn info(threads: usize) -> DeviceInfo {
    DeviceInfo {
        name: format!("CPU, {threads} threads"),
        kind: DeviceKind::Cpu,
        memory_bytes: 1 << 32,
        lanes: u32::try_from(threads).unwrap_or(u32::MAX),
    }
}
