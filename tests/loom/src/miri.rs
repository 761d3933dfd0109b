//! Real threads, in which Miri looks for undefined behaviour and data races.

pub use std::sync::atomic::{AtomicU8, AtomicU64};
pub use std::sync::{Mutex, MutexGuard};
pub use std::thread;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// Runs a model once: it is Miri that has many seeds, each with another interleaving.
pub fn model(check: impl Fn() + Sync + Send + 'static) {
    check();
}

/// Waits for a future on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
