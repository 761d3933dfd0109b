//! Where a running kernel sits: polled by its task, or by a caller that waits for it.
//!
//! A caller that has sent a message and waits for the answer would have the executor wake the
//! kernel's task, wait until that has run, and be woken by it. Where the kernel is at rest, the
//! caller polls it itself instead, on its own thread, for at most a fuel slice. What the kernel waits
//! for after that wakes its task as ever.

use super::catcher::Catcher;
use crate::executor::Executor;
use crate::imports::Ports;
use crate::lifecycle::Ending;
use parking_lot::Mutex;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

/// All of a kernel's life, as a future. `None` when it is over.
type Life = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

pub(super) struct Seat {
    life: Mutex<Life>,
    ports: Arc<Ports>,
    catcher: Arc<Catcher>,
    waker: Waker,
    /// The kernel's task came while a caller polled the kernel.
    missed: AtomicBool,
}

impl Seat {
    /// Seats a kernel and starts its task.
    pub(super) fn spawn<Life: Future<Output = ()> + Send + 'static>(
        ports: Arc<Ports>,
        executor: &Executor,
        life: impl FnOnce(Arc<Catcher>) -> Life,
    ) -> Arc<Self> {
        let catcher = Arc::new(Catcher::default());
        let seat = Arc::new(Self {
            life: Mutex::new(Some(Box::pin(life(catcher.clone())))),
            ports,
            waker: Waker::from(catcher.clone()),
            catcher,
            missed: AtomicBool::new(false),
        });
        executor.spawn(Task(seat.clone()));
        seat
    }

    /// Whether there is something for the kernel to do.
    pub(super) fn is_due(&self) -> bool {
        self.catcher.is_due()
    }

    /// Polls the kernel on the caller's thread. False if somebody else does.
    pub(super) fn help(&self) -> bool {
        let Some(mut life) = self.life.try_lock() else {
            return false;
        };
        if self.poll(&mut life, true).is_ready() {
            self.catcher.wake_task();
        }
        drop(life);
        // After the lock was given back, as the task looks at it after it has said that it came.
        if self.missed.swap(false, Ordering::AcqRel) {
            self.catcher.wake_task();
        }
        true
    }

    fn poll(&self, life: &mut Life, helped: bool) -> Poll<()> {
        let Some(future) = life else {
            return Poll::Ready(());
        };
        self.catcher.begin(helped);
        let mut context = Context::from_waker(&self.waker);
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
        let woken = self.catcher.end();
        match polled {
            Ok(Poll::Pending) => {
                if woken {
                    self.catcher.wake_task();
                }
                Poll::Pending
            }
            Ok(Poll::Ready(())) => {
                *life = None;
                Poll::Ready(())
            }
            Err(_) => {
                let fault = "a panic in its task".to_owned();
                self.ports.finish(Ending::HostFault(fault));
                *life = None;
                Poll::Ready(())
            }
        }
    }
}

/// The kernel's task.
struct Task(Arc<Seat>);

impl Future for Task {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let seat = &self.0;
        // Before the kernel is polled, so that no wake-up is missed.
        seat.catcher.listen(context.waker());
        if let Some(mut life) = seat.life.try_lock() {
            return seat.poll(&mut life, false);
        }
        // Whoever polls it wakes this task when it is done, or is done by now.
        seat.missed.swap(true, Ordering::AcqRel);
        match seat.life.try_lock() {
            Some(mut life) => seat.poll(&mut life, false),
            None => Poll::Pending,
        }
    }
}

/// A kernel whose task is dropped is at its end, whatever the reason.
impl Drop for Task {
    fn drop(&mut self) {
        self.0.life.lock().take();
    }
}
