//! Tasks that are polled by whoever wakes them, at once: for those that wait for one thing, do
//! little with it, and wait again. A task of the executor would be woken and have its turn only to
//! wake the next.

use super::claim::Claim;
use super::{Executor, Task};
use crate::queue::waking_at_the_end;
use parking_lot::Mutex;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use tokio::sync::oneshot;

/// So often a task is polled in succession by whoever woke it. What is left is for the executor.
const POLLS: usize = 4;

thread_local! {
    /// Whether this thread polls such a task.
    static POLLING: Cell<bool> = const { Cell::new(false) };
}

struct Inline {
    /// `None` when it is over.
    task: Mutex<Option<Task>>,
    claim: Claim,
    executor: Executor,
}

impl Executor {
    /// Starts a task whose result is wanted, and which is polled by whoever wakes it. It must not
    /// do much in one poll, and needs no tokio runtime. The receiver fails if the task is dropped
    /// before its end.
    pub(crate) fn ask_inline<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        let task: Task = Box::pin(async move {
            // An error says that nobody wants to know any more.
            let _ = sender.send(task.await);
        });
        let inline = Arc::new(Inline {
            task: Mutex::new(Some(task)),
            claim: Claim::new(),
            executor: self.clone(),
        });
        inline.wake();
        receiver
    }
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.claim.take() {
            return;
        }
        // One that is woken by another has its turn as a task, so that many that wake each other
        // neither go ever deeper nor keep this thread.
        if POLLING.get() || !self.take_turn() {
            self.executor.spawn(Rest(Some(self.clone())));
        }
    }
}

impl Inline {
    /// Polls the task as often as is due, up to a bound. True if nothing is left to do. To be called
    /// by who has the claim; it is given back then.
    fn take_turn(self: &Arc<Self>) -> bool {
        let waker = Waker::from(self.clone());
        let before = POLLING.replace(true);
        let rests = waking_at_the_end(|| {
            let mut polls = 0..POLLS;
            polls.any(|_| self.claim.poll(|| self.poll(&waker)))
        });
        POLLING.set(before);
        rests
    }

    fn poll(&self, waker: &Waker) {
        let mut slot = self.task.lock();
        let Some(task) = slot.as_mut() else { return };
        let mut context = Context::from_waker(waker);
        let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut context)));
        if !matches!(polled, Ok(Poll::Pending)) {
            let over = slot.take();
            // What goes with it may wake others, and this task.
            drop(slot);
            drop(over);
        }
    }
}

/// What is left of a task's turn, as a task of the executor. It has the claim; `None` when that has
/// been given back.
struct Rest(Option<Arc<Inline>>);

impl Future for Rest {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &self.0 {
            Some(inline) if !inline.take_turn() => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            _ => {
                self.0 = None;
                Poll::Ready(())
            }
        }
    }
}

/// A task that the executor has given up is over.
impl Drop for Rest {
    fn drop(&mut self) {
        if let Some(inline) = &self.0 {
            let over = inline.task.lock().take();
            drop(over);
        }
    }
}

/// Ends a poll here, to be polled again: for a task that has done much in it.
pub(crate) async fn poll_again() {
    let mut again = false;
    poll_fn(|context| {
        if std::mem::replace(&mut again, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
