//! The parts that are the host's alone.

use super::super::echo;
use crate::ours::Ours;
use anyhow::Result;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use std::future::poll_fn;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Instant;
use tokio::runtime::Handle;

/// Two readings, as around each round trip that is timed.
pub(super) fn clock(count: u32) -> f64 {
    let begun = Instant::now();
    for _ in 0..count {
        black_box(black_box(Instant::now()).elapsed());
    }
    each(begun, count)
}

pub(super) fn allocation(count: u32) -> f64 {
    let begun = Instant::now();
    for _ in 0..count {
        drop(black_box(vec![0_u8; 16]));
    }
    each(begun, count)
}

/// What the parts need that is there once.
pub(super) struct Host {
    kernel: Ours,
    lock: Mutex<u64>,
    /// A task that answers each turn with one of its own.
    partner: Arc<Turns>,
}

impl Host {
    pub(super) async fn start(executor: &Handle) -> Result<Self> {
        let turns = Arc::new(Turns::default());
        let partner = turns.clone();
        executor.spawn(async move {
            loop {
                partner.there.wait().await;
                partner.back.give();
            }
        });
        Ok(Self {
            kernel: Ours::start(executor, echo()).await?,
            lock: Mutex::default(),
            partner: turns,
        })
    }

    pub(super) fn look_up(&self, count: u32) -> Result<f64> {
        let begun = Instant::now();
        for _ in 0..count {
            black_box(self.kernel.runtime().state(black_box("echo"))?);
        }
        Ok(each(begun, count))
    }

    pub(super) fn lock(&self, count: u32) -> f64 {
        let begun = Instant::now();
        for _ in 0..count {
            *black_box(&self.lock).lock() += 1;
        }
        each(begun, count)
    }

    pub(super) async fn wake(&self, count: u32) -> f64 {
        let begun = Instant::now();
        // Each turn there and back wakes a task twice.
        for _ in 0..count / 2 {
            self.partner.there.give();
            self.partner.back.wait().await;
        }
        each(begun, count)
    }
}

/// The turns of two tasks.
#[derive(Default)]
struct Turns {
    there: Turn,
    back: Turn,
}

/// Says whose turn it is, with no more than a waker and a flag.
#[derive(Default)]
struct Turn {
    given: AtomicBool,
    waker: AtomicWaker,
}

impl Turn {
    fn give(&self) {
        self.given.store(true, Ordering::Release);
        self.waker.wake();
    }

    async fn wait(&self) {
        poll_fn(|context| {
            self.waker.register(context.waker());
            match self.given.swap(false, Ordering::Acquire) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
}

/// Nanoseconds for each.
pub(super) fn each(begun: Instant, count: u32) -> f64 {
    begun.elapsed().as_nanos() as f64 / f64::from(count)
}
