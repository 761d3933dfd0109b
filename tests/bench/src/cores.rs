//! What an item costs on the CPU: saxpy as the kernel of that name computes it, beside the same in Rust with
//! rayon, on as many threads.

use anyhow::{Context, Result, ensure};
use rayon::ThreadPool;
use rayon::prelude::*;
use ringhost_compute::{Argument, Command, Devices, Launch, Plan, Program};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const SCALE: f32 = 0.5;

/// The vectors, of both.
pub struct Saxpy {
    plan: Plan,
    tokio: Runtime,
    pool: ThreadPool,
    x: Vec<f32>,
    y: Vec<f32>,
    threads: usize,
}

impl Saxpy {
    /// With the component of the kernel, so many threads, as many as there are cores for zero, and so many
    /// elements, each of which is an item.
    ///
    /// # Errors
    /// If the kernel is not there or cannot be compiled, or the two do not compute the same.
    pub fn new(kernel: &Path, threads: usize, items: u32) -> Result<Self> {
        let component = std::fs::read(kernel).with_context(|| {
            format!("cannot read {}; run: cargo xtask kernels", kernel.display())
        })?;
        let program = Program::of_component(&component)?.context("the kernel computes nothing")?;
        let devices = Devices::cpu(threads);
        let threads = devices.list().first().map_or(1, |device| device.lanes) as usize;
        let space = devices.space(None, &program, 8 * u64::from(items) + (64 << 10))?;
        let numbers = (0..items).map(|n| (n % 20_011) as f32 / 131.0);
        let bytes: Vec<u8> = numbers.clone().flat_map(f32::to_le_bytes).collect();
        let [x, y] = [space.allocate(4 * items)?, space.allocate(4 * items)?];
        space.write(&x, 0, &bytes)?;
        let length = Argument::I32(items.cast_signed());
        let arguments = vec![
            Argument::F32(SCALE),
            Argument::Buffer(x),
            length.clone(),
            Argument::Buffer(y.clone()),
            length,
        ];
        let launch = Launch {
            function: "saxpy".to_owned(),
            items,
            arguments,
            fuel: None,
        };
        let mut all = Self {
            plan: space.plan(vec![Command::Launch(launch)])?,
            tokio: Runtime::new()?,
            pool: rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()?,
            x: numbers.collect(),
            y: vec![0.0; items as usize],
            threads,
        };
        all.ours()?;
        all.theirs();
        let ours = all.tokio.block_on(space.read(&y, 0, y.len()))?;
        let theirs: Vec<u8> = all.y.iter().flat_map(|y| y.to_le_bytes()).collect();
        ensure!(ours == theirs, "ringhost and rayon do not compute the same");
        Ok(all)
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// How many elements there are.
    pub fn items(&self) -> usize {
        self.x.len()
    }

    /// Once over all elements, and how long that took.
    ///
    /// # Errors
    /// If it fails.
    pub fn ours(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        self.tokio.block_on(self.plan.run(1)?.wait())?;
        Ok(begun.elapsed())
    }

    /// The same by rayon.
    pub fn theirs(&mut self) -> Duration {
        let begun = Instant::now();
        let scale = black_box(SCALE);
        let (x, y) = (&self.x, &mut self.y);
        self.pool.install(|| {
            y.par_iter_mut().zip(x).for_each(|(y, x)| *y += scale * *x);
        });
        begun.elapsed()
    }
}
